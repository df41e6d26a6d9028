import { readFileSync } from 'node:fs';
import { readWrappedOrder, verifyWrappedOrder } from '../../src/anthic/wrappedOrder.js';
import { fromHex } from '../../src/base/bytes.js';
import type { WaitingBundle } from '../../src/settlement/planner/model.js';
import { type Given, priorContext } from '../../src/settlement/planner/prior.js';
import { BEST, type Policy } from '../../src/settlement/policy.js';
import type { SettledOrder } from '../../src/settlement/settle.js';
import { openFrame } from '../../src/solver/openFrame.js';
import { parseRecording, type Recording } from '../../src/solver/recording.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { intersectWindows } from '../../src/transaction/window.js';
import { ed25519Key, SIMULATOR } from './build.js';
import { itemHex, makeItem, type OrderOptions, type WrapperOptions } from './bundles.js';

/** Bundles as the planner gets them, and what it plans for. */

export function readOrder(order: OrderOptions, wrapper: WrapperOptions = {}): SettledOrder {
  const item = readWrappedOrder(fromHex(itemHex(makeItem(order, wrapper))));
  return { ...item, ...verifyWrappedOrder(item, SIMULATOR, undefined) };
}

export function waitingOf(id: string, orders: readonly SettledOrder[]): WaitingBundle {
  return { id, orders, window: intersectWindows(orders.map(({ window }) => window)) };
}

const SOLVER_KEY = ed25519Key(801);

/** All vaults exist, nothing is declined for its profit, and the discriminators repeat. */
export function planContext(policy: Partial<Policy> = {}, given: Partial<Given> = {}) {
  let discriminator = 0n;
  return {
    ...priorContext(
      { ...BEST, minProfit: undefined, ...policy },
      {
        network: SIMULATOR,
        epoch: 1n,
        solver: { account: preallocatedAccount(SOLVER_KEY.publicKey), publicKey: SOLVER_KEY.publicKey },
        facts: { holdsVault: () => true, exists: () => true },
        ...given,
      },
    ),
    newDiscriminator: () => ++discriminator,
  };
}

const RECORDED = readFileSync('fixtures/recordings/settlements.jsonl', 'utf8').trim().split('\n');

/** The recorded bundles of a scenario (fixtures/vectors/settlement/README.md). */
export function recorded(scenario: string): { readonly lines: readonly string[]; readonly recordings: Recording[] } {
  const lines = RECORDED.filter((line) => JSON.parse(line).scenario === scenario);
  return { lines, recordings: lines.map(parseRecording) };
}

export function waitingOfRecording({ frame, network }: Recording, id: string): WaitingBundle {
  return { id, ...openFrame(frame, { network, pinned: undefined }, []) };
}
