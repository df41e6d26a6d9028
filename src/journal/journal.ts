import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Attos } from '../base/amount.js';
import type { PartyNews } from '../settlement/party.js';
import { findAttempt, submitAttempt, updateAttempt } from './attemptNews.js';
import { type AttemptBooks, type Conflict, insertAttempt, liveConflicts, potentialCost } from './attempts.js';
import type { End } from './bundles.js';
import { checkEnd, endBundle, findTaken, insertBundle, patchDetails, setState, taken } from './bundles.js';
import { Checkpointer } from './checkpointer.js';
import { JournalError } from './error.js';
import type { LimitBooks, LimitState } from './limits.js';
import type { AttemptNews, NewAttempt, NewBundle } from './model.js';
import { canonicalPath, OwnerLock } from './ownerLock.js';
import { forgetParties, recordParties, recordRace } from './parties.js';
import { type Pruned, prune, pruneSome, type Retention } from './prune.js';
import { JournalReader } from './reader.js';
import { Ledger, type LimitName, readLimits } from './spend.js';
import { Store, type StoreOptions } from './store.js';
import { type BundleStory, FACTS } from './story.js';
import { type Counters, Tally } from './tally.js';
import type { Verification } from './verify.js';

export interface JournalOptions extends StoreOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The journal of a running solver: what happened to every bundle, written before it happens.
 *
 * All calls are synchronous: when `planAttempt` returns, the attempt is on the disk, and only then may a byte leave.
 * Other writes survive the end of the process in any manner; a power cut may take the last of them, but nothing that
 * was written before the last attempt. What is lost so is found again on the ledger.
 *
 * Any call may throw a `JournalError`; nothing of that call was written then.
 */
export class Journal extends JournalReader implements LimitBooks {
  private readonly books: AttemptBooks;
  private readonly checkpointer: Checkpointer;
  private partyWrites = 0;

  private constructor(
    store: Store,
    private readonly lock: OwnerLock,
    private readonly now: () => number,
  ) {
    super(store);
    this.checkpointer = new Checkpointer(store.path);
    this.books = { store, tally: new Tally(store), ledger: new Ledger(store, now()) };
  }

  /**
   * Opens or makes a journal, and owns it. Errors: `journal-locked` where another process owns it, `journal-corrupt`,
   * `journal-foreign`, `journal-newer`, `journal-unwritable`, `journal-full`.
   */
  static open(path: string, options: JournalOptions): Journal {
    const canonical = canonicalPath(path);
    const lock = OwnerLock.take(canonical);
    let store: Store | undefined;
    try {
      store = Store.open(canonical, options);
      syncFolder(canonical);
      return new Journal(store, lock, options.now);
    } catch (error) {
      store?.close();
      lock.release();
      throw error;
    }
  }

  override close(): void {
    this.checkpointer.close();
    super.close();
    this.lock.release();
  }

  /** Writes a bundle down as queued, or as a copy of one that was. */
  receive(bundle: NewBundle): { readonly known: boolean } {
    return this.store.write('deferred', () => {
      const known = findTaken(this.books, bundle.id) !== undefined;
      insertBundle(this.books, bundle, known ? { ...COPY, at: bundle.receivedAt } : undefined);
      return { known };
    });
  }

  /** Writes down a bundle that ends as it comes. One that came before ends as a duplicate; a malformed one is malformed. */
  receiveEnded(bundle: NewBundle, end: End): { readonly known: boolean } {
    return this.store.write('deferred', () => {
      const known = end.outcome !== 'invalid' && findTaken(this.books, bundle.id) !== undefined;
      if (!known && NEEDS_ATTEMPT.has(end.outcome)) {
        throw new JournalError('bad-outcome', `bundle ${bundle.id} cannot end as ${end.outcome} before it was taken`);
      }
      insertBundle(this.books, bundle, { ...(known ? COPY : end), at: this.now() });
      return { known };
    });
  }

  /** Counts frames that are no bundles, by the code of what is wrong with them. */
  countStray(code: string, count = 1): void {
    const now = this.now();
    this.store.write('deferred', () => {
      this.store.run(
        this.store.query
          .insertInto('stray')
          .values({ code, count, last_at: now })
          .onConflict((conflict) =>
            conflict
              .column('code')
              .doUpdateSet(({ eb, ref }) => ({ count: eb(ref('stray.count'), '+', count), last_at: now })),
          ),
      );
      this.store.onCommit(() => this.books.tally.addStray(count));
    });
  }

  /** Moves a bundle that is not in flight between `queued` and `planning`. */
  setState(bundleId: string, state: 'queued' | 'planning'): void {
    this.store.write('deferred', () => {
      const bundle = taken(this.books, bundleId);
      if (bundle.outcome !== null) {
        throw new JournalError('bundle-finished', `bundle ${bundleId} has ended as ${bundle.outcome}`);
      }
      if (bundle.state === 'in-flight') {
        throw new JournalError('attempt-conflict', `the end of an attempt of bundle ${bundleId} is not known`);
      }
      setState(this.books, bundle, state);
    });
  }

  /** Live attempts of bundles that hold one of these wrappers: while there are any, none of them may be submitted. */
  liveConflicts(wrapperIds: readonly string[]): Conflict[] {
    return liveConflicts(this.books, wrapperIds);
  }

  /** What all attempts of a bundle can cost together, as things stand. */
  potentialCost(bundleId: string): Attos {
    return potentialCost(this.store, taken(this.books, bundleId).seq);
  }

  /**
   * The write-ahead: id and bytes of a settlement are on the disk when this returns. Returns which attempt it is of each
   * of its bundles. Errors: `attempt-conflict` where a bundle, or one it overlaps with, has a live attempt,
   * or the transaction was planned before; `attempt-over-cap`; `bundle-finished`; `unknown-bundle`; `bad-shares`; and those of the file.
   */
  planAttempt(attempt: NewAttempt): number[] {
    return this.store.write('durable', () => insertAttempt(this.books, attempt, this.now()));
  }

  /** Makes one write of all that is written meanwhile but attempts. An error of the file undoes them all. */
  together(writes: () => void): void {
    this.store.together(writes);
  }

  /** The bytes are being sent, or were at a time. False where that was known. */
  recordSubmission(transactionId: string, at = this.now()): boolean {
    return this.store.write('deferred', () => submitAttempt(this.books, findAttempt(this.books, transactionId), at));
  }

  /**
   * Writes down what became of an attempt. A success settles all of its bundles at once. False where it is no news, or
   * comes late. Errors: `attempt-final` where it contradicts an end that is known; `unknown-attempt`; `bad-shares`.
   */
  recordAttemptState(transactionId: string, news: AttemptNews, at = this.now()): boolean {
    return this.store.write('deferred', () =>
      updateAttempt(this.books, findAttempt(this.books, transactionId), news, at),
    );
  }

  /**
   * Ends a bundle. False where it has ended so already. Errors: `bundle-finished` where it ended otherwise, `bad-outcome`
   * where an attempt may still commit, or what is known says otherwise.
   */
  finish(bundleId: string, end: End): boolean {
    return this.store.write('deferred', () => {
      const bundle = taken(this.books, bundleId);
      if (bundle.outcome === end.outcome) return false;
      checkEnd(this.books, bundleId, bundle, end.outcome);
      endBundle(this.books, bundle, { ...end, at: this.now() });
      return true;
    });
  }

  /** Adds to the details of a bundle that was taken, ended or not. Error: `unknown-bundle`. */
  setDetails(bundleId: string, patch: BundleStory): void {
    this.store.write('deferred', () => patchDetails(this.books, taken(this.books, bundleId), patch));
  }

  override counters(): Counters {
    return this.books.tally.counters;
  }

  /** Also compares what is kept in memory with the file. */
  override verify(): Verification {
    const found = super.verify();
    const [memory, file] = [this.books.tally.counters, super.counters()];
    if (JSON.stringify(memory) !== JSON.stringify(file)) {
      const message = `counted ${JSON.stringify(memory)}, the file holds ${JSON.stringify(file)}`;
      found.violations.push({ rule: 'counters', subject: 'memory', message });
    }
    const exposure = new Ledger(this.store, this.now()).exposure;
    if (exposure !== this.books.ledger.exposure) {
      const message = `counted ${this.books.ledger.exposure} attos in flight, the file holds ${exposure}`;
      found.violations.push({ rule: 'exposure', subject: 'memory', message });
    }
    return found;
  }

  /** What limits are decided by. */
  limitState(now: number): Omit<LimitState, 'balance'> {
    const limits = readLimits(this.store);
    return {
      ...this.books.ledger.windows(limits, now),
      exposure: this.books.ledger.exposure,
      failures: limits.find(({ name }) => name === 'max-failures')?.count ?? 0,
      stops: new Map(limits.flatMap(({ name, stoppedAt, why }) => (stoppedAt === null ? [] : [[name, why!]]))),
    };
  }

  /** A limit stops submissions from now on, until it is reset. */
  stopLimit(name: LimitName, why: string): void {
    const stop = { stopped_at: this.now(), why };
    this.upsertLimit('durable', name, stop);
  }

  /** Writes down the maxima a solver runs with, in words, so that they can be shown. */
  describeLimits(maxima: ReadonlyMap<LimitName, string | null>): void {
    for (const [name, maximum] of maxima) this.upsertLimit('deferred', name, { maximum });
  }

  private upsertLimit(
    durability: 'durable' | 'deferred',
    name: LimitName,
    values: { stopped_at: number; why: string } | { maximum: string | null },
  ): void {
    this.store.write(durability, () => {
      const row = this.store.query.insertInto('limit_state').values({ name, count: 0, ...values });
      this.store.run(row.onConflict((conflict) => conflict.column('name').doUpdateSet(values)));
    });
  }

  /** Its bundles are of this network from now on. Error: `wrong-network` where they are of another. */
  claimNetwork(network: number): void {
    this.checkNetwork(network);
    if (this.network === undefined) this.setFact(FACTS.network, network);
  }

  /** A fact about the ledger that is worth remembering; the key says which. */
  setFact(key: string, value: unknown): void {
    const row = { value: JSON.stringify(value), learned_at: this.now() };
    this.store.write('deferred', () => {
      const insert = this.store.query.insertInto('fact').values({ key, ...row });
      this.store.run(insert.onConflict((conflict) => conflict.column('key').doUpdateSet(row)));
    });
  }

  /** Adds what orders showed of their accounts and makers to what is remembered of them. */
  recordParties(news: readonly PartyNews[]): void {
    this.store.write('deferred', () => {
      recordParties(this.store, news, this.now());
      if (this.partyWrites++ % FORGET_EVERY === 0) forgetParties(this.store);
    });
  }

  /** Adds a race to what is remembered of its tip. */
  recordRace(tipBasisPoints: number, won: boolean): void {
    this.store.write('deferred', () => recordRace(this.store, tipBasisPoints, won, this.now()));
  }

  /** Facts whose key begins so, those learned last first. */
  facts(prefix: string, limit: number): { readonly key: string; readonly value: unknown }[] {
    const rows = this.store.all(
      this.store.query
        .selectFrom('fact')
        .select(['key', 'value'])
        .where('key', '>=', prefix)
        .where('key', '<', `${prefix}\u{10ffff}`)
        .orderBy('learned_at', 'desc')
        .limit(limit),
    );
    return rows.map(({ key, value }) => ({ key, value: JSON.parse(value) as unknown }));
  }

  /** Drops all facts whose key begins so but `keep` of them, those learned first. */
  dropFacts(prefix: string, keep: number): void {
    this.store.write('deferred', () => {
      this.store.change(
        `delete from fact where key in
           (select key from fact where key >= ? and key < ? order by learned_at desc limit -1 offset ?)`,
        prefix,
        `${prefix}\u{10ffff}`,
        keep,
      );
    });
  }

  /** Drops what is old, and keeps what accounting needs. */
  prune(retention: Retention): Pruned {
    return prune(this.store, retention, this.now());
  }

  /** Drops a little of it. False where nothing was left to drop. */
  pruneSome(retention: Retention): boolean {
    return pruneSome(this.store, retention, this.now());
  }

  /** Moves the log into the database, in the background. */
  checkpoint(): void {
    this.checkpointer.run();
  }

  /** The same at once, for a disk on which the log must not grow first. */
  checkpointNow(): void {
    this.store.checkpoint();
  }

  /** False after a write failed for the file's sake, until one succeeds. While false, nothing may be submitted. */
  writable(): boolean {
    return this.store.lastFault === undefined;
  }

  /** Why it is not writable. */
  get fault(): JournalError | undefined {
    return this.store.lastFault;
  }

  /** Tries a durable write, as large as an attempt may be, so that a full disk does not count as well by a few bytes. */
  probe(): boolean {
    try {
      // Tried often on a full disk: a log that only grows would eat what room is made.
      this.checkpointNow();
    } catch {
      // The write says whether that matters.
    }
    try {
      this.store.write('durable', () => {
        const value = 'x'.repeat(PROBE);
        const insert = this.store.query.insertInto('meta').values({ key: 'probe', value });
        this.store.run(insert.onConflict((conflict) => conflict.column('key').doUpdateSet({ value })));
      });
      this.store.write('deferred', () => {
        this.store.run(this.store.query.deleteFrom('meta').where('key', '=', 'probe'));
      });
      return true;
    } catch {
      return false;
    }
  }
}

/** Bytes that a probe writes: a large settlement and what goes with it. */
const PROBE = 128 * 1024;
/** Parties beyond what is remembered are looked for with each so manieth write. */
const FORGET_EVERY = 100;

const COPY: End = { outcome: 'duplicate', reason: { code: 'duplicate', message: 'the same wrappers came before' } };

const NEEDS_ATTEMPT: ReadonlySet<string> = new Set(['settled', 'failed', 'rejected']);

/** A file that was just made is lost in a power cut if its folder was not written too. */
function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
