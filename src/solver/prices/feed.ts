import type { Attos } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import { withDeadline } from '../../ledger/deadline.js';
import type { Surroundings } from '../../ledger/surroundings.js';
import type { EventOf } from '../../observe/event.js';
import type { NodeId } from '../../sbor/custom.js';
import { type PriceLookup, PriceTable } from '../../settlement/price.js';
import { badPrices, type PriceReading, type PriceSource } from './source.js';

export interface PriceFeedOptions {
  /** What the operator wrote down: it goes before every source. Error: `bad-price`. */
  readonly table: ReadonlyMap<NodeId, Attos>;
  /** The first that has a price counts. */
  readonly sources: readonly PriceSource[];
  /** Milliseconds after which a price that was read is none. */
  readonly maxAge: number;
  readonly everyMs?: number | undefined;
  readonly emit: (event: EventOf<'prices' | 'prices-read'>) => void;
  readonly nameOf?: (resource: NodeId) => string;
}

const EVERY_MS = 10_000;
/** All requests of a reading together, so that a source that drips does not end the news of it. */
const READING_MS = 30_000;
/** How far the clock of a source may be ahead. Further, `asOf` is no time, or in milliseconds. */
const AHEAD_MS = 60_000;
const MAX_NAMED = 5;

/** Prices from all sources, kept fresh in the background. What is too old has no price; what fails says so and is tried again. */
export class PriceFeed {
  private readonly table: PriceTable;
  private readonly latest: (PriceTable | undefined)[];
  /** What was told last of each source. */
  private readonly told: string[] = [];

  constructor(
    private readonly options: PriceFeedOptions,
    private readonly surroundings: Pick<Surroundings, 'now' | 'wallNow' | 'sleep'>,
  ) {
    this.table = PriceTable.of(options.table, options.nameOf);
    this.latest = options.sources.map(() => undefined);
    // An age that is none is said at once, not by the first reading.
    new PriceTable(options.maxAge);
  }

  /** The prices of this moment. */
  lookup(): PriceLookup {
    const now = this.surroundings.now();
    const tables = [this.table, ...this.latest].filter((table) => table !== undefined).map((table) => table.at(now));
    // Value and cost by the same: of two sources one might sell for more than the other buys.
    const of = (resource: NodeId) => tables.find((table) => table.valueOf(resource, 0n) !== undefined);
    return {
      valueOf: (resource, amount) => of(resource)?.valueOf(resource, amount),
      costOf: (resource, amount) => of(resource)?.costOf?.(resource, amount),
    };
  }

  /** Reads all sources again and again, until the signal fires. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { everyMs = EVERY_MS, sources } = this.options;
    await Promise.all(
      sources.map(async (_, index) => {
        while (!signal.aborted) {
          await this.refresh(index, signal);
          await this.surroundings.sleep(everyMs, signal).catch(() => {});
        }
      }),
    );
  }

  /** Reads each source once. Never throws. */
  async refreshAll(signal: AbortSignal): Promise<void> {
    await Promise.all(this.options.sources.map((_, index) => this.refresh(index, signal)));
  }

  private async refresh(index: number, signal: AbortSignal): Promise<void> {
    const source = this.options.sources[index]!;
    try {
      const reading = await withDeadline((inTime) => source.read(inTime), READING_MS, signal, this.surroundings);
      const { table, refused, age, estimated } = this.take(reading);
      this.latest[index] = table;
      this.options.emit({ type: 'prices-read', source: source.name, ageMs: age });
      this.tell(index, { ok: true, tokens: table.size, estimated, detail: inShort(refused) });
    } catch (error) {
      if (signal.aborted) return;
      const tokens = this.latest[index]?.sizeAt(this.surroundings.now());
      const { code, detail } = failureOf(error);
      this.tell(index, { ok: false, tokens: tokens ?? 0, code: tokens === 0 ? 'stale' : code, detail });
    }
  }

  /** A source that is down for an hour is one piece of news. */
  private tell(index: number, news: Omit<EventOf<'prices'>, 'type' | 'source'>): void {
    const { sources, emit } = this.options;
    const gist = JSON.stringify([news.ok, news.tokens, news.estimated, news.code]);
    if (this.told[index] === gist) return;
    this.told[index] = gist;
    emit({ type: 'prices', source: sources[index]!.name, ...news });
  }

  /** A reading as a table. The source's word for its age counts by the wall clock; from then on ours does, which nobody sets. */
  private take({ prices, asOf, refused }: PriceReading) {
    const { maxAge, nameOf = String } = this.options;
    const { now, wallNow } = this.surroundings;
    const age = asOf === undefined ? 0 : wallNow() - asOf;
    if (age < -AHEAD_MS) throw badPrices('asOf', 'expected a time that has come, in Unix seconds');
    if (age > maxAge) throw badPrices('asOf', `expected prices of the last ${maxAge} ms, got some of ${age} ms ago`);
    const table = new PriceTable(maxAge);
    const left = [...refused];
    let estimated = 0;
    for (const [resource, price] of prices) {
      try {
        table.set(resource, price, now() - Math.max(0, age), nameOf(resource));
        if (price.ask === undefined) estimated++;
      } catch (error) {
        if (!(error instanceof SolverError)) throw error;
        left.push(`${error.path}: ${error.message}`);
      }
    }
    return { table, refused: left, age: Math.max(0, age), estimated };
  }
}

function failureOf(error: unknown): { readonly code: string; readonly detail: string } {
  if (!(error instanceof SolverError)) return { code: 'price-source-down', detail: String(error) };
  const detail = error.path === '' ? error.message : `${error.path}: ${error.message}`;
  return { code: error.code, detail };
}

function inShort(refused: readonly string[]): string | undefined {
  if (refused.length === 0) return undefined;
  const more = refused.length > MAX_NAMED ? `; and ${refused.length - MAX_NAMED} more` : '';
  return `left out: ${refused.slice(0, MAX_NAMED).join('; ')}${more}`;
}
