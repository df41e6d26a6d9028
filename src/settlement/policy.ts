import { type Attos, formatAmount, parseAmount } from '../base/amount.js';
import type { NodeId } from '../sbor/custom.js';
import { LIMITS } from '../transaction/limits.js';
import type { Ppm } from './chance.js';
import type { Composition } from './compose/choose.js';

/** What a root costs whatever it holds (docs/economics.md §2): a maximum below it would let nothing pass. */
export const LEAST_FEE = parseAmount('0.24');
/** What is expected of a maximum, in words. */
export const FEE_MAXIMUM = `an amount of at least ${formatAmount(LEAST_FEE)}, which a root costs at least`;

/** How to decide. The same in `run`, in a dry run, in `replay` and in `backtest`; read from JSON by `readPolicy`. */
export interface Policy {
  readonly name: string;
  readonly composition: Composition;
  /** How many bundles one root may hold; 1: nothing is merged. */
  readonly maxBundles: number;
  /** Milliseconds that a bundle may wait for company, bounded by the tightest expiry. */
  readonly mergeWindow: number;
  /** A settlement that is expected to earn less is declined; undefined: nothing is declined for that. */
  readonly minProfit: Attos | undefined;
  readonly maxFee: Attos | undefined;
  readonly tip: TipPolicy;
  readonly chances: {
    /** Of an order of which nothing is known, and how many observations that is worth. */
    readonly cannotPay: Ppm;
    readonly weight: number;
    readonly winsRace: Ppm;
  };
  readonly prices: {
    /** Attos of XRD for one whole unit of a token. */
    readonly table: ReadonlyMap<NodeId, Attos>;
    /** Milliseconds after which a price that was fetched is no price. */
    readonly maxAge: number;
    /** Where prices are fetched beside the table. */
    readonly sources: PriceSources;
  };
  /** Tokens that may be added from the solver's own account to a bundle that lacks a little: the most of each, a root. */
  readonly inventory: ReadonlyMap<NodeId, Attos>;
  /** The network of its addresses, where it names any. */
  readonly network: PolicyNetwork | undefined;
}

export interface PriceSources {
  readonly http: { readonly url: string } | undefined;
  /** Anthic's order books, by the URL of its Trade API. */
  readonly orderBook: { readonly url: string } | undefined;
}

export interface PolicyNetwork {
  /** The suffix of its addresses. */
  readonly suffix: string;
  /** The first field with an address. */
  readonly field: string;
}

export type TipPolicy =
  | { readonly kind: 'none' }
  | { readonly kind: 'fixed'; readonly basisPoints: number }
  /** Raised by a step when a race is lost and profit allows, lowered when races are won. */
  | { readonly kind: 'adaptive'; readonly maxBasisPoints: number; readonly stepBasisPoints: number };

/** A root has room for 16 wrappers. */
export const MOST_BUNDLES = LIMITS.subintents / 2;

/** What a policy is where it does not say otherwise. */
const USUAL: Omit<Policy, 'name'> = {
  composition: 'cheapest',
  maxBundles: MOST_BUNDLES,
  mergeWindow: 0,
  minProfit: 0n,
  maxFee: undefined,
  tip: { kind: 'none' },
  chances: { cannotPay: 10_000, weight: 20, winsRace: 1_000_000 },
  prices: { table: new Map(), maxAge: 60_000, sources: { http: undefined, orderBook: undefined } },
  inventory: new Map(),
  network: undefined,
};

/** Each bundle in a root of its own. */
export const SINGLE: Policy = { ...USUAL, name: 'single', maxBundles: 1 };

/** Merges what waits already, wherever it is expected to earn more. */
export const BEST: Policy = { ...USUAL, name: 'best' };
