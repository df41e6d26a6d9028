import type { PayloadKind } from '../../src/transaction/payload.js';
import type { TransactionPlan } from '../../test/support/arbitraryPlan.js';
import type { Chance } from '../../test/support/randomBundles.js';

/** What a mutation may change: the plan of a valid payload, and the network that it is judged for. */
export interface Target {
  readonly plan: TransactionPlan;
  network: number;
}

/** One way to come to a rule's edge, on either side of it. */
export interface Mutation {
  readonly name: string;
  /** Where it makes sense; left out, everywhere that is validated. */
  readonly kinds?: readonly PayloadKind[];
  /** The least non-root subintents it needs. */
  readonly subintents?: number;
  apply(chance: Chance, target: Target): void;
}

export const VALIDATED: readonly PayloadKind[] = [
  'NotarizedTransactionV2',
  'SignedPartialTransactionV2',
  'PreviewTransactionV2',
];
export const SIGNED: readonly PayloadKind[] = ['NotarizedTransactionV2', 'SignedPartialTransactionV2'];
export const WITH_HEADER: readonly PayloadKind[] = ['NotarizedTransactionV2', 'PreviewTransactionV2'];
