import { formatAmount } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import { Bundles, type BundleView } from './bundles.js';
import { checkOrder, type ReceivedOrder, receiveOrder } from './check.js';
import { checkContext, type DeskContext, record } from './context.js';
import { Dealer } from './dealing.js';
import { explain, RefusedError } from './error.js';
import type { EndState, PartLoss } from './events.js';
import { Fills } from './fills.js';
import { Funds } from './funds.js';
import type { Maker } from './makers.js';
import type { Order, OrderView, Part } from './order.js';
import { Orders } from './orders.js';
import type { SettlementEnd, SettlementWatch } from './settlement.js';
import { quantity } from './tokens.js';

export interface DeskOptions extends DeskContext {
  readonly watch: SettlementWatch;
  /** Pushes a bundle; returns how many solvers there are. */
  readonly push: (items: readonly string[]) => number;
}

export interface DeskStats {
  readonly received: number;
  readonly refused: number;
  readonly open: number;
  readonly pushed: number;
  readonly settled: number;
  readonly expired: number;
  readonly noLiquidity: number;
  readonly fills: number;
  readonly fillsRefused: number;
}

/**
 * Takes orders, has makers fill them, wraps what is filled and pushes it. Every order that is accepted ends once:
 * settled, expired, or without liquidity.
 */
export class OrderDesk {
  private readonly orders = new Orders();
  private readonly accepting = new Map<string, Promise<void>>();
  private readonly funds: Funds;
  private readonly dealer: Dealer;
  private readonly fills: Fills;
  private readonly bundler: Bundles;
  private readonly counts = { received: 0, refused: 0, fillsRefused: 0 };
  private readonly ends: Record<EndState, number> = { settled: 0, expired: 0, 'no-liquidity': 0 };

  constructor(private readonly options: DeskOptions) {
    const { orders } = this;
    this.funds = new Funds(options);
    this.dealer = new Dealer(options, orders, (order, parts) => this.lose(order, parts.filter(isOpen), 'late'));
    this.fills = new Fills(options, orders, this.funds, (order) => this.push(order));
    this.bundler = new Bundles(options, options.push);
  }

  /** Takes an order. The same order again gets the same answer, whatever has become of it. Error: `RefusedError`. */
  async submit(hex: string): Promise<{ readonly subintentId: string }> {
    let id: string | undefined;
    try {
      const received = receiveOrder(hex);
      id = received.id;
      if (!this.orders.has(id)) await this.acceptOnce(received);
      return { subintentId: id };
    } catch (error) {
      this.counts.refused += 1;
      this.options.feed.emit({ type: 'order-refused', order: id, ...refusalOf(error) });
      throw error;
    }
  }

  private async acceptOnce(received: ReceivedOrder): Promise<void> {
    const { id } = received;
    const running = this.accepting.get(id);
    if (running !== undefined) return running;
    const accepting = this.accept(received).finally(() => this.accepting.delete(id));
    this.accepting.set(id, accepting);
    return accepting;
  }

  private async accept(received: ReceivedOrder): Promise<void> {
    const { feed, surroundings } = this.options;
    const checked = checkOrder(received, 'taker', checkContext(this.options));
    const { id, account, sell, buy, expiresAtMs } = checked;
    if (this.orders.isUsed(id)) throw new RefusedError('order-invalid', 'expected an order that fills no other');
    const release = await this.funds.reserve(checked);
    const receivedAtMs = surroundings.wallNow();
    const order: Order = {
      id,
      checked,
      receivedAtMs,
      release,
      parts: [],
      offered: [],
      failed: new Set(),
      state: 'matched',
    };
    const send = this.dealer.deal(order, sell.amount, buy.amount);
    if (send === undefined) {
      release();
      throw new RefusedError(
        'no-liquidity',
        `no makers offer ${formatAmount(buy.amount)} ${buy.token.symbol} for ` +
          `${formatAmount(sell.amount)} ${sell.token.symbol}`,
      );
    }
    this.counts.received += 1;
    this.orders.add(order);
    const amounts = { sell: quantity(sell.token, sell.amount), buy: quantity(buy.token, buy.amount) };
    feed.emit({ type: 'order-received', order: id, account, ...amounts, expiresAtMs });
    send();
  }

  /** Takes a maker's fill. The same fill again gets the same answer. Error: `RefusedError`. */
  async fill(maker: Maker, orderId: string, hex: string): Promise<{ readonly subintentId: string }> {
    try {
      return { subintentId: await this.fills.take(maker, orderId, hex) };
    } catch (error) {
      this.counts.fillsRefused += 1;
      this.options.feed.emit({ type: 'fill-refused', part: orderId, maker: maker.name, ...refusalOf(error) });
      throw error;
    }
  }

  /** A maker has no session left that hears of orders: what it has not filled goes to others at once. */
  lost(maker: Maker): void {
    for (const order of this.orders.matched) {
      const open = order.parts.filter((part) => part.maker === maker && isOpen(part));
      this.lose(order, open, 'disconnected');
    }
  }

  /** Takes parts from their makers and finds others for them, or ends the order. */
  private lose(order: Order, parts: readonly Part[], why: PartLoss): void {
    if (parts.length === 0 || order.state !== 'matched' || this.options.signal.aborted) return;
    let [sell, buy] = [0n, 0n];
    for (const part of parts) {
      sell += part.sell;
      buy += part.buy;
      this.options.feed.emit({ type: 'part-lost', order: order.id, part: part.id, maker: part.maker.name, why });
      this.drop(part);
      order.failed.add(part.maker);
    }
    order.parts = order.parts.filter((part) => !parts.includes(part));
    const send = this.dealer.deal(order, sell, buy);
    if (send === undefined) this.end(order, 'no-liquidity');
    else send();
  }

  /** A fill that was accepted is never used: its maker hears that, and is free again. */
  private drop(part: Part): void {
    const wasFilled = part.state === 'filled';
    part.state = 'lost';
    this.free(part);
    if (wasFilled) record(this.options, part, { completed: { outcome: 'Rejected' } });
  }

  private free(part: Part): void {
    part.unclaim();
    part.release?.();
  }

  private push(order: Order): void {
    const { settings, surroundings, watch, signal } = this.options;
    if (order.state !== 'matched' || signal.aborted) return;
    const least = Math.min(surroundings.wallNow() + settings.timing.settleMs, order.checked.expiresAtMs);
    const tooSoon = order.parts.filter(({ fill }) => fill!.expiresAtMs < least);
    if (tooSoon.length > 0) return this.lose(order, tooSoon, 'expires-too-soon');
    this.bundler.push(order);
    const { id, expiresAtMs } = order.checked;
    watch.follow({ id, expiresAtMs, onEnd: (end) => this.concluded(order, end) });
  }

  /** The taker's order has ended. Its makers' are most likely in the same transaction, but nobody has to put them there. */
  private concluded(order: Order, end: SettlementEnd): void {
    this.told(order, order.id, end);
    this.end(order, end.type);
    for (const part of order.parts) {
      const { id, expiresAtMs } = part.fill!;
      const onEnd = (of: SettlementEnd) => {
        this.told(order, id, of);
        this.free(part);
        record(this.options, part, { completed: { outcome: of.type === 'settled' ? 'Settled' : 'Expired' } });
      };
      this.options.watch.follow({ id, expiresAtMs, soon: true, onEnd });
    }
  }

  private told(order: Order, subintent: string, end: SettlementEnd): void {
    if (end.type === 'settled') this.options.feed.emit({ type: 'settled', order: order.id, subintent, by: end.by });
  }

  private end(order: Order, state: EndState): void {
    order.state = state;
    this.ends[state] += 1;
    order.release();
    if (state === 'no-liquidity') for (const part of order.parts) this.drop(part);
    this.options.feed.emit({ type: 'order-ended', order: order.id, state });
    this.orders.end(order);
  }

  /** The newest first. */
  view(limit: number): readonly OrderView[] {
    return this.orders.view(limit);
  }

  /** The newest first. */
  bundles(limit: number): readonly BundleView[] {
    return this.bundler.view(limit);
  }

  get stats(): DeskStats {
    const { received, refused, fillsRefused } = this.counts;
    const { settled, expired, 'no-liquidity': noLiquidity } = this.ends;
    const open = received - settled - expired - noLiquidity;
    const { count: pushed } = this.bundler;
    return { received, refused, open, pushed, settled, expired, noLiquidity, fills: this.fills.count, fillsRefused };
  }
}

/** A part that may still be filled. */
function isOpen({ state }: Part): boolean {
  return state === 'open';
}

function refusalOf(error: unknown): { readonly code: string; readonly why: string } {
  if (error instanceof SolverError) return { code: error.code, why: explain(error) };
  return { code: 'internal', why: (error as Error).message };
}
