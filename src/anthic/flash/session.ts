import type { ApiKey } from '../apiKey.js';
import type { AssumedShapes } from '../assumptions.js';
import type { OrderBook } from '../order/book.js';
import type { Clock } from '../stream/clock.js';
import { detailText, isTold } from '../stream/event.js';
import { Feed, type FeedHealth } from '../stream/feed.js';
import type { Connect } from '../stream/link.js';
import type { StreamUrl } from '../stream/url.js';
import { PendingCalls } from './calls.js';
import { CallRefused, FlashError, RPC } from './error.js';
import type { FlashEvent } from './event.js';
import * as rpc from './jsonrpc.js';
import type { FlashSettings } from './settings.js';
import type { StartingPoint } from './startingPoint.js';
import { encodePriceBook, type FillExecution, type NewOrder, readExecution, readNewOrder } from './wire.js';

/** What all connections of an account have in common. */
export interface SessionContext {
  readonly apiKey: ApiKey;
  readonly settings: FlashSettings;
  readonly shapes: AssumedShapes;
  readonly startingPoint: StartingPoint;
  readonly clock: Clock;
  readonly random: () => number;
  readonly connect: Connect;
  /** The first execution that is not known yet. */
  readonly nextExecution: () => number;
  /** Fill execution runs and what was missed has been told; new orders come from now on. */
  readonly onReady: (session: FlashSession) => void;
  readonly onDown: (session: FlashSession) => void;
  readonly onOrder: (order: NewOrder) => void;
  readonly onExecution: (execution: FillExecution, session: FlashSession) => void;
  readonly onEvent: (event: FlashEvent) => void;
}

const METHOD = {
  priceBook: 'platform.price_books.on_change',
  startOrders: 'platform.new_orders.start_stream',
  startExecutions: 'platform.fill_execution.start_stream',
  fill: 'platform.fills.fill',
  execution: 'maker.fill_execution.next',
} as const;

/** The documentation names the first; by its own rule that prefixes show the direction, it would be the second. */
const NEW_ORDER: ReadonlySet<string> = new Set(['platform.new_orders.new', 'maker.new_orders.new']);

/** A peer that sends and does not read is given up when so many bytes wait for it. */
const MAX_BUFFERED = 8 * 1024 * 1024;

/**
 * One connection, and after its end the next, for ever. Each starts its streams anew: first fill execution from the first
 * number that is missing, then, when that has been told, new orders.
 */
export class FlashSession {
  readonly url: string;
  private readonly feed: Feed;
  private readonly calls: PendingCalls;
  private ready = false;
  /** Counts beginnings and ends of connections. */
  private turn = 0;
  private badMessages = 0;
  private unknownMethods = 0;

  constructor(
    target: StreamUrl,
    private readonly context: SessionContext,
  ) {
    const { apiKey, settings, clock, random, connect, onEvent } = context;
    this.url = target.label;
    this.calls = new PendingCalls(clock);
    this.feed = new Feed({
      ...{ target, settings, clock, random, connect, onEvent },
      headers: apiKey.header(),
      onFrame: (text) => this.received(text),
      // One that is let in, but whose streams do not start, is retried ever more slowly.
      proves: () => this.ready,
      onUp: () => void this.begin(),
      onDown: () => this.down(),
    });
  }

  get isReady(): boolean {
    return this.ready;
  }

  get bufferedAmount(): number {
    return this.feed.bufferedAmount;
  }

  health(): FeedHealth {
    return this.feed.health();
  }

  start(): void {
    this.feed.start();
  }

  async stop(): Promise<void> {
    const stopped = this.feed.stop();
    this.down();
    await stopped;
  }

  /** False where it was not sent. */
  sendBook(book: OrderBook): boolean {
    return this.send(rpc.encodeNotification(METHOD.priceBook, encodePriceBook(book)));
  }

  fill(orderId: string, transaction: string, timeoutMs: number): Promise<unknown> {
    const { fillOrderId, fillTransaction } = this.context.shapes;
    return this.call(METHOD.fill, { [fillOrderId]: orderId, [fillTransaction]: transaction }, timeoutMs);
  }

  /** Tells that an order is not filled, where there is a method for it; silence says the same. */
  decline(orderId: string): void {
    const { rejectMethod, fillOrderId } = this.context.shapes;
    if (rejectMethod !== '') this.send(rpc.encodeNotification(rejectMethod, { [fillOrderId]: orderId }));
  }

  /** Starts fill execution (again) at the first number that is missing. */
  startExecutions(): Promise<void> {
    const { startingPoint, nextExecution, settings } = this.context;
    return startingPoint.start(nextExecution(), (params) =>
      this.call(METHOD.startExecutions, params, settings.callTimeoutMs),
    );
  }

  private call(method: string, params: unknown, timeoutMs: number): Promise<unknown> {
    return this.calls.make(timeoutMs, (id) => this.send(rpc.encodeCall(id, method, params)));
  }

  private send(text: string): boolean {
    if (this.feed.bufferedAmount > MAX_BUFFERED) {
      this.feed.abandon(`${MAX_BUFFERED} bytes wait, and the peer does not read`);
      return false;
    }
    return this.feed.send(text);
  }

  private async begin(): Promise<void> {
    const { onReady, onEvent, settings } = this.context;
    const turn = ++this.turn;
    this.badMessages = 0;
    this.unknownMethods = 0;
    let method: string = METHOD.startExecutions;
    try {
      await this.startExecutions();
      await this.passBarrier();
      // The end may have come with the answer.
      if (turn !== this.turn) return;
      this.ready = true;
      onEvent({ type: 'flash-ready', url: this.url });
      onReady(this);
      method = METHOD.startOrders;
      await this.call(method, {}, settings.callTimeoutMs);
    } catch (error) {
      if (!(error instanceof FlashError)) throw error;
      // The connection's end is told already.
      if (error.code === 'connection-lost' || error.code === 'not-connected') return;
      onEvent({ type: 'flash-not-started', url: this.url, method, detail: error.message });
      this.feed.abandon(`${method}: ${error.message}`);
    }
  }

  /**
   * Nothing marks the end of what is told of the past. But messages keep their order: what was sent before the answer to
   * a ping has come when that comes, be the answer an error.
   */
  private async passBarrier(): Promise<void> {
    try {
      await this.call(this.context.shapes.pingMethod, {}, this.context.settings.callTimeoutMs);
    } catch (error) {
      const isAnswer = error instanceof CallRefused;
      const isSilence = error instanceof FlashError && error.code === 'call-unanswered';
      if (!isAnswer && !isSilence) throw error;
    }
  }

  private down(): void {
    this.turn++;
    this.ready = false;
    this.calls.fail(new FlashError('connection-lost', 'the connection ended before the answer came', { retry: true }));
    this.context.onDown(this);
  }

  private received(text: string): void {
    try {
      // Whatever a peer repeats may be logged or written down.
      const message = rpc.parseMessage(this.context.apiKey.redact(text));
      if (message.type === 'request') this.serve(message);
      else this.calls.settle(message);
    } catch (error) {
      this.tellBad(error);
    }
  }

  /** An answer goes out only where one is expected. */
  private serve({ id, method, params }: Extract<rpc.RpcMessage, { type: 'request' }>): void {
    try {
      const isKnown = this.dispatch(method, params);
      if (!isKnown) this.tellUnknown(method);
      if (id === undefined) return;
      const unknown = { code: RPC.unknownMethod, message: `there is no method ${detailText(method)}` };
      this.send(isKnown ? rpc.encodeResult(id, {}) : rpc.encodeFault(id, unknown));
    } catch (error) {
      this.tellBad(error);
      if (id === undefined) return;
      const isBad = error instanceof FlashError && error.code === 'bad-message';
      const fault = isBad
        ? { code: RPC.invalidParams, message: error.message }
        : { code: RPC.internal, message: 'internal error' };
      this.send(rpc.encodeFault(id, fault));
    }
  }

  private dispatch(method: string, params: unknown): boolean {
    const { onOrder, onExecution, shapes } = this.context;
    if (NEW_ORDER.has(method)) onOrder(readNewOrder(params));
    else if (method === METHOD.execution) onExecution(readExecution(params), this);
    else return method === shapes.pingMethod || method.endsWith('.ping');
    return true;
  }

  private tellBad(error: unknown): void {
    const { onEvent } = this.context;
    const detail = detailText(error instanceof Error ? error.message : String(error));
    if (!(error instanceof FlashError)) {
      onEvent({ type: 'flash-consumer-failed', url: this.url, code: 'internal', detail });
      return;
    }
    const count = ++this.badMessages;
    if (isTold(count)) onEvent({ type: 'flash-bad-message', url: this.url, detail, count });
  }

  private tellUnknown(method: string): void {
    const count = ++this.unknownMethods;
    if (!isTold(count)) return;
    this.context.onEvent({ type: 'flash-unknown-method', url: this.url, method: detailText(method), count });
  }
}
