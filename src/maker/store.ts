import type { FillExecution, NewOrder, Pair } from '../anthic/flash/wire.js';
import type { Attos } from '../base/amount.js';
import { JournalError } from '../journal/error.js';
import { canonicalPath, OwnerLock } from '../journal/ownerLock.js';
import { Database } from './database.js';
import { MakerError } from './error.js';
import type { FillAnswer } from './schema.js';

export interface StoredAmount {
  readonly symbol: string;
  /** The resource's address. */
  readonly resource: string;
  readonly amount: Attos;
}

/** A fill as it is signed, before it is sent. Times are Unix milliseconds. */
export interface WrittenFill {
  readonly orderId: string;
  readonly subintentId: string;
  /** The signed partial transaction. */
  readonly payload: Uint8Array;
  readonly pair: Pair;
  readonly sold: StoredAmount;
  readonly fees: { readonly anthic: Attos; readonly settlement: Attos };
  readonly bought: StoredAmount;
  readonly fillBefore: number;
  readonly expiresAt: number;
}

/** A fill that may settle still. */
export interface OpenFill extends Omit<WrittenFill, 'payload' | 'pair'> {
  /** What Anthic said of it in the end, if it has. */
  readonly outcome: string | undefined;
}

/** Whose store it is: a maker's promises are of one account. */
export interface StoreOwner {
  readonly network: number;
  readonly account: string;
}

/** Declined orders that are kept. */
const KEPT_DECLINED = 10_000;

/**
 * What the maker must not forget: fills before they are sent, what became of them, and how far fill execution was read.
 * Each method has written when it returns: what was promised onto the disk; the rest, which Anthic and the ledger tell
 * again, so that the end of the process does no harm.
 */
export class MakerStore {
  private constructor(
    readonly path: string,
    private readonly db: Database,
    private readonly lock: OwnerLock,
    private readonly now: () => number,
  ) {}

  /**
   * Opens or makes the store; one process at a time. Errors: `store-locked`, `store-foreign`, `store-newer`,
   * `store-of-another-maker`.
   */
  static open(path: string, owner: StoreOwner, now: () => number): MakerStore {
    const file = canonicalPath(path);
    const lock = takeLock(file);
    let db: Database | undefined;
    try {
      db = Database.open(file);
      const store = new MakerStore(file, db, lock, now);
      store.own(owner);
      return store;
    } catch (error) {
      db?.close();
      lock.release();
      throw error;
    }
  }

  close(): void {
    this.db.close();
    this.lock.release();
  }

  /** Number of the last execution that was written down; 0 before the first. */
  get position(): number {
    const { query } = this.db;
    const row = this.db.get(query.selectFrom('execution').select((of) => of.fn.max('sequence').as('last')));
    return row?.last ?? 0;
  }

  /** The ledger's state at which the last fill settled; 0 before the first. */
  get settledUpTo(): number {
    const { query } = this.db;
    const row = this.db.get(query.selectFrom('fill').select((of) => of.fn.max('state_version').as('last')));
    return row?.last ?? 0;
  }

  /** Whether an order has been filled or declined already. */
  knows(orderId: string): boolean {
    const { query } = this.db;
    const has = (table: 'fill' | 'declined') =>
      this.db.get(query.selectFrom(table).select('order_id').where('order_id', '=', orderId)) !== undefined;
    return has('fill') || has('declined');
  }

  /** Before it is sent. Error: `known-order`: an order is filled once. */
  writeAhead(fill: WrittenFill): void {
    const { query } = this.db;
    this.db.writeDurably(() => {
      if (this.knows(fill.orderId)) throw new MakerError('known-order', `order ${fill.orderId} was answered already`);
      this.db.run(
        query.insertInto('fill').values({
          order_id: fill.orderId,
          subintent_id: fill.subintentId,
          payload: Buffer.from(fill.payload),
          base: fill.pair.base,
          quote: fill.pair.quote,
          sold_symbol: fill.sold.symbol,
          sold_resource: fill.sold.resource,
          sold: String(fill.sold.amount),
          anthic_fee: String(fill.fees.anthic),
          settlement_fee: String(fill.fees.settlement),
          bought_symbol: fill.bought.symbol,
          bought_resource: fill.bought.resource,
          bought: String(fill.bought.amount),
          written_at: this.now(),
          fill_before: fill.fillBefore,
          expires_at: fill.expiresAt,
          state: 'open',
        }),
      );
    });
  }

  /** What came of sending it. */
  answered(orderId: string, answer: FillAnswer | null, detail: string | null): void {
    const { query } = this.db;
    this.db.run(query.updateTable('fill').set({ answer, detail }).where('order_id', '=', orderId));
  }

  declined({ id, sell, buy }: NewOrder, code: string, detail: string): void {
    const { query } = this.db;
    this.db.write(() => {
      const row = {
        ...{ order_id: id, declined_at: this.now(), code, detail },
        ...{ sell_symbol: sell.symbol, sell: String(sell.amount), buy_symbol: buy.symbol, buy: String(buy.amount) },
      };
      this.db.run(query.insertInto('declined').values(row).orIgnore());
      const kept = query.selectFrom('declined').select('declined_at').orderBy('declined_at', 'desc');
      const oldest = kept.limit(1).offset(KEPT_DECLINED);
      this.db.run(query.deleteFrom('declined').where('declined_at', '<', oldest));
    });
  }

  /** The next execution: its number, and what it says of its fill. */
  executed({ sequence, occurredAt, orderId, change }: FillExecution): void {
    const { query } = this.db;
    const detail =
      change.type === 'completed' ? change.outcome : change.type === 'unknown' ? change.detail : change.subintentId;
    this.db.write(() => {
      this.db.run(
        query.insertInto('execution').values({
          ...{ sequence, kind: change.type, detail: detail ?? null },
          occurred_at: occurredAt ?? null,
          order_id: orderId ?? null,
        }),
      );
      if (orderId === undefined) return;
      const update = query.updateTable('fill').where('order_id', '=', orderId);
      if (change.type === 'started') this.db.run(update.set({ started_at: occurredAt ?? this.now() }));
      else if (change.type === 'completed') this.db.run(update.set({ outcome: change.outcome }));
    });
  }

  /** Fills that may settle still, the oldest first. */
  openFills(): OpenFill[] {
    const { query } = this.db;
    return this.db.all(query.selectFrom('fill').selectAll().where('state', '=', 'open').orderBy('written_at')).map(
      (row): OpenFill => ({
        orderId: row.order_id,
        subintentId: row.subintent_id,
        sold: { symbol: row.sold_symbol, resource: row.sold_resource, amount: BigInt(row.sold) },
        fees: { anthic: BigInt(row.anthic_fee), settlement: BigInt(row.settlement_fee) },
        bought: { symbol: row.bought_symbol, resource: row.bought_resource, amount: BigInt(row.bought) },
        fillBefore: row.fill_before,
        expiresAt: row.expires_at,
        outcome: row.outcome ?? undefined,
      }),
    );
  }

  /** The ledger has it. */
  settled(orderId: string, transactionId: string, stateVersion: number): void {
    const { query } = this.db;
    const end = { state: 'settled', transaction_id: transactionId, state_version: stateVersion, ended_at: this.now() };
    this.db.run(
      query
        .updateTable('fill')
        .set(end as { state: 'settled' })
        .where('order_id', '=', orderId),
    );
  }

  /** The ledger does not have it, and will not: its time is over. */
  expired(orderId: string): void {
    const { query } = this.db;
    this.db.run(
      query.updateTable('fill').set({ state: 'expired', ended_at: this.now() }).where('order_id', '=', orderId),
    );
  }

  /** Settling transactions whose changes are not written down yet. */
  transactionsWithoutChanges(): string[] {
    const { query } = this.db;
    const rows = this.db.all(
      query
        .selectFrom('fill')
        .select('transaction_id')
        .distinct()
        .where('transaction_id', 'is not', null)
        .where('transaction_id', 'not in', query.selectFrom('change').select('transaction_id')),
    );
    return rows.map(({ transaction_id }) => transaction_id!);
  }

  /** What a transaction changed in the account, by resource address. */
  changed(transactionId: string, changes: ReadonlyMap<string, Attos>): void {
    const { query } = this.db;
    this.db.write(() => {
      for (const [resource, amount] of changes) {
        const row = { transaction_id: transactionId, resource, amount: String(amount) };
        this.db.run(query.insertInto('change').values(row).orIgnore());
      }
    });
  }

  quoting({ base, quote }: Pair): void {
    const { query } = this.db;
    const known = query.selectFrom('quoted').selectAll().where('base', '=', base).where('quote', '=', quote);
    if (this.db.get(known) !== undefined) return;
    this.db.writeDurably(() => this.db.run(query.insertInto('quoted').values({ base, quote })));
  }

  everQuoted(): Pair[] {
    return this.db.all(this.db.query.selectFrom('quoted').selectAll());
  }

  private own({ network, account }: StoreOwner): void {
    const { query } = this.db;
    this.db.write(() => {
      for (const [key, value] of Object.entries({ network: String(network), account })) {
        this.db.run(query.insertInto('meta').values({ key, value }).orIgnore());
        const row = this.db.get(query.selectFrom('meta').select('value').where('key', '=', key));
        if (row?.value === value) continue;
        throw new MakerError('store-of-another-maker', `${this.path} is of ${key} ${row?.value}, not of ${value}`, {
          hint: 'give every account a store of its own',
        });
      }
    });
  }
}

/** The lock is the journal's, its words are not: who reads them has no journal. */
function takeLock(file: string): OwnerLock {
  try {
    return OwnerLock.take(file);
  } catch (cause) {
    if (!(cause instanceof JournalError) || cause.code !== 'journal-locked') throw cause;
    throw new MakerError('store-locked', `another maker owns the store ${file}`, {
      hint: 'run one maker on a store: end the other one, or name another file with --store',
      cause,
      retry: true,
    });
  }
}
