import type { Attos } from '../../base/amount.js';
import { notarizedLengthWith } from '../../transaction/length.js';
import { price } from '../fee/price.js';
import type { Proposal, SettledOrder } from '../settle.js';

/** The first call of an order, with which its account pays. */
interface Payment {
  readonly order: SettledOrder;
  /** What it costs if it cannot; undefined before the lock, where it costs nothing. */
  readonly failureCost: (() => Attos) | undefined;
}

/** The payments of a root, in the order in which they are made. */
export function* paymentsOf(proposal: Proposal, tipBasisPoints: number): Generator<Payment> {
  const { instructions } = proposal.signed.transactionIntent.rootIntentCore;
  const called = new Set<number>();
  let locked = false;
  for (const [step, instruction] of instructions.value.entries()) {
    if (instruction.type === 'CALL_METHOD' && instruction.method === 'lock_fee') locked = true;
    if (instruction.type !== 'YIELD_TO_CHILD' || called.has(instruction.child)) continue;
    called.add(instruction.child);
    const failureCost = locked ? () => failureCostAt(step, proposal, tipBasisPoints) : undefined;
    yield { order: proposal.orders[instruction.child]!, failureCost };
  }
}

/** Of the units of the call in which an order fails, about so many percent are used up by then. */
const USED_PERCENT = 50;

/**
 * What a failure in a step of the root is charged: all that is checked beforehand, the units up to there, and the
 * payload's archive; neither finalization nor state (docs/protocol.md §7.3), and no more than was locked.
 */
function failureCostAt(step: number, { fee, signed, lock }: Proposal, tipBasisPoints: number): Attos {
  const { unitsBefore, executionUnits } = fee;
  const deferred = executionUnits - unitsBefore.at(-1)!;
  const [start, end] = [unitsBefore[step]!, unitsBefore[step + 1]!];
  const used = start + Math.floor(((end - start) * USED_PERCENT) / 100);
  const { notaryPublicKey } = signed.transactionIntent.transactionHeader.value;
  const cost = price(deferred + used, 0, notarizedLengthWith(signed, notaryPublicKey.type), tipBasisPoints);
  return cost < lock ? cost : lock;
}
