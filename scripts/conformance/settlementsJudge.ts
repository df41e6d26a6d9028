import { formatAmount, parseAmount } from '../../src/base/amount.js';
import { SolverError } from '../../src/base/error.js';
import type { NodeId } from '../../src/sbor/custom.js';
import type { Execution } from '../../src/settlement/check/execution.js';
import { formatAddress, parseAddress, XRD } from '../../src/transaction/address.js';
import type { Bundle, Settled } from './settlementsCase.js';
import { burnt } from './settlementsParts.js';
import { NETWORK } from './world.js';
import type { JudgedReceipt } from './worldEngine.js';

export type Changes = ReadonlyMap<NodeId, ReadonlyMap<NodeId, bigint>>;

/** What each account gained or lost, its payments of the fee aside; what did not change is left out. */
export function changesOf(receipt: JudgedReceipt): Changes {
  const payments = receipt.feePayments ?? {};
  const changes = new Map<NodeId, ReadonlyMap<NodeId, bigint>>();
  for (const [account, amounts] of Object.entries(receipt.balanceChanges ?? {})) {
    const net = new Map<NodeId, bigint>();
    for (const [resource, text] of Object.entries(amounts)) net.set(parseAddress(resource, NETWORK), parseAmount(text));
    const paid = payments[account];
    if (paid !== undefined) net.set(XRD, (net.get(XRD) ?? 0n) + parseAmount(paid));
    for (const [resource, amount] of net) if (amount === 0n) net.delete(resource);
    if (net.size > 0) changes.set(parseAddress(account, NETWORK), net);
  }
  return changes;
}

/** What an account gained in XRD, the fee it paid taken off. */
export function netXrd(receipt: JudgedReceipt, account: NodeId): bigint {
  const amounts = receipt.balanceChanges?.[formatAddress(account, NETWORK)];
  return parseAmount(amounts?.[formatAddress(XRD, NETWORK)] ?? '0');
}

/** The first difference between two tables of changes; accounts in `aside` are not compared. */
export function difference(official: Changes, ours: Changes, aside: ReadonlySet<NodeId>): string | undefined {
  for (const account of new Set([...official.keys(), ...ours.keys()])) {
    if (aside.has(account)) continue;
    const [theirs, mine] = [official.get(account), ours.get(account)];
    for (const resource of new Set([...(theirs?.keys() ?? []), ...(mine?.keys() ?? [])])) {
      const [there, here] = [theirs?.get(resource) ?? 0n, mine?.get(resource) ?? 0n];
      if (there !== here)
        return `${account} gains ${formatAmount(there)} of ${resource}, predicted ${formatAmount(here)}`;
    }
  }
  return undefined;
}

/** Accounts whose orders make calls that cannot be followed: only what they were promised is known of them. */
export function unfollowed(bundle: Bundle): Set<NodeId> {
  return new Set(
    bundle.orders
      .filter(({ limitOrder }) => limitOrder.foreignCall !== undefined)
      .map((each) => each.limitOrder.account),
  );
}

/** Why an execution is not what was promised; undefined when it is. */
export function broken({ bundle, proposal }: Settled, receipt: JudgedReceipt): string | undefined {
  if (receipt.status !== 'CommittedSuccess') return `${receipt.status}: ${brief(receipt)}`;
  const changes = changesOf(receipt);
  return lacking(bundle, changes) ?? difference(changes, proposal.execution.changes, unfollowed(bundle));
}

/** Every account ends with at least what its orders want, less what they sell and burn. */
function lacking(bundle: Bundle, changes: Changes): string | undefined {
  const due = new Map<NodeId, Map<NodeId, bigint>>();
  for (const [index, { limitOrder }] of bundle.orders.entries()) {
    const { account, buy, sell, withdrawn } = limitOrder;
    const own = due.get(account) ?? new Map<NodeId, bigint>();
    due.set(account, own);
    own.set(buy.resource, (own.get(buy.resource) ?? 0n) + buy.amount);
    own.set(sell.resource, (own.get(sell.resource) ?? 0n) - withdrawn - burnt(bundle.items[index]!.order.prefix));
  }
  for (const [account, own] of due) {
    for (const [resource, amount] of own) {
      const got = changes.get(account)?.get(resource) ?? 0n;
      if (got < amount) return `${account} ends with ${formatAmount(got)} of ${resource}, due ${formatAmount(amount)}`;
    }
  }
  return undefined;
}

/** What happened, in words short enough for a list. */
export function brief({ error, status }: JudgedReceipt): string {
  return error === null ? status : error.slice(0, 200);
}

/** How the checker ends: with an execution, or with the code of what does not hold. */
export type Outcome = { readonly execution: Execution } | { readonly refused: string; readonly message: string };

export function outcomeOf(run: () => Execution): Outcome {
  try {
    return { execution: run() };
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    return { refused: error.code, message: `${error.path}: ${error.message}` };
  }
}
