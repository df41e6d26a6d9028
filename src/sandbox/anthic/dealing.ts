import type { Attos } from '../../base/amount.js';
import type { DeskContext } from './context.js';
import { match, sideOf, type Wanted } from './matching.js';
import type { Order, Part } from './order.js';
import type { Orders } from './orders.js';
import { quantity } from './tokens.js';

/** Splits orders over makers and asks them to fill. */
export class Dealer {
  constructor(
    private readonly context: DeskContext,
    private readonly orders: Orders,
    /** The time of these parts is over. */
    private readonly onLate: (order: Order, parts: readonly Part[]) => void,
  ) {}

  /**
   * Splits what is to be sold and bought over makers that have not failed it. Returns what sends them their parts;
   * undefined where they do not suffice or time does not.
   */
  deal(order: Order, sellAmount: Attos, buyAmount: Attos): (() => void) | undefined {
    const { settings, tokens, makers, surroundings } = this.context;
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
    const shares = match(wanted, makers.offers(side, base, quote, order.failed), room);
    if (shares === undefined) return undefined;
    const fillBefore = Math.ceil((now + window) / 1000);
    const parts = shares.map(({ maker, sell, buy, base: amount }): Part => {
      const { claim, release: unclaim } = maker.claim(side, base, quote, amount);
      return { id: this.newId(), maker, sell, buy, fillBefore, state: 'open', claim, unclaim };
    });
    for (const part of parts) this.orders.addPart(order, part);
    return () => this.send(order, parts, now, fillBefore);
  }

  private send(order: Order, parts: readonly Part[], now: number, fillBefore: number): void {
    const { feed, surroundings, signal } = this.context;
    const { sell, buy } = order.checked;
    for (const { id, maker, ...part } of parts) {
      const limit_order = { sell: quantity(sell.token, part.sell), buy: quantity(buy.token, part.buy) };
      feed.emit({ type: 'new-order-sent', order: order.id, part: id, maker: maker.name, ...limit_order, fillBefore });
      maker.sendOrder({ id, created_at: Math.floor(now / 1000), fill_before: fillBefore, limit_order });
    }
    const late = () => this.onLate(order, parts);
    surroundings.sleep(fillBefore * 1000 - now, signal).then(late, () => {});
  }

  private newId(): string {
    return this.context.randomBits().toString(16).padStart(16, '0');
  }
}
