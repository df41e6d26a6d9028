import type { Signer } from '../../anthic/order/sign.js';
import { type Attos, formatAmount } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import { GatewayError } from '../../ledger/error.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Surroundings } from '../../ledger/surroundings.js';
import type { AccessRule } from '../../transaction/accessRule.js';
import { type CheckContext, type CheckedOrder, checkOrder, type ReceivedOrder, receiveOrder } from './check.js';
import { explain, RefusedError } from './error.js';
import type { EndState, EventFeed, PartLoss } from './events.js';
import type { Faults } from './faults.js';
import { Funds, once, type Reservation } from './funds.js';
import type { Maker, Makers } from './makers.js';
import { match, sideOf, type Wanted } from './matching.js';
import { type Order, type OrderView, type Part, viewOrder } from './order.js';
import type { AnthicSettings } from './settings.js';
import type { SettlementEnd, SettlementWatch } from './settlement.js';
import { quantity, type Tokens } from './tokens.js';
import { bundleItem, wrapOrder } from './wrapping.js';

export interface DeskOptions {
  readonly settings: AnthicSettings;
  readonly tokens: Tokens;
  readonly makers: Makers;
  readonly key: Signer;
  readonly rule: AccessRule;
  readonly ledger: Pick<Ledger, 'balances' | 'clock'>;
  readonly watch: SettlementWatch;
  readonly feed: EventFeed;
  readonly faults: Faults;
  readonly surroundings: Pick<Surroundings, 'sleep' | 'wallNow'>;
  readonly signal: AbortSignal;
  /** Pushes a bundle; returns how many solvers there are. */
  readonly push: (items: readonly string[]) => number;
  /** 64 random bits. */
  readonly randomBits: () => bigint;
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

/** Ended orders that are still known: sent again, they get the same answer. */
const KEPT = 10_000;

/**
 * Takes orders, has makers fill them, wraps what is filled and pushes it. Every order that is accepted ends once:
 * settled, expired, or without liquidity.
 */
export class OrderDesk {
  private readonly orders = new Map<string, Order>();
  private readonly accepting = new Map<string, Promise<void>>();
  private readonly parts = new Map<string, { readonly order: Order; readonly part: Part }>();
  private readonly fillIds = new Set<string>();
  private readonly ended: Order[] = [];
  private readonly bundles_: BundleView[] = [];
  private readonly funds: Funds;
  private readonly counts = { received: 0, refused: 0, bundles: 0, fills: 0, fillsRefused: 0 };
  private readonly ends: Record<EndState, number> = { settled: 0, expired: 0, 'no-liquidity': 0 };

  constructor(private readonly options: DeskOptions) {
    this.funds = new Funds(options.ledger);
  }

  // ------------------------------------------------------------------------------------------------------- orders

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
      const { code, message } = error as SolverError;
      const why = error instanceof SolverError ? explain(error) : message;
      this.options.feed.emit({ type: 'order-refused', order: id, code: code ?? 'internal', why });
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
    const checked = checkOrder(received, 'taker', this.context());
    if (this.fillIds.has(checked.id)) throw new RefusedError('order-invalid', 'expected an order that fills no other');
    const release = await this.reserve(checked);
    const { id, account, sell, buy, expiresAtMs } = checked;
    const receivedAtMs = surroundings.wallNow();
    const order: Order = {
      id,
      checked,
      receivedAtMs,
      release,
      parts: [],
      offered: [],
      tried: new Set(),
      state: 'matched',
    };
    const send = this.deal(order, sell.amount, buy.amount);
    if (send === undefined) {
      release();
      throw new RefusedError(
        'no-liquidity',
        `no makers offer ${formatAmount(buy.amount)} ${buy.token.symbol} for ` +
          `${formatAmount(sell.amount)} ${sell.token.symbol}`,
      );
    }
    this.counts.received += 1;
    this.orders.set(id, order);
    const amounts = { sell: quantity(sell.token, sell.amount), buy: quantity(buy.token, buy.amount) };
    feed.emit({ type: 'order-received', order: id, account, ...amounts, expiresAtMs });
    send();
  }

  /**
   * Splits what is to be sold and bought over makers that have not been tried. Returns what sends them their parts;
   * undefined where they do not suffice or time does not.
   */
  private deal(order: Order, sellAmount: Attos, buyAmount: Attos): (() => void) | undefined {
    const { settings, tokens, makers, surroundings } = this.options;
    const { checked } = order;
    const { fillWindowMs, settleMs } = settings.timing;
    const now = surroundings.wallNow();
    const window = Math.min(fillWindowMs, checked.expiresAtMs - settleMs - now);
    if (window <= 0) return undefined;
    const { base, quote } = tokens.pairOf(checked.sell.token, checked.buy.token)!;
    const wanted: Wanted = {
      sell: { token: checked.sell.token, amount: sellAmount },
      buy: { token: checked.buy.token, amount: buyAmount },
      base,
    };
    const side = sideOf(wanted);
    const room = settings.maxMakers - order.parts.length;
    const shares = match(wanted, makers.offers(side, base, quote, order.tried), room);
    if (shares === undefined) return undefined;
    const fillBefore = Math.ceil((now + window) / 1000);
    const parts = shares.map(({ maker, sell, buy, base: amount }): Part => {
      maker.promise(side, base, quote, amount);
      const unpromise = once(() => maker.promise(side, base, quote, -amount));
      return { id: this.newId(), maker, sell, buy, fillBefore, state: 'open', unpromise };
    });
    for (const part of parts) {
      order.parts.push(part);
      order.offered.push(part);
      order.tried.add(part.maker);
      this.parts.set(part.id, { order, part });
    }
    return () => this.send(order, parts, now, fillBefore);
  }

  private send(order: Order, parts: readonly Part[], now: number, fillBefore: number): void {
    const { feed, surroundings, signal } = this.options;
    const { sell, buy } = order.checked;
    for (const { id, maker, ...part } of parts) {
      const limit_order = { sell: quantity(sell.token, part.sell), buy: quantity(buy.token, part.buy) };
      feed.emit({ type: 'new-order-sent', order: order.id, part: id, maker: maker.name, ...limit_order, fillBefore });
      maker.sendOrder({ id, created_at: Math.floor(now / 1000), fill_before: fillBefore, limit_order });
    }
    const late = () => this.lose(order, parts.filter(isAwaited), 'late');
    surroundings.sleep(fillBefore * 1000 - now, signal).then(late, () => {});
  }

  // -------------------------------------------------------------------------------------------------------- fills

  /** Takes a maker's fill. The same fill again gets the same answer. Error: `RefusedError`. */
  async fill(maker: Maker, orderId: string, hex: string): Promise<{ readonly subintentId: string }> {
    try {
      return { subintentId: await this.takeFill(maker, orderId, hex) };
    } catch (error) {
      this.counts.fillsRefused += 1;
      const { code, message } = error as SolverError;
      const why = error instanceof SolverError ? explain(error) : message;
      this.options.feed.emit({ type: 'fill-refused', part: orderId, maker: maker.name, code: code ?? 'internal', why });
      throw error;
    }
  }

  private async takeFill(maker: Maker, orderId: string, hex: string): Promise<string> {
    const known = this.parts.get(orderId);
    if (known?.part.maker !== maker) {
      throw new RefusedError('unknown-order', 'expected the id of an order sent to this maker', { path: 'order_id' });
    }
    const { order, part } = known;
    const received = asFill(() => receiveOrder(hex));
    if (part.state === 'lost') throw tooLate(part);
    if (part.answer !== undefined && part.fillId === received.id) return part.answer;
    if (this.options.surroundings.wallNow() >= part.fillBefore * 1000) throw tooLate(part);
    if (part.answer !== undefined) {
      throw new RefusedError('already-filled', `the order is filled by ${part.fillId}`, { path: 'order_id' });
    }
    if (this.options.faults.refusesFill()) {
      throw new RefusedError('fill-invalid', 'a fault of the sandbox refuses this fill');
    }
    const checked = asFill(() => this.checkFill(received, part, order));
    part.fillId = checked.id;
    part.answer = this.acceptFill(order, part, checked);
    return part.answer;
  }

  private checkFill(received: ReceivedOrder, part: Part, order: Order): CheckedOrder {
    const checked = checkOrder(received, 'maker', this.context());
    const { sell, buy } = order.checked;
    const { accounts } = part.maker.settings;
    const refuse = (path: string, message: string) => new RefusedError('fill-invalid', message, { path });
    if (accounts.length > 0 && !accounts.includes(checked.account)) {
      throw refuse('account', `expected an account of ${part.maker.name}, got ${checked.account}`);
    }
    if (checked.sell.token !== buy.token || checked.sell.amount < part.buy) {
      throw refuse('sell', `expected at least ${formatAmount(part.buy)} ${buy.token.symbol}`);
    }
    const { amount, exact } = checked.limitOrder.buy;
    if (checked.buy.token !== sell.token || amount > part.sell || (exact && amount !== part.sell)) {
      throw refuse('buy', `expected at most ${formatAmount(part.sell)} ${sell.token.symbol}`);
    }
    if (this.fillIds.has(checked.id) || this.orders.has(checked.id)) {
      throw refuse('signed_partial_transaction', 'expected a subintent that serves no other order');
    }
    return checked;
  }

  private async acceptFill(order: Order, part: Part, checked: CheckedOrder): Promise<string> {
    this.fillIds.add(checked.id);
    try {
      const release = await this.reserve(checked).catch((error) => {
        throw error instanceof RefusedError && error.code === 'order-invalid' ? fillInvalid(error) : error;
      });
      if (part.state === 'lost') {
        release();
        throw tooLate(part);
      }
      part.release = release;
    } catch (error) {
      this.fillIds.delete(checked.id);
      delete part.answer;
      delete part.fillId;
      throw error;
    }
    part.state = 'filled';
    part.fill = checked;
    part.unpromise();
    this.counts.fills += 1;
    const { id, maker } = part;
    this.options.feed.emit({ type: 'fill-received', order: order.id, part: id, maker: maker.name, fill: checked.id });
    // After the answer: whoever fills hears first that it was accepted, then that it started.
    if (order.parts.every(({ state }) => state === 'filled')) setImmediate(() => this.push(order));
    return checked.id;
  }

  /** A maker has no session left that hears of orders: what it has not filled goes to others at once. */
  lost(maker: Maker): void {
    for (const order of this.orders.values()) {
      if (order.state !== 'matched') continue;
      const open = order.parts.filter((part) => part.maker === maker && isAwaited(part));
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
    }
    order.parts = order.parts.filter((part) => !parts.includes(part));
    const send = this.deal(order, sell, buy);
    if (send === undefined) this.end(order, 'no-liquidity');
    else send();
  }

  /** A fill that was accepted is never used: its maker hears that, and is free again. */
  private drop(part: Part): void {
    const wasFilled = part.state === 'filled';
    part.state = 'lost';
    part.unpromise();
    part.release?.();
    if (wasFilled) this.record(part, { completed: { outcome: 'Rejected' } });
  }

  // --------------------------------------------------------------------------------------------------- settlement

  private push(order: Order): void {
    const { settings, surroundings, feed, watch, signal } = this.options;
    if (order.state !== 'matched' || signal.aborted) return;
    const least = Math.min(surroundings.wallNow() + settings.timing.settleMs, order.checked.expiresAtMs);
    const tooSoon = order.parts.filter(({ fill }) => fill!.expiresAtMs < least);
    if (tooSoon.length > 0) return this.lose(order, tooSoon, 'expires-too-soon');
    const fills = order.parts.map(({ fill }) => fill!);
    const items = [order.checked, ...fills].map((checked) => this.wrap(checked));
    order.state = 'pushed';
    this.counts.bundles += 1;
    order.bundle = this.counts.bundles;
    for (const part of order.parts) this.record(part, { started: { subintent_id: part.fill!.id } });
    const solvers = this.options.push(items);
    const subintents = [order.id, ...fills.map(({ id }) => id)];
    this.bundles_.push({ bundle: order.bundle, order: order.id, subintents, at: surroundings.wallNow(), items });
    if (this.bundles_.length > 2 * KEPT_BUNDLES) this.bundles_.splice(0, KEPT_BUNDLES);
    feed.emit({ type: 'bundle-pushed', bundle: order.bundle, order: order.id, subintents, solvers });
    const { id, expiresAtMs } = order.checked;
    watch.follow({ id, expiresAtMs, onEnd: (end) => this.concluded(order, end) });
  }

  private wrap({ partial, limitOrder, sell }: CheckedOrder): string {
    const { key, settings, ledger, randomBits } = this.options;
    const { epoch } = ledger.clock.clockAt()!;
    const { network, reward } = settings;
    const { rebate } = sell.token;
    const wrapping = { key, network: network.id, epoch, reward, rebate, discriminator: randomBits() };
    return bundleItem(wrapOrder(partial, limitOrder, wrapping));
  }

  /** The taker's order has ended. Its makers' are most likely in the same transaction, but nobody has to put them there. */
  private concluded(order: Order, end: SettlementEnd): void {
    this.told(order, order.id, end);
    this.end(order, end.type);
    for (const part of order.parts) {
      const { id, expiresAtMs } = part.fill!;
      const onEnd = (of: SettlementEnd) => {
        this.told(order, id, of);
        part.release!();
        this.record(part, { completed: { outcome: of.type === 'settled' ? 'Settled' : 'Expired' } });
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
    this.ended.push(order);
    if (this.ended.length > KEPT) this.forget(this.ended.shift()!);
  }

  private forget(order: Order): void {
    this.orders.delete(order.id);
    for (const { id, fillId } of order.offered) {
      this.parts.delete(id);
      if (fillId !== undefined) this.fillIds.delete(fillId);
    }
  }

  // ------------------------------------------------------------------------------------------------------ looking on

  /** The newest first. */
  view(limit: number): readonly OrderView[] {
    return [...this.orders.values()].slice(-limit).reverse().map(viewOrder);
  }

  /** The newest first. */
  bundles(limit: number): readonly BundleView[] {
    return this.bundles_.slice(-limit).reverse();
  }

  get stats(): DeskStats {
    const { received, refused, bundles, fills, fillsRefused } = this.counts;
    const { settled, expired, 'no-liquidity': noLiquidity } = this.ends;
    const open = received - settled - expired - noLiquidity;
    return { received, refused, open, pushed: bundles, settled, expired, noLiquidity, fills, fillsRefused };
  }

  private record(part: Part, change: object): void {
    part.maker.recordFill(part.id, Math.floor(this.options.surroundings.wallNow() / 1000), change);
  }

  private async reserve(checked: CheckedOrder): Promise<Reservation> {
    if (!this.options.settings.checkBalances) return () => {};
    try {
      return await this.funds.reserve(checked);
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause;
      throw new RefusedError('unavailable', 'the ledger cannot be asked now', { cause, retry: true });
    }
  }

  private context(): CheckContext {
    const { settings, tokens, rule, ledger, surroundings } = this.options;
    const epoch = ledger.clock.clockAt()?.epoch;
    if (epoch === undefined)
      throw new RefusedError('unavailable', 'the ledger has not told its time yet', { retry: true });
    return { settings, tokens, rule, now: surroundings.wallNow(), epoch };
  }

  private newId(): string {
    return this.options.randomBits().toString(16).padStart(16, '0');
  }
}

const KEPT_BUNDLES = 1000;

export interface BundleView {
  readonly bundle: number;
  readonly order: string;
  readonly subintents: readonly string[];
  /** Unix milliseconds. */
  readonly at: number;
  readonly items: readonly string[];
}

/** A part that still may be filled. */
function isAwaited({ state }: Part): boolean {
  return state === 'open';
}

function tooLate({ fillBefore }: Part): RefusedError {
  const message = `expected a fill before ${fillBefore}, of an order that still waits for this maker`;
  return new RefusedError('fill-too-late', message, { path: 'order_id' });
}

function asFill<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    const isOrders =
      error instanceof RefusedError && (error.code === 'order-invalid' || error.code === 'order-expired');
    throw isOrders ? fillInvalid(error) : error;
  }
}

function fillInvalid(error: RefusedError): RefusedError {
  return new RefusedError('fill-invalid', error.message, { path: error.path, cause: error });
}
