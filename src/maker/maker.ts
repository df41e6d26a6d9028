import { FlashClient, type FlashOptions } from '../anthic/flash/client.js';
import type { FillExecution, NewOrder, TokenAmount } from '../anthic/flash/wire.js';
import type { Clock } from '../anthic/stream/clock.js';
import type { LedgerClock } from '../ledger/clock.js';
import type { SolverEvent } from '../observe/event.js';
import { faultOf } from './fault.js';
import { Filler } from './filler.js';
import { Follower, type MakerLedger } from './follower.js';
import { Inventory } from './inventory.js';
import { type Acceptance, type Decline, decline, judgeOrder } from './judge.js';
import type { Pricing } from './pricing.js';
import { emptyBook, Quoter } from './quoter.js';
import type { FillSigner } from './signFill.js';
import type { MakerStore, WrittenFill } from './store.js';
import type { Terms } from './terms.js';

export interface MakerOptions {
  readonly signer: FillSigner;
  /** The address of its account. */
  readonly address: string;
  /** False: a dry run. Nothing that binds is sent, neither prices nor fills; what was quoted before is taken back. */
  readonly submit: boolean;
  readonly store: MakerStore;
  readonly ledger: MakerLedger & { readonly clock: Pick<LedgerClock, 'clockAt' | 'staleness'> };
  readonly flash: Pick<FlashOptions, 'urls' | 'apiKey'> & Partial<FlashOptions>;
  readonly terms: () => Promise<Terms>;
  readonly pricing: Pricing;
  /** How old the prices are already. */
  readonly pricingAgeMs?: number;
  readonly clock: Clock;
  /** Before `fill_before`, the time that a fill is given to arrive. */
  readonly marginMs: number;
  /** Age of the ledger's time from which nothing is quoted or filled. */
  readonly maxClockAgeMs: number;
  /** Age of the prices from which nothing is quoted: whoever writes them may have died. Undefined: they never age. */
  readonly maxPricingAgeMs: number | undefined;
  /** Between two looks at the ledger. */
  readonly pollMs: number;
  /** Between two looks at the terms. */
  readonly termsMs: number;
  readonly statusMs: number;
  readonly emit: (event: SolverEvent) => void;
}

/**
 * A market maker on one account: quotes pairs, fills the orders that its quotes bring, and keeps book of both. A fill is
 * written down before it is sent, and its balance stays promised until the ledger says what became of it.
 */
export class Maker {
  private readonly inventory: Inventory;
  private readonly quoter: Quoter;
  private readonly follower: Follower;
  private readonly client: FlashClient;
  private readonly filler: Filler;
  private pricing: Pricing;
  private pricingAt: number;
  private pausedFor: string | undefined;
  private terms: Terms | undefined;
  private termsAt = Number.NEGATIVE_INFINITY;
  private statusAt = Number.NEGATIVE_INFINITY;
  private stopping = false;
  private looking: Promise<void> = Promise.resolve();
  private cancelLook: () => void = () => {};

  constructor(private readonly options: MakerOptions) {
    const { store, ledger, clock, emit, flash, address: account, submit } = options;
    this.pricing = options.pricing;
    this.pricingAt = clock.monotonic() - (options.pricingAgeMs ?? 0);
    const inventory = new Inventory((symbol) => this.pricing.tokens.get(symbol), store.settledUpTo);
    this.inventory = inventory;
    this.follower = new Follower({ ...{ account, ledger, store, inventory, emit }, terms: () => this.terms });
    this.client = new FlashClient({
      ...flash,
      clock,
      position: store.position,
      onOrder: (order) => this.receive(order),
      onExecution: (execution) => this.executed(execution),
      onEvent: emit,
    });
    this.filler = new Filler({ ...{ store, clock, emit }, signer: options.signer, client: this.client });
    this.quoter = new Quoter({
      ...{ inventory, emit },
      publish: (book) => {
        if (!submit) return;
        store.quoting(book.pair);
        this.client.setBook(book);
      },
    });
  }

  /** What the last run promised is promised still; it is looked up on the ledger before anything is quoted. */
  async start(): Promise<void> {
    const { store } = this.options;
    for (const fill of store.openFills()) this.inventory.restore(fill.orderId, movementOf(fill));
    // Its last book may still stand at Anthic.
    for (const pair of store.everQuoted()) this.client.setBook(emptyBook(pair));
    await this.look();
    if (!this.stopping) this.client.start();
  }

  /** Fills that may settle still. */
  get openFills(): number {
    return this.options.store.openFills().length;
  }

  /** New prices count from the next order on. */
  reprice(pricing: Pricing, ageMs = 0): void {
    this.pricing = pricing;
    this.pricingAt = this.options.clock.monotonic() - ageMs;
    this.guarded('quotes', () => this.requote());
  }

  /** Takes all prices back, waits for fills that are on their way, and returns how many may settle still. */
  async stop(graceMs: number): Promise<{ inFlight: number }> {
    const { clock } = this.options;
    this.stopping = true;
    this.cancelLook();
    this.client.clearBooks();
    let cancel = () => {};
    const grace = new Promise<void>((resolve) => {
      cancel = clock.after(graceMs, resolve);
    });
    await Promise.race([this.filler.idle(), grace]);
    cancel();
    await this.client.stop();
    await Promise.all([this.looking, this.filler.idle()]);
    return { inFlight: this.openFills };
  }

  private async look(): Promise<void> {
    const { clock, pollMs } = this.options;
    this.looking = this.round();
    await this.looking;
    if (!this.stopping) this.cancelLook = clock.after(pollMs, () => void this.look());
  }

  private async round(): Promise<void> {
    await this.refreshTerms();
    try {
      await this.follower.look();
    } catch (error) {
      this.failed('look', error);
    }
    this.guarded('quotes', () => this.requote());
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

  /** Nothing is quoted while something is not known that a fill needs. */
  private requote(): void {
    if (this.stopping) return;
    const why = this.obstacle()?.detail;
    if (why !== undefined && this.pausedFor === undefined) this.options.emit({ type: 'quotes-paused', why });
    if (why === undefined && this.pausedFor !== undefined) this.options.emit({ type: 'quotes-resumed' });
    this.pausedFor = why;
    this.quoter.update(this.pricing, why === undefined ? this.terms : undefined);
  }

  /** Why nothing can be quoted now, nor filled. */
  private obstacle(): Decline | undefined {
    const { clock, ledger, maxClockAgeMs, maxPricingAgeMs = Number.POSITIVE_INFINITY } = this.options;
    if (this.terms === undefined) return decline('no-terms', 'the terms of the Trade API are not known');
    if (this.inventory.isEmpty) return decline('no-balances', this.withoutBalances());
    if (clock.monotonic() - this.pricingAt > maxPricingAgeMs) {
      return decline('prices-stale', `the prices are older than ${maxPricingAgeMs} ms`);
    }
    const stale = ledger.clock.staleness(maxClockAgeMs);
    return stale === undefined ? undefined : decline('clock-stale', stale);
  }

  private withoutBalances(): string {
    const { behind } = this.inventory;
    if (behind === undefined) return 'the balances are not known';
    const { path } = this.options.store;
    const { seen, since } = behind;
    return (
      `the ledger is at state ${seen} only, and a fill of ${path} settled at ${since}: the Gateway lags, or the store is of ` +
      'another ledger, such as an earlier sandbox (give it a new one)'
    );
  }

  private receive(order: NewOrder): void {
    const { store } = this.options;
    if (store.knows(order.id)) return;
    const verdict = this.decide(order);
    if (verdict.type === 'decline') return this.declined(order, verdict);
    try {
      this.filler.fill(order, verdict, this.terms!, this.options.ledger.clock.clockAt()!.epoch);
    } catch (error) {
      this.inventory.release(order.id);
      throw error;
    }
    // What it takes is promised now: the book must not offer it any more.
    this.guarded('quotes', () => this.requote());
  }

  /** What it accepts it has reserved. */
  private decide(order: NewOrder): Acceptance | Decline {
    const { clock, marginMs, submit } = this.options;
    if (this.stopping) return decline('stopping', 'the maker is stopping');
    const left = order.fillBefore - clock.now();
    if (left < marginMs) return decline('too-late', `${left} ms are left, and ${marginMs} are needed`);
    // Not only between two looks: while servers are slow, the next may be far.
    const obstacle = this.obstacle();
    if (obstacle !== undefined) return obstacle;
    const verdict = judgeOrder(order, this.quoter.quotes, this.terms!);
    if (verdict.type === 'decline') return verdict;
    if (!submit) return decline('dry-run', 'it would be filled');
    const { sold, bought, fees } = verdict;
    if (this.inventory.reserve(order.id, movementOf({ sold, bought, fees }))) return verdict;
    return decline('not-enough', `what is left of ${sold.symbol}, or the room for ${bought.symbol}, is too small`);
  }

  private declined(order: NewOrder, { code, detail }: Decline): void {
    this.options.store.declined(order, code, detail);
    this.client.decline(order.id);
    this.options.emit({ type: 'order-declined', orderId: order.id, code, detail });
  }

  private executed(execution: FillExecution): void {
    const { store, emit } = this.options;
    store.executed(execution);
    const { sequence, orderId, change } = execution;
    const detail = change.type === 'completed' ? change.outcome : change.type === 'unknown' ? change.detail : undefined;
    emit({ type: 'fill-execution', orderId, sequence, change: change.type, detail });
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
    emit({ type: 'maker-status', connections, pairs: this.quoter.quotes.length, openFills, holdings });
  }

  private guarded(where: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failed(where, error);
    }
  }

  private failed(where: string, error: unknown): void {
    this.options.emit({ type: 'internal-error', where, ...faultOf(error) });
  }
}

/** What a fill moves: `sold` and `bought` of an acceptance or of the store. */
function movementOf({ sold, fees, bought }: { sold: TokenAmount; fees: WrittenFill['fees']; bought: TokenAmount }) {
  const withdrawn = sold.amount + fees.anthic + fees.settlement;
  return {
    gives: { symbol: sold.symbol, amount: withdrawn },
    gets: { symbol: bought.symbol, amount: bought.amount },
  };
}
