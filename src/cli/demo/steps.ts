import { compareManifests } from '../../anthic/order/compare.js';
import { formatAmount } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import { followSubintent } from '../../ledger/followSubintent.js';
import { systemSurroundings } from '../../ledger/surroundings.js';
import type { TimedEvent } from '../../sandbox/anthic/events.js';
import type { Quantity } from '../../sandbox/anthic/tokens.js';
import { shorten } from '../table.js';
import { type DexOrder, signOrder, type Wish } from './dex.js';
import type { Production } from './production.js';
import type { Story } from './watch.js';

/** One thing that somebody did. */
export interface StepTold {
  /** Of the documentation's ten, from 1. */
  readonly step: number;
  /** Whose order it is about. */
  readonly of: string;
  readonly who: string;
  readonly what: string;
}

export type Tell = (step: StepTold) => void;

/** Takes an order through all ten steps; several may run at the same time. */
export class Steps {
  /** Subintent → name of its user. */
  private readonly owners = new Map<string, string>();

  constructor(
    private readonly production: Production,
    private readonly tell: Tell,
    private readonly signal: AbortSignal,
  ) {
    const { watch } = production.stage;
    watch.onEvent = (event) => this.hear(event);
    watch.onSettled = (story) => this.settled(story);
  }

  /** Resolves when the user's own look at the ledger has found the end of the order. */
  async trade(wish: Wish): Promise<void> {
    const { dex, ledger } = this.production;
    const { user, sell, buy, amount, exact, slippage } = wish;
    const say = (step: number, who: string, what: string) => this.tell({ step, of: user.name, who, what });
    const [given, open] = exact === 'sell' ? [sell, buy] : [buy, sell];
    const wanted = `${formatAmount(amount)} ${given}`;
    say(1, user.name, exact === 'sell' ? `wants to sell ${wanted} for ${open}` : `wants to buy ${wanted} with ${open}`);
    const deal = await dex.quote(wish);
    const { book, order, fees } = deal;
    const inBook = `${formatAmount(book.sell)} ${sell} for ${formatAmount(book.buy)} ${buy}`;
    say(
      2,
      'dex',
      `reads the order book: ${inBook}; Anthic's fee ${formatAmount(fees.anthic)}, settlement ${formatAmount(fees.settlement)} ${sell}`,
    );
    const least = `${formatAmount(order.buy)} ${buy}`;
    say(
      3,
      user.name,
      `agrees to at least ${least} for ${formatAmount(order.sell)} ${sell} (slippage ${slippage} basis points)`,
    );
    const composed = dex.compose(deal);
    const { id, subintent } = composed;
    this.owners.set(id, user.name);
    const differences = compareManifests(subintent.value.intentCore, await dex.theirManifest(composed));
    if (differences.length > 0) {
      throw new SolverError(
        'manifest-differs',
        `Anthic writes ${differences.length} instructions of ${id} differently`,
      );
    }
    say(4, 'dex', `composes ${idText(id)}, the same manifest as Anthic's /construction/compose`);
    const signed = signOrder(composed);
    say(5, user.name, 'signs it; the key stays where it is');
    this.production.orders.add(id, deal);
    await dex.submit(signed);
    const options = { expiresAt: expiryOf(composed), lifetime: 60n, intervalMs: 200, signal: this.signal };
    await followSubintent(ledger, id, options, systemSurroundings());
  }

  private hear(event: TimedEvent): void {
    switch (event.type) {
      case 'order-received':
        return this.say(event.order, 6, 'dex', 'submits it, and Anthic accepts it');
      case 'new-order-sent': {
        const { order, maker, sell, buy } = event;
        return this.say(order, 7, 'anthic', `asks ${maker} for ${text(buy)}, offering ${text(sell)}`);
      }
      case 'fill-received': {
        const { order, maker, fill } = event;
        return this.say(order, 8, maker, `signs and sends ${idText(fill)}`);
      }
      case 'bundle-pushed': {
        const { order, bundle, subintents, solvers } = event;
        const to = solvers === 1 ? 'the solver' : `${solvers} solvers`;
        return this.say(order, 9, 'anthic', `wraps ${subintents.length} orders and pushes bundle ${bundle} to ${to}`);
      }
    }
  }

  private settled({ id, commit }: Story): void {
    const { intentId, state, fee, children } = commit!;
    const how = `settles it with ${idText(intentId)} (${children.length} wrappers)`;
    this.say(id, 10, 'solver', `${how}: state version ${state.stateVersion}, network fee ${fee.total} XRD`);
  }

  private say(order: string, step: number, who: string, what: string): void {
    const of = this.owners.get(order);
    if (of !== undefined) this.tell({ step, of, who, what });
  }
}

function expiryOf({ subintent }: DexOrder): bigint | undefined {
  return subintent.value.intentCore.header.value.maxProposerTimestampExclusive;
}

function idText(id: string): string {
  return shorten(id, 14, 6);
}

function text({ amount, symbol }: Quantity): string {
  return `${amount} ${symbol}`;
}
