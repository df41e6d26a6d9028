import type { CheckedOrder } from './check.js';
import { currentEpoch, type DeskContext, record } from './context.js';
import type { Order } from './order.js';
import { bundleItem, wrapOrder } from './wrapping.js';

/** A bundle as it was pushed. */
export interface BundleView {
  readonly bundle: number;
  readonly order: string;
  readonly subintents: readonly string[];
  /** Unix milliseconds. */
  readonly at: number;
  readonly items: readonly string[];
}

const KEPT = 1000;

/** Wraps orders and pushes them to the solvers. */
export class Bundles {
  count = 0;
  private readonly kept: BundleView[] = [];

  constructor(
    private readonly context: DeskContext,
    /** Returns how many solvers there are. */
    private readonly send: (items: readonly string[]) => number,
  ) {}

  /** Of an order whose parts are all filled. */
  push(order: Order): void {
    const fills = order.parts.map(({ fill }) => fill!);
    const items = [order.checked, ...fills].map((checked) => this.wrap(checked));
    order.state = 'pushed';
    this.count += 1;
    order.bundle = this.count;
    for (const part of order.parts) record(this.context, part, { started: { subintent_id: part.fill!.id } });
    const solvers = this.send(items);
    const subintents = [order.id, ...fills.map(({ id }) => id)];
    const bundle = { bundle: this.count, order: order.id, subintents };
    this.kept.push({ ...bundle, at: this.context.surroundings.wallNow(), items });
    if (this.kept.length > 2 * KEPT) this.kept.splice(0, KEPT);
    this.context.feed.emit({ type: 'bundle-pushed', ...bundle, solvers });
  }

  /** The newest first. */
  view(limit: number): readonly BundleView[] {
    return this.kept.slice(-limit).reverse();
  }

  private wrap({ partial, limitOrder, sell }: CheckedOrder): string {
    const { key, settings, ledger, randomBits } = this.context;
    const { network, reward } = settings;
    const of = { key, network: network.id, epoch: currentEpoch(ledger), reward, rebate: sell.token.rebate };
    return bundleItem(wrapOrder(partial, limitOrder, { ...of, discriminator: randomBits() }));
  }
}
