import { formatAmount } from '../../base/amount.js';
import { type CheckedOrder, checkOrder, type ReceivedOrder, receiveOrder } from './check.js';
import { checkContext, type DeskContext } from './context.js';
import { RefusedError } from './error.js';
import type { Funds } from './funds.js';
import type { Maker } from './makers.js';
import type { Order, Part } from './order.js';
import type { Orders } from './orders.js';

/** Takes makers' fills of the parts that they were asked for. */
export class Fills {
  /** Those that were accepted. */
  count = 0;

  constructor(
    private readonly context: DeskContext,
    private readonly orders: Orders,
    private readonly funds: Funds,
    private readonly onFilled: (order: Order) => void,
  ) {}

  /** Returns the fill's subintent id. The same fill again gets the same answer. Error: `RefusedError`. */
  async take(maker: Maker, orderId: string, hex: string): Promise<string> {
    const known = this.orders.partOf(orderId);
    if (known?.part.maker !== maker) {
      throw new RefusedError('unknown-order', 'expected the id of an order sent to this maker', { path: 'order_id' });
    }
    const { order, part } = known;
    const received = asFill(() => receiveOrder(hex));
    if (part.state === 'lost') throw tooLate(part);
    if (part.answer !== undefined && part.fillId === received.id) return part.answer;
    if (this.context.surroundings.wallNow() >= part.fillBefore * 1000) throw tooLate(part);
    if (part.answer !== undefined) {
      throw new RefusedError('already-filled', `the order is filled by ${part.fillId}`, { path: 'order_id' });
    }
    if (this.context.faults.refusesFill()) {
      throw new RefusedError('fill-invalid', 'a fault of the sandbox refuses this fill');
    }
    const checked = asFill(() => this.check(received, part, order));
    part.fillId = checked.id;
    part.answer = this.accept(order, part, checked);
    return part.answer;
  }

  private check(received: ReceivedOrder, part: Part, order: Order): CheckedOrder {
    const checked = checkOrder(received, 'maker', checkContext(this.context));
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
    if (this.orders.isUsed(checked.id)) {
      throw refuse('signed_partial_transaction', 'expected a subintent that serves no other order');
    }
    return checked;
  }

  private async accept(order: Order, part: Part, checked: CheckedOrder): Promise<string> {
    this.orders.useFill(checked.id);
    try {
      const release = await this.funds.reserve(checked).catch((error) => {
        throw error instanceof RefusedError && error.code === 'order-invalid' ? fillInvalid(error) : error;
      });
      if (part.state === 'lost') {
        release();
        throw tooLate(part);
      }
      part.release = release;
    } catch (error) {
      this.orders.freeFill(checked.id);
      delete part.answer;
      delete part.fillId;
      throw error;
    }
    part.state = 'filled';
    part.fill = checked;
    part.claim.filled = true;
    this.count += 1;
    const { id, maker } = part;
    this.context.feed.emit({ type: 'fill-received', order: order.id, part: id, maker: maker.name, fill: checked.id });
    // After the answer: whoever fills hears first that it was accepted, then that it started.
    if (order.parts.every(({ state }) => state === 'filled')) setImmediate(() => this.onFilled(order));
    return checked.id;
  }
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
