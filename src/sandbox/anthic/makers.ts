import type { Level } from '../../anthic/order/book.js';
import type { Attos } from '../../base/amount.js';
import { aggregate, type Book, type BookSide, EMPTY_BOOK, without } from './book.js';
import { FillHistory } from './history.js';
import type { Offer } from './matching.js';
import type { Release } from './release.js';
import type { AnthicSettings, MakerSettings } from './settings.js';
import type { Token } from './tokens.js';

/** A maker's session: what it asked for, and how it is told. */
export interface MakerSession {
  wantsOrders: boolean;
  wantsFills: boolean;
  notify(method: string, params: object): void;
}

/** So much of a side of a book that its maker was asked for. */
export interface Claim {
  readonly amount: Attos;
  /** The maker knows of it: its next book has it taken off already. */
  filled: boolean;
}

/** One maker account: what all its sessions share. */
export class Maker {
  readonly history = new FillHistory();
  readonly sessions = new Set<MakerSession>();
  private readonly books = new Map<string, Book>();
  /** Pair and side → what it was asked for and has not settled. */
  private readonly claims = new Map<string, Set<Claim>>();

  constructor(readonly settings: MakerSettings) {}

  get name(): string {
    return this.settings.name;
  }

  /** Only one who can hear of orders takes part. */
  get isListening(): boolean {
    return [...this.sessions].some(({ wantsOrders }) => wantsOrders);
  }

  /** The last update wins, whichever session it came by. */
  setBook(base: Token, quote: Token, book: Book): void {
    const isEmpty = book.bids.length === 0 && book.asks.length === 0;
    if (isEmpty) this.books.delete(pairKey(base, quote));
    else this.books.set(pairKey(base, quote), book);
    for (const side of ['bids', 'asks'] as const) {
      const claims = this.claimsOn(side, base, quote);
      for (const claim of claims) if (claim.filled) claims.delete(claim);
    }
  }

  clearBooks(): void {
    this.books.clear();
  }

  bookOf(base: Token, quote: Token): Book {
    return this.books.get(pairKey(base, quote)) ?? EMPTY_BOOK;
  }

  /** Its levels less what it was asked for already. */
  offer(side: BookSide, base: Token, quote: Token): readonly Level[] {
    if (!this.isListening) return [];
    let claimed = 0n;
    for (const { amount } of this.claimsOn(side, base, quote)) claimed += amount;
    return without(this.bookOf(base, quote)[side], claimed);
  }

  /** Takes an amount off what it offers, until it is released; or, once it is filled, until its next book. */
  claim(
    side: BookSide,
    base: Token,
    quote: Token,
    amount: Attos,
  ): { readonly claim: Claim; readonly release: Release } {
    const claims = this.claimsOn(side, base, quote);
    const claim = { amount, filled: false };
    claims.add(claim);
    return { claim, release: () => void claims.delete(claim) };
  }

  private claimsOn(side: BookSide, base: Token, quote: Token): Set<Claim> {
    const key = `${pairKey(base, quote)} ${side}`;
    return this.claims.get(key) ?? this.claims.set(key, new Set()).get(key)!;
  }

  /** To every session that asked for new orders. */
  sendOrder(params: object): void {
    for (const session of this.sessions) if (session.wantsOrders) session.notify('platform.new_orders.new', params);
  }

  /** Writes down what became of a fill, and tells every session that asked. */
  recordFill(orderId: string, occurredAt: number, change: object): void {
    const entry = this.history.add({ occurred_at: occurredAt, order_id: orderId, change });
    for (const session of this.sessions) if (session.wantsFills) session.notify('maker.fill_execution.next', entry);
  }
}

/** All makers, by API key and by name. */
export class Makers {
  readonly all: readonly Maker[];
  private readonly byKey = new Map<string, Maker>();

  constructor({ makers }: AnthicSettings) {
    this.all = makers.map((settings) => new Maker(settings));
    for (const maker of this.all) this.byKey.set(maker.settings.apiKey, maker);
  }

  of(apiKey: string | undefined): Maker | undefined {
    return apiKey === undefined ? undefined : this.byKey.get(apiKey);
  }

  offers(side: BookSide, base: Token, quote: Token, except: ReadonlySet<Maker>): readonly Offer<Maker>[] {
    return this.all
      .filter((maker) => !except.has(maker))
      .map((maker) => ({ maker, levels: maker.offer(side, base, quote) }));
  }

  book(base: Token, quote: Token): Book {
    const side = (of: BookSide) =>
      aggregate(
        of,
        this.all.map((maker) => maker.offer(of, base, quote)),
      );
    return { bids: side('bids'), asks: side('asks') };
  }
}

function pairKey(base: Token, quote: Token): string {
  return `${base.symbol} ${quote.symbol}`;
}
