import { engineBinary } from '../../src/sandbox/engine/binary.js';
import { Sandbox } from '../../src/sandbox/sandbox.js';
import type { Seed } from '../../src/sandbox/seed.js';
import type { Features } from '../../src/settlement/fee/features.js';
import { formatAddress } from '../../src/transaction/address.js';
import { ANTHIC_ACCOUNT, token } from '../support/bundles.js';
import { accountOf, EPOCH, SIM, surround, type World, type WorldOptions, XRD_SIM } from './world.js';

export interface EngineWorldOptions extends WorldOptions {
  /** How many pairs of users hold what `makeBundle({ users })` sells: those from `FIRST_USERS` on. */
  readonly pairs?: number;
  /** What the two tokens are like; as usual unless given. */
  readonly features?: readonly [Features, Features];
  /** Users hold what they sell, and no vault for what they buy. */
  readonly fresh?: boolean;
}

/** The keys of the pairs from here on are nobody else's. */
export const FIRST_USERS = 2_000;
const PLENTY = '1000000';

/** The accounts of a pair of users. */
export function usersOf(pair: number): readonly [seller: string, buyer: string] {
  return [accountOf(100 + 2 * pair), accountOf(101 + 2 * pair)];
}

/** Two tokens at the addresses that `makeBundle` trades, and their traders with plenty of both. */
export function marketOf(
  pairs: number,
  { features, fresh = false }: Pick<EngineWorldOptions, 'features' | 'fresh'> = {},
): Seed {
  const tokens = [1, 2].map((n, index) => ({
    ...{ symbol: `T${n}`, divisibility: 18, address: formatAddress(token(n), SIM) },
    ...(features === undefined ? {} : { features: features[index]! }),
  }));
  const [a, b] = tokens.map(({ address }) => address) as [string, string];
  const holds = (address: string, ...resources: string[]) => ({
    address,
    fund: resources.map((resource) => ({ resource, amount: PLENTY })),
  });
  const users = Array.from({ length: pairs }, (_, n) => usersOf(FIRST_USERS + n)).flatMap(([seller, buyer]) =>
    fresh
      ? [holds(seller, a, XRD_SIM), holds(buyer, b, XRD_SIM)]
      : [holds(seller, a, b, XRD_SIM), holds(buyer, a, b, XRD_SIM)],
  );
  return { tokens, accounts: [holds(formatAddress(ANTHIC_ACCOUNT, SIM), a, b, XRD_SIM), ...users] };
}

/** On the official engine: what executes here would execute on the real ledger. */
export async function openEngineWorld({
  pairs = 1,
  roundMs = 100,
  features,
  fresh,
  ...options
}: EngineWorldOptions = {}): Promise<World> {
  const sandbox = await Sandbox.start(await engineBinary(process.env), {
    ...{
      network: SIM,
      port: 0,
      roundMs,
      epoch: EPOCH,
      seed: marketOf(pairs, { ...(features && { features }), ...(fresh && { fresh }) }),
    },
  });
  return surround(sandbox, options);
}
