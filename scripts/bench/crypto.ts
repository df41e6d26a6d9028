import { secp256k1, sodium } from '../../src/transaction/crypto.js';

type Call = () => void;

/**
 * Runs `work` once and returns the cryptographic calls it made, ready to be made again with the same inputs and nothing
 * around them: the least any program could spend on the same work.
 */
export function recordCrypto(work: () => void): {
  readonly calls: readonly Call[];
  readonly counts: Record<string, number>;
} {
  const calls: Call[] = [];
  const counts: Record<string, number> = {};
  const restore: Call[] = [];
  const watch = <T extends object>(library: T, name: keyof T & string) => {
    const original = library[name] as (...args: unknown[]) => unknown;
    restore.push(() => {
      library[name] = original as T[typeof name];
    });
    library[name] = ((...args: unknown[]) => {
      counts[name] = (counts[name] ?? 0) + 1;
      calls.push(() => void original.apply(library, args));
      return original.apply(library, args);
    }) as T[typeof name];
  };
  watch(sodium, 'crypto_generichash');
  watch(sodium, 'crypto_sign_verify_detached');
  watch(sodium, 'crypto_sign_detached');
  watch(secp256k1, 'ecdsaRecover');
  watch(secp256k1, 'ecdsaSign');
  try {
    work();
  } finally {
    for (const each of restore) each();
  }
  return { calls, counts };
}
