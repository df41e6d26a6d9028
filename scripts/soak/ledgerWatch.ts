import { parseAmount } from '../../src/base/amount.js';
import type { Ledger } from '../../src/sandbox/ledger/ledger.js';
import { accountOf, SOLVER_NUMBER } from '../../test/e2e/world.js';

/** What the ledger itself does, counted where it does it. */
export interface Seen {
  commits: number;
  failures: number;
  /** Paid by the solver. */
  fees: bigint;
  readonly pushToNodeMs: number[];
  /** A bundle with this wrapper goes out. */
  pushed(wrapperId: string): void;
}

export function watch(ledger: Ledger): Seen {
  const pushedAt = new Map<string, number>();
  const seen: Seen = {
    ...{ commits: 0, failures: 0, fees: 0n, pushToNodeMs: [] },
    pushed: (wrapperId) => void pushedAt.set(wrapperId, performance.now()),
  };
  const check = ledger.check.bind(ledger);
  ledger.check = (transaction) => {
    for (const id of transaction.children) {
      const at = pushedAt.get(id);
      if (at !== undefined && pushedAt.delete(id)) seen.pushToNodeMs.push(performance.now() - at);
    }
    return check(transaction);
  };
  const execute = ledger.execute.bind(ledger);
  const solver = accountOf(SOLVER_NUMBER);
  ledger.execute = async (transaction) => {
    const receipt = await execute(transaction);
    if (!receipt.status.startsWith('Committed')) return receipt;
    seen.commits += 1;
    if (receipt.status === 'CommittedFailure') seen.failures += 1;
    seen.fees += parseAmount(receipt.feePayments?.[solver] ?? '0');
    return receipt;
  };
  return seen;
}
