import type { Attos } from '../base/amount.js';
import type { NodeId } from '../sbor/custom.js';
import type { Composition } from './compose/choose.js';
import type { Ppm } from './planner/model.js';

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
  };
  /** Tokens that may be added from the solver's own account to a bundle that lacks a little: the most of each, a root. */
  readonly inventory: ReadonlyMap<NodeId, Attos>;
}

export type TipPolicy =
  | { readonly kind: 'none' }
  | { readonly kind: 'fixed'; readonly basisPoints: number }
  /** Raised by a step when a race is lost and profit allows, lowered when races are won. */
  | { readonly kind: 'adaptive'; readonly maxBasisPoints: number; readonly stepBasisPoints: number };

const USUAL: Omit<Policy, 'name' | 'maxBundles'> = {
  composition: 'cheapest',
  mergeWindow: 0,
  minProfit: undefined,
  maxFee: undefined,
  tip: { kind: 'none' },
  chances: { cannotPay: 10_000, weight: 20, winsRace: 1_000_000 },
  prices: { table: new Map(), maxAge: 60_000 },
  inventory: new Map(),
};

/** Each bundle in a root of its own. */
export const SINGLE: Policy = { name: 'single', maxBundles: 1, ...USUAL };

/** Merges what waits already, wherever it is expected to earn more. */
export const BEST: Policy = { name: 'best', maxBundles: 16, ...USUAL };
