import { SolverError } from '../../base/error.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Price } from '../../settlement/price.js';

/** What a source says at one time. */
export interface PriceReading {
  readonly prices: ReadonlyMap<NodeId, Price>;
  /** Unix milliseconds, by the source's own word; undefined: as it was read. */
  readonly asOf: number | undefined;
  /** Entries that were left out: which, and why. */
  readonly refused: readonly string[];
}

/** Where prices come from. Errors of `read`: `price-source-down`, `bad-prices`, or the signal's reason. */
export interface PriceSource {
  /** What logs may show. */
  readonly name: string;
  read(signal: AbortSignal): Promise<PriceReading>;
}

/** Not to be reached, or not in the mood: the next try may succeed. */
export function sourceDown(message: string, cause?: unknown): SolverError {
  return new SolverError('price-source-down', message, { retry: true, ...(cause === undefined ? {} : { cause }) });
}

/** An answer that means nothing, with the field as the path. */
export function badPrices(path: string, message: string): SolverError {
  return new SolverError('bad-prices', message, { path });
}
