import type { Attos } from '../../base/amount.js';
import { toHex } from '../../base/bytes.js';
import type { PreviewOutcome } from '../../ledger/answer.js';
import type { ReadOptions } from '../../ledger/ledger.js';
import type { NodeId } from '../../sbor/custom.js';
import { askedOf } from '../../settlement/fee/learn.js';
import { withFacts } from '../../settlement/fee/predict.js';
import { CHECK, price } from '../../settlement/fee/price.js';
import type { Proposal, SettledOrder } from '../../settlement/settle.js';
import { formatAddress } from '../../transaction/address.js';
import { notarizedLengthWith, transactionIntentLength } from '../../transaction/length.js';
import { encodeTransaction } from '../../transaction/payload.js';
import type { LiveContext } from './context.js';
import { learnPreview } from './lesson.js';

/** What a preview says of a settlement. */
export type Preview =
  | { readonly type: 'succeeded'; readonly fee: Attos }
  /** `Failed` would have cost a fee, `Rejected` would not. */
  | { readonly type: 'spoiled'; readonly outcome: 'Failed' | 'Rejected'; readonly error: string }
  /** No Gateway said anything in time. */
  | { readonly type: 'none'; readonly why: string };

/** Longest wait for one: a settlement that waits longer loses its race. */
const BUDGET_MS = 1_500;
/** With less time left none is asked for. */
const LEAST_MS = 100;

/** Asks a Gateway what would become of a settlement, in time for the settlement itself. */
export async function previewOf(proposal: Proposal, deadline: number, context: LiveContext): Promise<Preview> {
  const spare = deadline - context.expiryMarginMs - context.ledgerNow();
  const budget = Math.min(BUDGET_MS, spare / 2);
  if (budget < LEAST_MS) return { type: 'none', why: 'no time is left for a preview' };
  const options: ReadOptions = { deadline: context.now() + budget, signal: context.signal };
  let outcome: PreviewOutcome;
  try {
    outcome = await context.ledger.preview(previewHex(proposal), {}, options);
  } catch (error) {
    return { type: 'none', why: error instanceof Error ? error.message.slice(0, 200) : 'no Gateway answered' };
  }
  // The journal may be closed by now.
  if (context.signal.aborted) return { type: 'none', why: 'the solver stops' };
  if (outcome.status === 'Succeeded') {
    // A Gateway that says so would have anything go.
    if (outcome.fee <= 0n) return { type: 'none', why: 'it was told to cost nothing' };
    learnFrom(outcome, proposal, context);
    return { type: 'succeeded', fee: outcome.fee + leftOut(proposal) };
  }
  return { type: 'spoiled', outcome: outcome.status, error: outcome.error ?? outcome.status };
}

/**
 * What its fee depends on, told by a success: whatever of that it does not create was there before; and its charge, to the
 * atto, tells what tokens are like.
 */
function learnFrom({ fee, created }: PreviewOutcome, proposal: Proposal, { facts, network }: LiveContext): void {
  if (created === undefined) return;
  const { execution, input, signed } = proposal;
  const addressOf = (node: NodeId): string => formatAddress(node, network);
  const entities = new Set(created.entities);
  const vaults = new Set(created.vaults.map(({ account, resource }) => account + resource));
  // It is billed without signatures.
  const effectiveLength = transactionIntentLength(signed.transactionIntent);
  const priced = { execution, input: { ...input, effectiveLength } };
  const told = withFacts(facts, {
    holdsVault: (account, resource) => !vaults.has(addressOf(account) + resource),
    exists: (account) => !entities.has(addressOf(account)),
  });
  learnPreview(facts, fee, { priced, before: askedOf(priced, told) });
}

/** What a preview needs of a proposal. */
interface Previewable extends Pick<Proposal, 'signed'> {
  readonly orders: readonly Pick<SettledOrder, 'signers'>[];
}

/** The payload of a preview: keys in place of signatures. The notary is a signatory by the header alone. */
export function previewHex({ signed, orders }: Previewable): string {
  const { transactionIntent } = signed;
  const nonRootSubintentSignerPublicKeys = orders.flatMap(({ signers }) => [[...signers.wrapper], [...signers.order]]);
  const preview = { transactionIntent, rootSignerPublicKeys: [], nonRootSubintentSignerPublicKeys };
  return toHex(encodeTransaction('PreviewTransactionV2', preview));
}

/** What a preview does not bill: the bytes of the signatures and of the notary's (docs/protocol.md §12.5). */
export function leftOut({ signed }: Pick<Proposal, 'signed'>): Attos {
  const { transactionIntent } = signed;
  const { notaryPublicKey, tipBasisPoints } = transactionIntent.transactionHeader.value;
  const bytes = notarizedLengthWith(signed, notaryPublicKey.type) - transactionIntentLength(transactionIntent);
  return price(CHECK.payloadByte * bytes, 0, bytes, tipBasisPoints);
}
