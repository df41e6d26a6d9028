import type { Attos } from '../../base/amount.js';
import type { Journal } from '../../journal/journal.js';
import type { NodeId } from '../../sbor/custom.js';
import {
  FEATURE_LISTS,
  type Features,
  isFeature,
  isFreezable,
  isUsual,
  listLength,
} from '../../settlement/fee/features.js';
import { featuresBy, type Priced } from '../../settlement/fee/learn.js';
import { predictFee, type StateFacts } from '../../settlement/fee/predict.js';
import { formatAddress, parseAddress } from '../../transaction/address.js';
import type { Desk } from './desk.js';

const MAX_TOKENS = 10_000;
/** Facts of a token in the journal: its features, for ever. */
const KEY = 'features/';
/** After so many were written down, those beyond `MAX_TOKENS` are dropped. */
const DROP_EVERY = 1_000;
/** Charges that nothing explains before no more are looked at: of several tokens each look takes milliseconds. */
const MAX_FAILURES = 8;

interface Known {
  readonly features: Features;
  /** The last charge belied it. */
  isSuspect: boolean;
}

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
  private readonly known = new Map<NodeId, Known>();
  private readonly open = new Map<NodeId, Open>();
  private written = 0;

  constructor(
    private readonly desk: Desk,
    private readonly network: number,
  ) {}

  /** Takes up what earlier runs have learned. */
  load(journal: Journal): void {
    // The oldest first: they go first where there are too many.
    for (const { key, value } of journal.facts(KEY, MAX_TOKENS).reverse()) {
      if (!Array.isArray(value) || !value.every(isFeature)) continue;
      try {
        this.known.set(parseAddress(key.slice(KEY.length), this.network), { features: value, isSuspect: false });
      } catch {
        // A journal of another network.
      }
    }
    this.dropOld();
  }

  features(token: NodeId): Features | undefined {
    return this.known.get(token)?.features;
  }

  /** What it is supposed to be like, until that is known. */
  likelyFeatures(token: NodeId): Features | undefined {
    const { possible } = this.open.get(token) ?? NEW;
    return possible.find(isUsual) ?? possible[0];
  }

  /** Of all that it may be like, what makes a fee the highest. */
  dearestFeatures(token: NodeId): Features {
    const { possible } = this.open.get(token) ?? NEW;
    const cost = (features: Features): number => (isFreezable(features) ? 1_000 : 0) + listLength(features);
    return possible.reduce((most, each) => (cost(each) > cost(most) ? each : most));
  }

  /** A transaction was charged so, or would be. `facts`: accounts as they were before it, tokens as they are known here. */
  learn(charged: Attos, priced: Priced, facts: StateFacts): void {
    const { supposed } = predictFee(priced.input, priced.execution, facts);
    const before = new Map(supposed.map((token) => [token, this.open.get(token) ?? NEW]));
    const isHopeless = [...before.values()].some(({ failures }) => failures >= MAX_FAILURES);
    // By itself it is looked at whatever it was traded with before.
    if (supposed.length === 0 || (isHopeless && supposed.length > 1)) return;
    const found = featuresBy(charged, priced, facts, (token) => before.get(token)!.possible);
    if (found === undefined) return;
    for (const [token, { failures }] of before) {
      const left = found.get(token);
      // What was struck out may have been by a charge that was false.
      if (left === undefined) this.keepOpen(token, { ...NEW, failures: failures + 1 });
      else if (left.length === 1) this.remember(token, left[0]!);
      else this.keepOpen(token, { possible: left, failures: 0 });
    }
  }

  /** What is known of all these is what a charge was made of. */
  confirm(tokens: readonly NodeId[]): void {
    for (const token of tokens) this.known.get(token)!.isSuspect = false;
  }

  /**
   * What is known of all these is not what a charge was made of: it is forgotten where others explain that (`isExplained`).
   * Where nothing does, an account may be the reason; not by two charges in a row.
   */
  belie(tokens: readonly NodeId[], isExplained: boolean): void {
    for (const token of tokens) {
      const known = this.known.get(token)!;
      if (isExplained || known.isSuspect) {
        this.known.delete(token);
        this.write(token, null);
      } else known.isSuspect = true;
    }
  }

  private remember(token: NodeId, features: Features): void {
    this.open.delete(token);
    makeRoom(this.known);
    this.known.set(token, { features, isSuspect: false });
    this.write(token, features);
  }

  private keepOpen(token: NodeId, open: Open): void {
    if (!this.open.has(token)) makeRoom(this.open);
    this.open.set(token, open);
  }

  private write(token: NodeId, features: Features | null): void {
    this.desk.offer((journal) => journal.setFact(KEY + formatAddress(token, this.network), features));
    if (++this.written % DROP_EVERY === 0) this.dropOld();
  }

  private dropOld(): void {
    this.desk.offer((journal) => journal.dropFacts(KEY, MAX_TOKENS));
  }
}

/** Whoever came first goes first: it can be learned again. */
function makeRoom(tokens: Map<NodeId, unknown>): void {
  if (tokens.size >= MAX_TOKENS) tokens.delete(tokens.keys().next().value!);
}
