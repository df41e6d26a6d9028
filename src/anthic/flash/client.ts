import type { ApiKey } from '../apiKey.js';
import { ASSUMED_SHAPES, type AssumedShapes } from '../assumptions.js';
import type { OrderBook } from '../order/book.js';
import { type Clock, systemClock } from '../stream/clock.js';
import type { FeedHealth } from '../stream/feed.js';
import { type Connect, connectWebSocket } from '../stream/link.js';
import { parseStreamUrl } from '../stream/url.js';
import { PriceBooks } from './books.js';
import { FlashError } from './error.js';
import type { FlashEvent } from './event.js';
import { Executions } from './executions.js';
import { type Fill, Fills } from './fills.js';
import { FlashSession, type SessionContext } from './session.js';
import { type FlashSettings, flashSettings } from './settings.js';
import { StartingPoint } from './startingPoint.js';
import type { FillExecution, NewOrder } from './wire.js';

export interface FlashOptions extends Partial<FlashSettings> {
  /** Flash Liquidity APIs of one account: `wss:`, or `ws:` on this machine. */
  readonly urls: readonly string[];
  /** Goes out with each upgrade, and nowhere else. */
  readonly apiKey: ApiKey;
  readonly shapes?: AssumedShapes;
  /** Number of the last execution that was written down, 0 before the first. */
  readonly position: number;
  /** Each order once, whatever number of connections it comes from. */
  readonly onOrder: (order: NewOrder) => void;
  /** Each once and in order. When it returns, it must have been written down: it is not told again. */
  readonly onExecution: (execution: FillExecution) => void;
  readonly onEvent?: (event: FlashEvent) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly connect?: Connect;
}

export interface FlashHealth extends FeedHealth {
  readonly ready: boolean;
}

/** Orders remembered, so that copies are known: far more than are open at any time. */
const REMEMBERED = 20_000;
/** Until what waits to be sent is looked at again. */
const BOOK_RETRY_MS = 20;
/**
 * After a connection's end, when the books are sent once more. What it had sent may still be on its way, and would undo what
 * came over the next one: between connections nothing keeps an order.
 */
const BOOK_REPEATS_MS = [1_000, 10_000];

/**
 * A market maker's side of the Flash Liquidity API (docs/interfaces.md §4.2), over several connections that count as one:
 * whatever ends one of them, the others go on, and it is replaced. Price books and fills go over one at a time.
 */
export class FlashClient {
  private readonly sessions: readonly FlashSession[];
  private readonly books = new PriceBooks();
  private readonly executions: Executions;
  private readonly fills: Fills;
  private readonly orders = new Set<string>();
  private readonly clock: Clock;
  private readonly bookBufferBytes: number;
  private cancelFlush: (() => void) | undefined;
  private cancelRepeats: () => void = () => {};
  /** The connection that books go over, for as long as it is ready. */
  private quoting: FlashSession | undefined;
  private stopping: Promise<void> | undefined;

  /**
   * Errors: `no-flash-url`, `bad-flash-option`, `bad-stream-url`, `insecure-stream-url`,
   * `bad-stream-option`.
   */
  constructor(private readonly options: FlashOptions) {
    const { urls, apiKey, position, clock = systemClock, shapes = ASSUMED_SHAPES, onExecution } = options;
    const settings = flashSettings(options);
    const onEvent = (event: FlashEvent): void => {
      try {
        options.onEvent?.(redacted(event, apiKey));
      } catch {
        // Whoever listens cannot stop the client, and there is nobody else to tell.
      }
    };
    this.clock = clock;
    this.bookBufferBytes = settings.bookBufferBytes;
    const retryMs = settings.gapRetryMs;
    this.executions = new Executions({ position, clock, retryMs, onExecution, onEvent });
    this.fills = new Fills({ clock, timeoutMs: settings.fillTimeoutMs, sessions: () => this.ready });
    const context: SessionContext = {
      ...{ apiKey, settings, shapes, clock, onEvent },
      random: options.random ?? Math.random,
      connect: options.connect ?? connectWebSocket,
      startingPoint: new StartingPoint(shapes.startingPoint, (form) => {
        onEvent({ type: 'flash-starting-point', url: this.sessions[0]!.url, form });
      }),
      nextExecution: () => this.executions.next,
      onReady: () => this.sessionReady(),
      onDown: (session) => this.sessionDown(session),
      onOrder: (order) => this.orderReceived(order),
      onExecution: (execution, session) => this.executions.received(execution, session),
    };
    this.sessions = urls.map(parseStreamUrl).flatMap(({ url, label }) =>
      Array.from({ length: settings.connections }, (_, index) => {
        return new FlashSession({ url, label: index === 0 ? label : `${label}#${index + 1}` }, context);
      }),
    );
    if (this.sessions.length === 0) throw new FlashError('no-flash-url', 'expected at least one URL, got none');
  }

  /** Connects; a second call does nothing. Error: `flash-stopped` after `stop()`. */
  start(): void {
    if (this.stopping !== undefined) throw new FlashError('flash-stopped', 'expected a new client, got a stopped one');
    for (const session of this.sessions) session.start();
  }

  /**
   * Sends what books wait, ends all connections, and resolves when every socket is gone. Of fills that are under way
   * nothing more is known then.
   */
  stop(): Promise<void> {
    if (this.stopping === undefined) {
      this.flush(Number.POSITIVE_INFINITY);
      this.fills.stop();
      this.stopping = Promise.all(this.sessions.map((session) => session.stop())).then(() => {
        // Their ends have asked for both once more.
        this.cancelFlush?.();
        this.cancelRepeats();
      });
    }
    return this.stopping;
  }

  health(): FlashHealth[] {
    return this.sessions.map((session) => ({ ...session.health(), ready: session.isReady }));
  }

  /** Wants this book to be the pair's. Sent as soon as there is a connection with room; of several the last counts. */
  setBook(book: OrderBook): void {
    this.books.set(book);
    this.flushSoon(0);
  }

  /** Stops trading every pair. */
  clearBooks(): void {
    this.books.clear();
    this.flush(Number.POSITIVE_INFINITY);
  }

  /** Errors: those of `Fills.fill`. */
  fill(fill: Fill): Promise<void> {
    return this.fills.fill(fill);
  }

  /** Tells that an order will not be filled, where configuration names a method for it. */
  decline(orderId: string): void {
    this.ready[0]?.decline(orderId);
  }

  private get ready(): readonly FlashSession[] {
    return this.sessions.filter((session) => session.isReady);
  }

  private sessionReady(): void {
    this.books.forgetSent();
    this.flush();
  }

  private repeatSoon(): void {
    this.cancelRepeats();
    if (this.stopping !== undefined) return;
    const timers = BOOK_REPEATS_MS.map((ms) =>
      this.clock.after(ms, () => {
        this.books.forgetSent();
        this.flush();
      }),
    );
    this.cancelRepeats = () => {
      for (const cancel of timers) cancel();
    };
  }

  private sessionDown(session: FlashSession): void {
    this.executions.forget(session);
    if (session !== this.quoting) return;
    this.quoting = undefined;
    this.books.forgetSent();
    this.flushSoon(0);
    this.repeatSoon();
  }

  private orderReceived(order: NewOrder): void {
    if (this.orders.has(order.id)) return;
    this.orders.add(order.id);
    // A Set keeps the order of insertion: the first is the oldest.
    if (this.orders.size > REMEMBERED) this.orders.delete(this.orders.values().next().value!);
    this.options.onOrder(order);
  }

  private flushSoon(ms: number): void {
    if (this.stopping !== undefined) return;
    this.cancelFlush ??= this.clock.after(ms, () => this.flush());
  }

  private flush(most = this.bookBufferBytes): void {
    this.cancelFlush?.();
    this.cancelFlush = undefined;
    // Not always the first: one that is ready again must not overtake what waits on the one in use.
    if (this.quoting?.isReady !== true) this.quoting = this.ready[0];
    const session = this.quoting;
    if (session === undefined) return;
    const isDone = this.books.flush((book) => session.bufferedAmount < most && session.sendBook(book));
    if (!isDone) this.flushSoon(BOOK_RETRY_MS);
  }
}

/** How a connection ends is told in the peer's words, which may be the key. */
function redacted(event: FlashEvent, apiKey: ApiKey): FlashEvent {
  if (event.type !== 'stream-closed' || event.detail === undefined) return event;
  return { ...event, detail: apiKey.redact(event.detail) };
}
