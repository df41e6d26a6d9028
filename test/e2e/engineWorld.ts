import { engineBinary } from '../../src/sandbox/engine/binary.js';
import { Sandbox } from '../../src/sandbox/sandbox.js';
import type { Seed } from '../../src/sandbox/seed.js';
import { formatAddress } from '../../src/transaction/address.js';
import { ANTHIC_ACCOUNT, token } from '../support/bundles.js';
import { accountOf, EPOCH, SIM, surround, type World, type WorldOptions, XRD_SIM } from './world.js';

export interface EngineWorldOptions extends WorldOptions {
  /** How many pairs of users hold what `makeBundle({ users })` sells: those from `FIRST_USERS` on. */
  readonly pairs?: number;
}

/** The keys of the pairs from here on are nobody else's. */
export const FIRST_USERS = 2_000;
const PLENTY = '1000000';

/** The accounts of a pair of users. */
export function usersOf(pair: number): readonly [seller: string, buyer: string] {
  return [accountOf(100 + 2 * pair), accountOf(101 + 2 * pair)];
}

/** Two tokens at the addresses that `makeBundle` trades, and their traders with plenty of both. */
export function marketOf(pairs: number): Seed {
  const tokens = [1, 2].map((n) => ({ symbol: `T${n}`, divisibility: 18, address: formatAddress(token(n), SIM) }));
  const fund = [...tokens.map(({ address }) => address), XRD_SIM].map((resource) => ({ resource, amount: PLENTY }));
  const users = Array.from({ length: pairs }, (_, n) => usersOf(FIRST_USERS + n)).flat();
  const accounts = [formatAddress(ANTHIC_ACCOUNT, SIM), ...users].map((address) => ({ address, fund }));
  return { tokens, accounts };
}

/** On the official engine: what executes here would execute on the real ledger. */
export async function openEngineWorld({
  pairs = 1,
  roundMs = 100,
  ...options
}: EngineWorldOptions = {}): Promise<World> {
  const sandbox = await Sandbox.start(await engineBinary(process.env), {
    ...{ network: SIM, port: 0, roundMs, epoch: EPOCH, seed: marketOf(pairs) },
  });
  return surround(sandbox, options);
}
