import { FlashClient, type FlashOptions } from '../anthic/flash/client.js';
import { CallRefused, FlashError } from '../anthic/flash/error.js';
import { type FillExecution, type NewOrder, type Pair, pairName } from '../anthic/flash/wire.js';
import type { OrderBook } from '../anthic/order/book.js';
import type { Clock } from '../anthic/stream/clock.js';
import { detailText } from '../anthic/stream/event.js';
import { SolverError } from '../base/error.js';
import type { LedgerClock } from '../ledger/clock.js';
import type { MakerEvent } from '../observe/makerEvent.js';
import { Follower, type MakerLedger } from './follower.js';
import { Inventory } from './inventory.js';
import { type Acceptance, type Decline, decline, judgeOrder, type Quote } from './judge.js';
import type { Pricing } from './pricing.js';
import { quoteBook } from './quote.js';
import type { FillAnswer } from './schema.js';
import { type FillSigner, signFill } from './signFill.js';
import type { MakerStore } from './store.js';
import type { Terms } from './terms.js';

export interface MakerOptions {
  readonly signer: FillSigner;
  readonly address: string;
  /** False: a dry run. Nothing that binds is sent, neither prices nor fills. */
  readonly submit: boolean;
  readonly store: MakerStore;
  readonly ledger: MakerLedger & { readonly clock: Pick<LedgerClock, 'clockAt'> };
  readonly flash: Pick<FlashOptions, 'urls' | 'apiKey'> & Partial<FlashOptions>;
  readonly terms: () => Promise<Terms>;
  readonly pricing: Pricing;
  readonly clock: Clock;
  /** Time before `fill_before` that a fill needs to arrive. */
  readonly marginMs: number;
  readonly maxClockAgeMs: number;
  readonly pollMs: number;
  readonly termsMs: number;
  readonly statusMs: number;
  readonly emit: (event: MakerEvent) => void;
}

/**
 * A market maker on one account: quotes pairs, fills the orders that its quotes bring, and keeps book of both. A fill is
 * written down before it is sent, and its balance stays promised until the ledger says what became of it.
 */
export class Maker {
  private readonly inventory: Inventory;
  private readonly follower: Follower;
  private readonly client: FlashClient;
  private readonly filling = new Set<Promise<void>>();
  private readonly told = new Map<string, string>();
  private pricing: Pricing;
  private terms: Terms | undefined;
  private termsAt = Number.NEGATIVE_INFINITY;
  private statusAt: number;
  private quotes: readonly Quote[] = [];
  private stopping = false;
  private looking: Promise<void> = Promise.resolve();
  private cancelLook: () => void = () => {};

  constructor(private readonly options: MakerOptions) {
    const { store, ledger, clock, emit, flash, address: account } = options;
    this.pricing = options.pricing;
    this.statusAt = clock.monotonic();
    this.inventory = new Inventory((symbol) => this.pricing.tokens.get(symbol));
    this.follower = new Follower({
      ...{ account, ledger, store, clock, emit },
      inventory: this.inventory,
      terms: () => this.terms,
    });
    this.client = new FlashClient({
      ...flash,
      clock,
      position: store.position,
      onOrder: (order) => this.receive(order),
      onExecution: (execution) => this.executed(execution),
      onReady: () => this.requote(),
      onEvent: emit,
    });
  }

  /** What the last run promised is promised still; it is looked up on the ledger before anything is quoted. */
  async start(): Promise<void> {
    const { store } = this.options;
    for (const { orderId, sold, fees, bought } of store.openFills()) {
      const withdrawn = sold.amount + fees.anthic + fees.settlement;
      this.inventory.restore(orderId, { gives: { symbol: sold.symbol, amount: withdrawn }, gets: bought });
    }
    // Its last book may still stand at Anthic.
    for (const pair of store.everQuoted()) this.client.setBook({ pair, bids: [], asks: [] });
    await this.look();
    this.client.start();
  }

  /** New prices count from the next order on. */
  reprice(pricing: Pricing): void {
    this.pricing = pricing;
    this.requote();
  }

  /** Takes all prices back, waits for fills that are on their way, and returns how many may settle still. */
  async stop(graceMs: number): Promise<{ inFlight: number }> {
    const { clock, store } = this.options;
    this.stopping = true;
    this.quotes = [];
    this.client.clearBooks();
    this.cancelLook();
    let cancel = () => {};
    const grace = new Promise<void>((resolve) => {
      cancel = clock.after(graceMs, resolve);
    });
    await Promise.race([Promise.allSettled(this.filling), grace]);
    cancel();
    await this.client.stop();
    await Promise.allSettled([this.looking, ...this.filling]);
    return { inFlight: store.openFills().length };
  }

  private async look(): Promise<void> {
    const { clock, pollMs } = this.options;
    this.looking = this.round();
    await this.looking;
    if (!this.stopping) this.cancelLook = clock.after(pollMs, () => void this.look());
  }

  private async round(): Promise<void> {
    await this.refreshTerms();
    await this.follower.look();
    this.requote();
    this.tellStatus();
  }

  private async refreshTerms(): Promise<void> {
    const { clock, termsMs, terms, emit } = this.options;
    if (clock.monotonic() < this.termsAt + termsMs) return;
    try {
      this.terms = await terms();
      this.termsAt = clock.monotonic();
    } catch (error) {
      emit({ type: 'terms-failed', ...faultOf(error) });
    }
  }

  /** Quotes what can be promised now; nothing while something that a fill needs is not known. */
  private requote(): void {
    if (this.stopping || this.terms === undefined) return;
    const { terms } = this;
    const canFill = !this.inventory.isEmpty && this.clockFault() === undefined;
    const before = this.quotes;
    this.quotes = canFill ? this.pricing.pairs.flatMap((pricing) => this.quoteOf(pricing, terms)) : [];
    for (const { book } of this.quotes) this.publish(book);
    const now = new Set(this.quotes.map(({ book }) => pairName(book.pair)));
    for (const { book } of before) if (!now.has(pairName(book.pair))) this.publish(emptyBook(book.pair));
  }

  private quoteOf(pricing: Pricing['pairs'][number], terms: Terms): Quote[] {
    const pair = pairName(pricing);
    try {
      const book = quoteBook(pricing, terms, this.inventory);
      this.told.delete(pair);
      return [{ pricing, book }];
    } catch (error) {
      const { detail } = faultOf(error);
      if (this.told.get(pair) !== detail) this.options.emit({ type: 'pair-not-quoted', pair, detail });
      this.told.set(pair, detail);
      return [];
    }
  }

  private publish(book: OrderBook): void {
    const { emit, submit, store } = this.options;
    if (submit) {
      store.quoting(book.pair);
      this.client.setBook(book);
    }
    const { pair, bids, asks } = book;
    const text = JSON.stringify([bids, asks], (_, value) => (typeof value === 'bigint' ? String(value) : value));
    if (this.published.get(pairName(pair)) === text) return;
    this.published.set(pairName(pair), text);
    const levels = bids.length + asks.length;
    emit({ type: 'book-quoted', pair: pairName(pair), bid: bids[0]?.price, ask: asks[0]?.price, levels });
  }

  private readonly published = new Map<string, string>();

  private receive(order: NewOrder): void {
    const { store } = this.options;
    if (store.knows(order.id)) return;
    const verdict = this.judge(order);
    if (verdict.type === 'decline') return this.declined(order, verdict);
    const promise = this.fill(order, verdict).finally(() => this.filling.delete(promise));
    this.filling.add(promise);
  }

  private judge(order: NewOrder): Acceptance | Decline {
    const { clock, marginMs, submit } = this.options;
    if (this.stopping) return decline('stopping', 'the maker is stopping');
    const left = order.fillBefore - clock.now();
    if (left < marginMs) return decline('too-late', `${left} ms are left, and ${marginMs} are needed`);
    if (this.terms === undefined) return decline('no-terms', 'the terms of the Trade API are not known');
    const stale = this.clockFault();
    if (stale !== undefined) return decline('clock-stale', stale);
    const verdict = judgeOrder(order, this.quotes, this.terms);
    if (verdict.type === 'decline') return verdict;
    if (!submit) return decline('dry-run', 'it would be filled');
    const { sold, bought, fees } = verdict;
    const movement = { gives: { symbol: sold.symbol, amount: fees.withdrawn }, gets: bought };
    if (this.inventory.reserve(order.id, movement)) return verdict;
    return decline('not-enough', `what is left of ${sold.symbol}, or the room for ${bought.symbol}, is too small`);
  }

  private declined(order: NewOrder, { code, detail }: Decline): void {
    this.options.store.declined(order, code, detail);
    this.client.decline(order.id);
    this.options.emit({ type: 'order-declined', orderId: order.id, code, detail });
  }

  private async fill(order: NewOrder, verdict: Acceptance): Promise<void> {
    const { store, clock, emit } = this.options;
    const { id: orderId, fillBefore } = order;
    const transaction = this.writeAhead(order, verdict);
    // The balance is promised now: the others must not see it offered.
    this.requote();
    const started = clock.monotonic();
    const tell = (answer: FillAnswer | 'unknown', detail: string | undefined) => {
      store.answered(orderId, answer === 'unknown' ? null : answer, detail ?? null);
      emit({ type: 'fill-answered', orderId, answer, detail, tookMs: clock.monotonic() - started });
    };
    try {
      await this.client.fill({ orderId, transaction, fillBefore });
      tell('accepted', undefined);
    } catch (error) {
      // Even one that was refused is out, signed: its balance stays promised until it has expired on the ledger.
      const { code, detail } = faultOf(error);
      if (error instanceof CallRefused) tell('refused', `${error.rpcCode}: ${detail}`);
      else if (error instanceof FlashError && error.code === 'fill-too-late') tell('not-sent', detail);
      else tell('unknown', `${code}: ${detail}`);
    }
  }

  /** Signs and writes down. What fails here was never sent, so nothing is promised. */
  private writeAhead(order: NewOrder, verdict: Acceptance): string {
    const { store, signer, clock, ledger, emit } = this.options;
    try {
      const { epoch } = ledger.clock.clockAt()!;
      const fill = signFill(order, verdict, this.terms!, signer, { now: clock.now(), epoch });
      store.writeAhead(fill);
      const { orderId, subintentId, sold, bought } = fill;
      emit({
        ...{ type: 'fill-written', orderId, subintentId, gain: verdict.gain },
        ...{ sold: sold.amount, soldSymbol: sold.symbol, bought: bought.amount, boughtSymbol: bought.symbol },
      });
      return fill.transaction;
    } catch (error) {
      this.inventory.release(order.id);
      throw error;
    }
  }

  private executed(execution: FillExecution): void {
    const { store, emit } = this.options;
    store.executed(execution);
    const { sequence, orderId, change } = execution;
    const detail = change.type === 'completed' ? change.outcome : change.type === 'unknown' ? change.detail : undefined;
    emit({ type: 'fill-execution', orderId, sequence, change: change.type, detail });
  }

  private clockFault(): string | undefined {
    const reading = this.options.ledger.clock.clockAt();
    if (reading === undefined) return 'no Gateway has told the time of the ledger yet';
    if (reading.ageMs <= this.options.maxClockAgeMs) return undefined;
    return `no Gateway has shown a newer time of the ledger for ${Math.round(reading.ageMs)} ms`;
  }

  private tellStatus(): void {
    const { clock, statusMs, emit } = this.options;
    if (clock.monotonic() < this.statusAt + statusMs) return;
    this.statusAt = clock.monotonic();
    const connections = this.client.health().filter(({ ready }) => ready).length;
    const symbols = new Set(this.pricing.pairs.flatMap(({ base, quote }) => [base, quote]));
    const holdings = [...symbols].map((symbol) => {
      return { symbol, held: this.inventory.held(symbol), reserved: this.inventory.reserved(symbol) };
    });
    const openFills = this.inventory.promises;
    emit({ type: 'maker-status', connections, pairs: this.quotes.length, openFills, holdings });
  }
}

function emptyBook({ base, quote }: Pair): OrderBook {
  return { pair: { base, quote }, bids: [], asks: [] };
}

function faultOf(error: unknown): { code: string; detail: string } {
  const code = error instanceof SolverError ? error.code : 'internal';
  return { code, detail: detailText(error instanceof Error ? error.message : String(error)) };
}
