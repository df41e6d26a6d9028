import type { Attos } from '../../base/amount.js';
import type { Journal } from '../../journal/journal.js';
import type { NodeId } from '../../sbor/custom.js';
import {
  FEATURE_LISTS,
  type Features,
  isFeature,
  isFreezable,
  listLength,
  USUAL_FEATURES,
} from '../../settlement/fee/features.js';
import { featuresBy, type Priced } from '../../settlement/fee/learn.js';
import { predictFee, type StateFacts, withFacts } from '../../settlement/fee/predict.js';
import { formatAddress, parseAddress } from '../../transaction/address.js';
import type { Desk } from './desk.js';

const MAX_TOKENS = 10_000;
/** Facts of a token in the journal: its features, for ever. */
const KEY = 'features/';
/** Charges that nothing explains before no more are looked at: each look takes a millisecond. */
const MAX_FAILURES = 8;

/** A token of which not all is known. */
interface Open {
  /** What it may be like. */
  readonly possible: readonly Features[];
  /** Charges in a row that nothing explains. */
  readonly failures: number;
}
const NEW: Open = { possible: FEATURE_LISTS, failures: 0 };

/**
 * What tokens are like as far as fees depend on it. No Gateway tells, but what a transaction is charged does, to the
 * atto: what cannot be is struck out by each preview and receipt until one list is left, which the journal remembers.
 */
export class TokenFacts {
  private readonly known = new Map<NodeId, Features>();
  private readonly open = new Map<NodeId, Open>();

  constructor(
    private readonly desk: Desk,
    private readonly network: number,
  ) {}

  /** Takes up what earlier runs have learned. */
  load(journal: Journal): void {
    for (const { key, value } of journal.facts(KEY, MAX_TOKENS)) {
      if (!Array.isArray(value) || !value.every(isFeature)) continue;
      try {
        this.known.set(parseAddress(key.slice(KEY.length), this.network), value);
      } catch {
        // A journal of another network.
      }
    }
    this.desk.offer((journal) => journal.dropFacts(KEY, MAX_TOKENS));
  }

  features(token: NodeId): Features | undefined {
    return this.known.get(token);
  }

  /** What it is supposed to be like, until that is known. */
  likelyFeatures(token: NodeId): Features | undefined {
    const { possible } = this.open.get(token) ?? NEW;
    const usual = listLength(USUAL_FEATURES);
    return possible.find((features) => !isFreezable(features) && listLength(features) === usual) ?? possible[0];
  }

  /** Of all that it may be like, what makes a fee the highest. */
  dearestFeatures(token: NodeId): Features {
    const { possible } = this.open.get(token) ?? NEW;
    const cost = (features: Features): number => (isFreezable(features) ? 1_000 : 0) + listLength(features);
    return possible.reduce((most, each) => (cost(each) > cost(most) ? each : most));
  }

  /** A transaction was charged so, or would be. `accounts`: as they were before it. */
  learn(charged: Attos, priced: Priced, accounts: StateFacts): void {
    const facts = this.factsWith(accounts);
    const { supposed } = predictFee(priced.input, priced.execution, facts);
    const before = new Map(supposed.map((token) => [token, this.open.get(token) ?? NEW]));
    if (supposed.length === 0 || [...before.values()].some(({ failures }) => failures >= MAX_FAILURES)) return;
    const found = featuresBy(charged, priced, facts, (token) => before.get(token)!.possible);
    for (const [token, { possible, failures }] of before) {
      const left = found.get(token);
      if (left === undefined) this.keepOpen(token, { possible, failures: failures + 1 });
      else if (left.length === 1) this.remember(token, left[0]!);
      else this.keepOpen(token, { possible: left, failures: 0 });
    }
  }

  /** Forgets what the charge of a transaction belies. `accounts`: as they surely were before it. */
  check(charged: Attos, { input, execution }: Priced, accounts: StateFacts): void {
    const { known, supposed, total } = predictFee(input, execution, this.factsWith(accounts));
    if (!known || supposed.length > 0 || total === charged) return;
    const nothing = withFacts(accounts, { features: () => undefined });
    for (const token of predictFee(input, execution, nothing).supposed) {
      this.known.delete(token);
      this.open.delete(token);
      this.write(token, null);
    }
  }

  private factsWith(accounts: StateFacts): StateFacts {
    return withFacts(accounts, { features: (token) => this.known.get(token) });
  }

  private remember(token: NodeId, features: Features): void {
    this.open.delete(token);
    makeRoom(this.known);
    this.known.set(token, features);
    this.write(token, features);
  }

  private keepOpen(token: NodeId, open: Open): void {
    if (!this.open.has(token)) makeRoom(this.open);
    this.open.set(token, open);
  }

  private write(token: NodeId, features: Features | null): void {
    this.desk.offer((journal) => journal.setFact(KEY + formatAddress(token, this.network), features));
  }
}

/** Whoever came first goes first: it can be learned again. */
function makeRoom(tokens: Map<NodeId, unknown>): void {
  if (tokens.size >= MAX_TOKENS) tokens.delete(tokens.keys().next().value!);
}
