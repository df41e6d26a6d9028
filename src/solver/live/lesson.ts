import type { Attos } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import {
  type Asked,
  featuresBy,
  isLasting,
  isPlausible,
  ownersBy,
  type Priced,
  toldByCharges,
} from '../../settlement/fee/learn.js';
import { predictFee, type StateFacts, withFacts } from '../../settlement/fee/predict.js';
import type { AccountFacts } from './facts.js';

/** What the charge of a settlement can teach of what its fee depends on. */
export interface Lesson {
  readonly priced: Priced;
  /** Accounts before it. What is known of tokens and owners is asked for when the charge is there. */
  readonly before: Asked;
}

/**
 * A settlement has succeeded and was charged so; `before` is what was known when it was planned. Where that was not all,
 * vaults count as there: a missing one costs so much that nothing else explains it, and nothing is learned.
 */
export function learnReceipt(facts: AccountFacts, charged: Attos, { priced, before }: Lesson): void {
  const supposed = withFacts(before, {
    holdsVault: (account, resource) => before.holdsVault(account, resource) ?? true,
    exists: (account) => before.exists?.(account) ?? true,
  });
  learnCharge(facts, charged, { priced, before: supposed, isSure: isLasting(before) });
  facts.learnVaults(vaultsOf(before));
}

/** A settlement would succeed and be charged so; `before` is what is there beside what it would create. */
export function learnPreview(facts: AccountFacts, charged: Attos, { priced, before }: Lesson): void {
  learnCharge(facts, charged, { priced, before, isSure: true });
  // A receipt whose own charge belies it tells nothing of accounts.
  if (isPlausible(charged, priced, before)) facts.learnState(before);
}

interface Charge {
  readonly priced: Priced;
  readonly before: StateFacts;
  /** Whether accounts surely were like that. */
  readonly isSure: boolean;
}

function learnCharge(facts: AccountFacts, charged: Attos, charge: Charge): void {
  const { priced, before, isSure } = charge;
  for (const account of ownersBy(charged, priced, before)) facts.setOwner(account, true);
  if (isSure) check(facts, charged, charge);
  facts.tokens.learn(charged, priced, before);
}

/** Takes back what a charge belies of what others have told. */
function check(facts: AccountFacts, charged: Attos, { priced, before }: Charge): void {
  const { known, supposed, total } = predictFee(priced.input, priced.execution, before);
  if (!known || supposed.length > 0) return;
  const { tokens, owned } = toldByCharges(priced, before);
  if (total === charged) return facts.tokens.confirm(tokens);
  const others = featuresBy(charged, priced, withFacts(before, { features: () => undefined }));
  const isExplained = others !== undefined && others.size > 0;
  facts.tokens.belie(tokens, isExplained);
  if (!isExplained) for (const account of owned) facts.setOwner(account, false);
}

/** Every vault that a settlement touches: once it has succeeded, all of them are there. */
function vaultsOf({ vaults }: Asked): { readonly account: NodeId; readonly resource: NodeId }[] {
  return [...vaults].flatMap(([account, resources]) =>
    [...resources.keys()].map((resource) => ({ account, resource })),
  );
}
