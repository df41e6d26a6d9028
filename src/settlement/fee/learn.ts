import type { Attos } from '../../base/amount.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Execution } from '../check/execution.js';
import { DEAREST_FEATURES, FEATURE_LISTS, type Features } from './features.js';
import { type FeeInput, type FeePrediction, predictFee } from './predict.js';
import { price } from './price.js';
import { type StateFacts, withFacts } from './state.js';

/** Reads from what a transaction was charged what its prediction lacked. */

/** What a fee is predicted of. */
export interface Priced {
  readonly input: FeeInput;
  readonly execution: Execution;
}

/** Facts as a prediction asks for them, one by one. */
export interface Asked extends StateFacts {
  readonly accounts: ReadonlyMap<NodeId, boolean | undefined>;
  readonly vaults: ReadonlyMap<NodeId, ReadonlyMap<NodeId, boolean | undefined>>;
}

/** The accounts and vaults that a fee depends on, as the facts have them now: later they may be others. */
export function askedOf({ input, execution }: Priced, facts: StateFacts): Asked {
  const accounts = new Map<NodeId, boolean | undefined>();
  const vaults = new Map<NodeId, Map<NodeId, boolean | undefined>>();
  const holdsVault = (account: NodeId, resource: NodeId): boolean | undefined => {
    const holds = facts.holdsVault(account, resource);
    const held = vaults.get(account) ?? new Map();
    vaults.set(account, held.set(resource, holds));
    return holds;
  };
  const exists = (account: NodeId): boolean | undefined => {
    const isThere = facts.exists?.(account);
    accounts.set(account, isThere);
    return isThere;
  };
  predictFee(input, execution, withFacts(facts, { holdsVault, exists }));
  return {
    accounts,
    vaults,
    ...withFacts(facts, {
      holdsVault: (account, resource) => vaults.get(account)?.get(resource),
      exists: (account) => accounts.get(account),
    }),
  };
}

/** Whether nothing of it can have changed since: what is there stays. */
export function isLasting({ accounts, vaults }: Pick<Asked, 'accounts' | 'vaults'>): boolean {
  const held = [...vaults.values()].flatMap((resources) => [...resources.values()]);
  return [...accounts.values(), ...held].every((isThere) => isThere === true);
}

/** What of a prediction charges have told: what its tokens are like, and that created accounts have the usual owner. */
export function toldByCharges(
  { input, execution }: Priced,
  facts: StateFacts,
): { readonly tokens: readonly NodeId[]; readonly owned: readonly NodeId[] } {
  const owned: NodeId[] = [];
  const ownerIsUsual = (account: NodeId): boolean => {
    owned.push(account);
    return true;
  };
  const { supposed } = predictFee(input, execution, withFacts(facts, { ownerIsUsual, features: () => undefined }));
  return { tokens: supposed, owned };
}

/** The accounts that have the usual owner, of those of which that is not known, if that is what explains a charge. */
export function ownersBy(charged: Attos, { input, execution }: Priced, facts: StateFacts): readonly NodeId[] {
  const asked: NodeId[] = [];
  const ownerIsUsual = (account: NodeId): boolean => {
    if (!facts.ownerIsUsual?.(account)) asked.push(account);
    return true;
  };
  const { known, total } = predictFee(input, execution, withFacts(facts, { ownerIsUsual }));
  return known && total === charged ? asked : [];
}

/**
 * Whether a charge can be right where the facts of accounts are: tokens of which nothing is known may make a fee a little
 * higher or lower, a vault that was not there five times as much.
 */
export function isPlausible(charged: Attos, { input, execution }: Priced, facts: StateFacts): boolean {
  const predict = (features: Features): FeePrediction =>
    predictFee(input, execution, withFacts(facts, { features: (resource) => facts.features?.(resource) ?? features }));
  const [least, most] = [predict([]), predict(DEAREST_FEATURES)];
  return least.known && least.total <= charged && charged <= most.total;
}

/** With more tokens there are too many ways to try. */
const MOST_TOKENS = 3;
/** The tip is cut after each product: parts of a fee may add up to a little more or less than the whole. */
const ROUNDING: Attos = 8n;

/**
 * What the tokens of which nothing is known may be like, by what a transaction was charged, to the atto. `possible`: what
 * each may be like by what was seen before; `facts`: as they were before the transaction. Empty where nothing explains it;
 * undefined where too little is known to say so, or there are too many tokens.
 */
export function featuresBy(
  charged: Attos,
  { input, execution }: Priced,
  facts: StateFacts,
  possible: (token: NodeId) => readonly Features[] = () => FEATURE_LISTS,
): ReadonlyMap<NodeId, readonly Features[]> | undefined {
  const predict = (token?: NodeId, features?: Features): FeePrediction =>
    predictFee(
      input,
      execution,
      withFacts(facts, {
        features: (resource) => facts.features?.(resource) ?? (resource === token ? features : undefined),
      }),
    );
  const usual = predict();
  const { known, total, supposed } = usual;
  if (!known || supposed.length > MOST_TOKENS) return undefined;
  // What each token adds does not depend on the others.
  const added = supposed.map((token) =>
    possible(token).map((features) => {
      const prediction = predict(token, features);
      return { features, prediction, adds: prediction.total - total };
    }),
  );
  const ways = sums(added, charged - total).filter((way) => totalOf(way, usual, input) === charged);
  if (ways.length === 0) return new Map();
  return new Map(supposed.map((token, index) => [token, [...new Set(ways.map((way) => way[index]!.features))]]));
}

interface Added {
  readonly features: Features;
  /** With these features of this one token. */
  readonly prediction: FeePrediction;
  readonly adds: Attos;
}

/** Every choice of one of each list that adds up to about `wanted`. */
function sums([first, ...rest]: readonly (readonly Added[])[], wanted: Attos): Added[][] {
  if (first === undefined) return isRounding(wanted) ? [[]] : [];
  const ways: Added[][] = [];
  for (const one of first) {
    const left = wanted - one.adds;
    // Nearly all choices end here: of three tokens there are thousands.
    if (rest.length === 0 && !isRounding(left)) continue;
    for (const way of sums(rest, left)) ways.push([one, ...way]);
  }
  return ways;
}

function isRounding(amount: Attos): boolean {
  return amount <= ROUNDING && -amount <= ROUNDING;
}

/** The fee with all tokens of a way so: by units, which add up exactly. */
function totalOf(way: readonly Added[], usual: FeePrediction, { tipBasisPoints }: FeeInput): Attos {
  let { executionUnits, finalizationUnits, storageBytes } = usual;
  for (const { prediction } of way) {
    executionUnits += prediction.executionUnits - usual.executionUnits;
    finalizationUnits += prediction.finalizationUnits - usual.finalizationUnits;
    storageBytes += prediction.storageBytes - usual.storageBytes;
  }
  return price(executionUnits, finalizationUnits, storageBytes, tipBasisPoints);
}
