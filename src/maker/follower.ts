import type { Attos } from '../base/amount.js';
import type { Ledger } from '../ledger/ledger.js';
import type { MakerEvent } from '../observe/makerEvent.js';
import { faultOf } from './fault.js';
import type { Inventory } from './inventory.js';
import type { MakerStore, OpenFill } from './store.js';
import type { Terms } from './terms.js';

/** What the maker asks of the ledger. */
export type MakerLedger = Pick<Ledger, 'balances' | 'subintentStatus' | 'committedDetails'>;

export interface FollowerOptions {
  readonly account: string;
  readonly ledger: MakerLedger;
  readonly store: MakerStore;
  readonly inventory: Inventory;
  /** Undefined as long as they are not known. */
  readonly terms: () => Terms | undefined;
  readonly emit: (event: MakerEvent) => void;
}

/** Look-ups at the same time. */
const PARALLEL = 4;
/** Added to an expiry before its passing is believed. */
const MARGIN_MS = 2_000;

/**
 * Finds out what became of fills, whatever Anthic says or does not say: a fill has settled when the ledger has it, and
 * cannot settle any more when the ledger is past its expiry without it.
 */
export class Follower {
  /** Settling transactions whose changes are still to be read. Kept here, since the store grows with every fill. */
  private unread: Set<string> | undefined;

  constructor(private readonly options: FollowerOptions) {}

  /** One look at every open fill, then at what settled, then at the balances. What fails is looked at the next time. */
  async look(): Promise<void> {
    const { store } = this.options;
    this.unread ??= new Set(store.transactionsWithoutChanges());
    const { unread } = this;
    await this.each(store.openFills(), (fill) => this.lookAt(fill, unread));
    await this.each([...unread], (id) => this.readChanges(id, unread));
    await this.guarded(() => this.readBalances());
  }

  private async lookAt(fill: OpenFill, unread: Set<string>): Promise<void> {
    const { ledger, store, inventory, emit } = this.options;
    const { orderId, subintentId, outcome } = fill;
    const { finalized, ledger: at } = await ledger.subintentStatus(subintentId);
    if (finalized !== undefined) {
      store.settled(orderId, finalized.by, finalized.stateVersion);
      unread.add(finalized.by);
      inventory.settled(orderId, finalized.stateVersion);
      emit({ type: 'fill-ended', orderId, state: 'settled', txid: finalized.by, outcome });
    } else if (at.proposerTimestampMs >= fill.expiresAt + MARGIN_MS) {
      store.expired(orderId);
      inventory.release(orderId);
      emit({ type: 'fill-ended', orderId, state: 'expired', txid: undefined, outcome });
    }
  }

  private async readChanges(transactionId: string, unread: Set<string>): Promise<void> {
    const { ledger, store, account } = this.options;
    const { balances } = await ledger.committedDetails(transactionId);
    // Absent for a while after the commit.
    if (balances === undefined) return;
    const sums = new Map<string, Attos>();
    for (const { entity, resource, change } of balances.changes) {
      if (entity === account) sums.set(resource, (sums.get(resource) ?? 0n) + change);
    }
    store.changed(transactionId, sums);
    unread.delete(transactionId);
  }

  private async readBalances(): Promise<void> {
    const { ledger, account, inventory, terms } = this.options;
    const known = terms();
    if (known === undefined) return;
    const { amounts, ledger: at } = await ledger.balances(account);
    const bySymbol = [...known.tokens.values()].map(
      ({ symbol, address }) => [symbol, amounts.get(address) ?? 0n] as const,
    );
    // An account that nobody has used yet has no state: it holds nothing.
    inventory.observe(at?.stateVersion ?? 0, new Map(bySymbol));
  }

  private async each<T extends {}>(list: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const queue = [...list];
    const worker = async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        const each = item;
        await this.guarded(() => work(each));
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.options.emit({ type: 'ledger-look-failed', ...faultOf(error) });
    }
  }
}
