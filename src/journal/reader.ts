import type { NodeId } from '../sbor/custom.js';
import type { PartyKind, RaceRecord } from '../settlement/party.js';
import { networkById } from '../transaction/network.js';
import { JournalError } from './error.js';
import type { Item } from './model.js';
import { canonicalPath } from './ownerLock.js';
import { type StoredParty, storedParties, storedParty, storedRaces } from './parties.js';
import { usedBytes } from './prune.js';
import { type Attempt, attemptsOf, type OpenAttempt, openAttempts } from './query/attempts.js';
import {
  type Bundle,
  type BundleFilter,
  bundles,
  bundlesWithAttempts,
  copiesOf,
  findBundles,
  itemsOf,
  type Period,
  type UnfinishedBundle,
  unfinished,
} from './query/bundles.js';
import { countRows, everyAttempt, type WholeAttempt } from './query/everyAttempt.js';
import { type StrayFrames, strayFrames } from './query/stray.js';
import { Ledger, type LimitRecord, readLimits } from './spend.js';
import { Store, type StoreOptions } from './store.js';
import { FACTS } from './story.js';
import { type Counters, Tally } from './tally.js';
import { type Verification, verify } from './verify.js';

/** Everything that can be asked of a journal. Reads the file beside a solver that owns it. */
export class JournalReader {
  protected constructor(protected readonly store: Store) {}

  /** Errors: `journal-missing`, `journal-older`, `journal-newer`, `journal-foreign`, `journal-corrupt`. */
  static openReader(path: string, options: StoreOptions = {}): JournalReader {
    return new JournalReader(Store.openReader(canonicalPath(path), options));
  }

  get path(): string {
    return this.store.path;
  }

  close(): void {
    this.store.close();
  }

  /** The id of the network of its bundles; undefined before the first run, and where an older program wrote it. */
  get network(): number | undefined {
    const value = this.fact(FACTS.network)?.value;
    return typeof value === 'number' ? value : undefined;
  }

  /** Error: `wrong-network` where its bundles are of another network, as far as it says. */
  checkNetwork(wanted: number): void {
    const { network } = this;
    if (network === undefined || network === wanted) return;
    const [expected, got] = [wanted, network].map((id) => networkById(id).name);
    throw new JournalError('wrong-network', `expected a journal of ${expected}, ${this.path} is one of ${got}`, {
      hint: 'each network has a journal of its own',
    });
  }

  counters(): Counters {
    return new Tally(this.store).counters;
  }

  /** Bundles in the order in which they came, the newest first unless told otherwise. */
  bundles(filter: BundleFilter = {}): IterableIterator<Bundle> {
    return bundles(this.store, filter);
  }

  /** The same, each with its attempts, first to last. */
  bundlesWithAttempts(filter: BundleFilter = {}): IterableIterator<readonly [Bundle, readonly Attempt[]]> {
    return bundlesWithAttempts(this.store, filter);
  }

  /** Bundles whose id, or the id of one of whose transactions, begins so; copies left out. */
  find(idOrPrefix: string, limit = 10): Bundle[] {
    return findBundles(this.store, idOrPrefix, limit);
  }

  /** A bundle's attempts, first to last. */
  attempts(bundle: Pick<Bundle, 'seq'>): readonly Attempt[] {
    return attemptsOf(this.store, [bundle.seq]).get(bundle.seq) ?? [];
  }

  /** Attempts as wholes, oldest first: of bundles received at or after, before. */
  everyAttempt(period: Period = {}): IterableIterator<WholeAttempt> {
    return everyAttempt(this.store, period);
  }

  /** How many rows `bundles` and `everyAttempt` give together. */
  countRows(period: Period = {}): number {
    return countRows(this.store, period);
  }

  /** Attempts whose end is not known, oldest first, with their bytes: what recovery looks up and may send again. */
  openAttempts(): OpenAttempt[] {
    return openAttempts(this.store);
  }

  /** Bundles without an end, oldest first. */
  unfinished(): UnfinishedBundle[] {
    return unfinished(this.store);
  }

  /** How often a bundle came again. */
  copies(bundleId: string): number {
    return copiesOf(this.store, bundleId);
  }

  /** The wrappers of a bundle, in the order of its frame. */
  items(bundle: Pick<Bundle, 'seq'>): Item[] {
    return itemsOf(this.store, bundle.seq);
  }

  strayFrames(): StrayFrames[] {
    return strayFrames(this.store);
  }

  limits(): LimitRecord[] {
    return readLimits(this.store);
  }

  /** What is remembered of accounts and makers, the one that was not seen for longest first. */
  parties(): StoredParty[] {
    return storedParties(this.store);
  }

  party(kind: PartyKind, id: NodeId): StoredParty | undefined {
    return storedParty(this.store, kind, id);
  }

  /** A fact that was found worth remembering. */
  fact(key: string): { readonly value: unknown; readonly learnedAt: number } | undefined {
    const found = this.store.get(
      this.store.query.selectFrom('fact').select(['value', 'learned_at']).where('key', '=', key),
    );
    return found && { value: JSON.parse(found.value), learnedAt: found.learned_at };
  }

  /** What is remembered of tips, the lowest first. */
  races(): RaceRecord[] {
    return storedRaces(this.store);
  }

  /** Fees of the last hour and day, resets taken into account, and what is in flight. */
  spending(now: number): { readonly hour: bigint; readonly day: bigint; readonly exposure: bigint } {
    return this.store.snapshot(() => {
      const ledger = new Ledger(this.store, now);
      const { hour, day } = ledger.windows(readLimits(this.store), now);
      return { hour: hour.spent(now), day: day.spent(now), exposure: ledger.exposure };
    });
  }

  /** Every rule the journal must satisfy, and what breaks it. */
  verify(): Verification {
    return verify(this.store);
  }

  /** Size in bytes of what is used of the file. */
  size(): number {
    return usedBytes(this.store);
  }
}
