import { readWrappedOrder } from '../../anthic/wrappedOrder.js';
import { type Attos, parseAmount } from '../../base/amount.js';
import { fromHex } from '../../base/bytes.js';
import type { BundleView } from '../../sandbox/anthic/bundles.js';
import type { EndState, TimedEvent } from '../../sandbox/anthic/events.js';
import type { Quantity } from '../../sandbox/anthic/tokens.js';
import type { Commit } from '../../sandbox/world/history.js';
import type { World } from '../../sandbox/world/world.js';
import type { NodeId } from '../../sbor/custom.js';

/** What an order goes through, in this order. */
export const MOMENTS = ['accepted', 'asked', 'filled', 'pushed', 'submitted', 'settled'] as const;
export type Moment = (typeof MOMENTS)[number];

/** One subintent of a bundle, with what it moves if it settles. */
export interface Item {
  readonly subintent: string;
  readonly account: NodeId;
  readonly sell: { readonly resource: NodeId; readonly amount: Attos };
  readonly fees: Attos;
  /** XRD that Anthic pays for it. */
  readonly reward: Attos;
}

/** What has become of an order so far, by Anthic and by the ledger. */
export interface Story {
  readonly id: string;
  readonly account: string;
  readonly sell: Quantity;
  readonly buy: Quantity;
  /** Unix milliseconds of the first time that each was seen. */
  readonly at: Partial<Record<Moment, number>>;
  items: readonly Item[];
  /** How often Anthic has said that it ended: once, if all is well. */
  ends: number;
  state: EndState | undefined;
  /** The transaction that settled it, by the ledger. */
  commit: Commit | undefined;
}

/** Writes down what becomes of each order: Anthic's events, what nodes take, and what the ledger commits. */
export class Watch {
  readonly stories = new Map<string, Story>();
  /** Subintents that Anthic believes to be settled. */
  readonly settled = new Set<string>();
  /** Maker and pair of every book that was quoted. */
  readonly books = new Set<string>();
  /** What the ledger has charged for all transactions, the failed ones too. */
  networkFees: Attos = 0n;
  transactions = 0;
  /** Hears every event of Anthic's, after it was written down. */
  onEvent: (event: TimedEvent) => void = () => {};
  /** Hears of each order that the ledger settles. */
  onSettled: (story: Story) => void = () => {};
  /** The bundle that was pushed last. */
  newestBundle: () => BundleView = () => {
    throw new Error('there is no Anthic yet');
  };

  constructor(world: World) {
    world.node.onAccepted = ({ subintents }) => this.seeSubmission(subintents.map(({ id }) => id));
    world.onRound((commits) => this.seeRound(commits));
  }

  hear(event: TimedEvent): void {
    switch (event.type) {
      case 'book-changed':
        this.books.add(`${event.maker} ${event.base}/${event.quote}`);
        break;
      case 'order-received': {
        const { order: id, account, sell, buy, at } = event;
        const open = { items: [], ends: 0, state: undefined, commit: undefined };
        this.stories.set(id, { id, account, sell, buy, at: { accepted: at }, ...open });
        break;
      }
      case 'new-order-sent':
        this.stories.get(event.order)!.at.asked ??= event.at;
        break;
      case 'fill-received':
        // The last one counts: only then can it go on.
        this.stories.get(event.order)!.at.filled = event.at;
        break;
      case 'bundle-pushed': {
        const story = this.stories.get(event.order)!;
        story.at.pushed = event.at;
        story.items = itemsOf(this.newestBundle());
        break;
      }
      case 'settled':
        this.settled.add(event.subintent);
        break;
      case 'order-ended': {
        const story = this.stories.get(event.order)!;
        story.ends += 1;
        story.state = event.state;
        break;
      }
    }
    this.onEvent(event);
  }

  private seeSubmission(ids: readonly string[]): void {
    for (const id of ids) {
      const at = this.stories.get(id)?.at;
      if (at !== undefined) at.submitted ??= Date.now();
    }
  }

  private seeRound(commits: readonly Commit[]): void {
    for (const commit of commits) {
      this.transactions += 1;
      this.networkFees += parseAmount(commit.fee.total);
      for (const { id } of commit.success ? commit.subintents : []) {
        const story = this.stories.get(id);
        if (story === undefined) continue;
        story.commit = commit;
        story.at.settled = Date.now();
        this.onSettled(story);
      }
    }
  }
}

function itemsOf({ items, subintents }: BundleView): Item[] {
  return items.map((hex, index) => {
    const { limitOrder, script } = readWrappedOrder(fromHex(hex));
    const { account, sell, fees } = limitOrder;
    const paid = fees.reduce((sum, fee) => sum + fee, 0n);
    return { subintent: subintents[index]!, account, sell, fees: paid, reward: script.reward };
  });
}
