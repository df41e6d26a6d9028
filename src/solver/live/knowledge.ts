import type { NodeId } from '../../sbor/custom.js';
import { isUsual } from '../../settlement/fee/features.js';
import type { SettledOrder } from '../../settlement/settle.js';
import { isAccount, XRD } from '../../transaction/address.js';
import type { Subintent } from '../../transaction/model.js';
import type { Held, Knowledge, KnownAccount, KnownToken } from '../knowledge.js';
import type { AccountFacts } from './facts.js';

/** What is known at present of all that a settlement of these orders may touch: for the recording of them. */
export function knowledgeOf(orders: readonly SettledOrder[], solver: NodeId, facts: AccountFacts): Knowledge {
  const tokens = new Set([XRD, ...orders.flatMap(({ limitOrder: { sell, buy } }) => [sell.resource, buy.resource])]);
  const theirs = new Set(orders.flatMap(({ wrapper, order }) => [...calledBy(wrapper), ...calledBy(order)]));
  const all = new Set([...theirs, solver]);
  const ofTokens = <T>(tell: (account: NodeId, token: NodeId) => T | undefined) => {
    return (account: NodeId) => some(known(tokens, (token) => tell(account, token)));
  };
  return {
    vaults: known(
      all,
      ofTokens((account, token) => facts.holdsVault(account, token)),
    ),
    held: known(
      theirs,
      ofTokens((account, token) => heldBy(account, token, facts)),
    ),
    accounts: known(all, (account) => accountOf(account, facts)),
    tokens: known(tokens, (token) => tokenOf(token, facts)),
  };
}

/** Those of which something is known. */
function known<T>(nodes: Iterable<NodeId>, tell: (node: NodeId) => T | undefined): Map<NodeId, T> {
  const found = new Map<NodeId, T>();
  for (const node of nodes) {
    const told = tell(node);
    if (told !== undefined) found.set(node, told);
  }
  return found;
}

function some<T extends ReadonlyMap<unknown, unknown>>(found: T): T | undefined {
  return found.size === 0 ? undefined : found;
}

/** What our own settlements took may be reckoned twice: less than nothing is at least nothing. */
function heldBy(account: NodeId, token: NodeId, facts: AccountFacts): Held | undefined {
  const held = facts.held(account, token);
  return held !== undefined && held.atLeast < 0n ? { ...held, atLeast: 0n } : held;
}

function accountOf(account: NodeId, facts: AccountFacts): KnownAccount | undefined {
  const exists = facts.exists(account);
  // Where the owner is not known to be the usual one, nothing is known of it.
  const ownerIsUsual = facts.ownerIsUsual(account) || undefined;
  return exists === undefined && ownerIsUsual === undefined ? undefined : { exists, ownerIsUsual };
}

function tokenOf(token: NodeId, facts: AccountFacts): KnownToken | undefined {
  const features = facts.features(token);
  if (features !== undefined) return { features, isSure: true };
  const likely = facts.likelyFeatures(token);
  // What is supposed of every token needs no telling.
  return likely === undefined || isUsual(likely) ? undefined : { features: likely, isSure: false };
}

/** Accounts that it withdraws from or pays into. */
function calledBy({ value }: Subintent): readonly NodeId[] {
  return value.intentCore.instructions.value.flatMap((each) =>
    each.type === 'CALL_METHOD' && typeof each.address === 'string' && isAccount(each.address) ? [each.address] : [],
  );
}
