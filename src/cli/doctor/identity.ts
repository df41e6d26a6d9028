import type { RunConfig } from '../config/runConfig.js';
import type { Io } from '../io.js';
import { attempt, type Check, fail, pass } from './check.js';

export interface Identity {
  readonly checks: readonly Check[];
  /** Undefined where there is no key. */
  readonly address: string | undefined;
}

/** The solver's key, and the account it signs for. The private key is gone when this returns. */
export async function identityChecks(config: RunConfig, io: Pick<Io, 'env' | 'stderr'>): Promise<Identity> {
  let address: string | undefined;
  const checks: Check[] = [];
  const makeKey = 'make one: anthic-solver keygen --out solver.key; then --key-file solver.key';
  // Loaded here, since they need the native bindings.
  const key = await attempt('key', makeKey, async () => {
    const { loadSolverKey } = await import('../keySource.js');
    const { solverAccount } = await import('../config/account.js');
    const loaded = loadSolverKey(config.keyFile, io);
    if (loaded === undefined) return fail('key', 'no key is given', makeKey);
    const { publicKey } = loaded;
    const { publicKey: hex } = loaded.toJSON();
    loaded.dispose();
    const advice = 'check --account, --network and the key file: they belong together';
    const account = await attempt('account', advice, () => {
      const { isProven, ...found } = solverAccount(config, publicKey);
      address = found.address;
      return pass('account', isProven ? address : `${address} (only the ledger knows whose it is)`);
    });
    checks.push(account);
    return pass('key', `${publicKey.type}, public key ${hex}`);
  });
  return { checks: [key, ...checks], address };
}
