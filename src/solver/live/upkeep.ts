import type { Attos } from '../../base/amount.js';
import type { Limits } from '../../journal/limits.js';
import type { Reason } from '../../journal/model.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Observer } from '../../observe/observers.js';
import { formatAddress, XRD } from '../../transaction/address.js';
import type { LiveOptions } from './context.js';
import { type Desk, isFileFault } from './desk.js';

const BALANCE_MS = 30_000;
/** Beyond so many, of which no reading of the balance has told yet, the oldest count as one. */
const MAX_CHANGES = 100;
/** After this the journal is looked at again when there was nothing to drop. */
const PRUNE_MS = 600_000;

export interface UpkeepParts {
  readonly desk: Desk;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly emit: Observer;
  readonly now: () => number;
  readonly wallNow: () => number;
}

/** What decides, beside the bundles themselves, whether anything is submitted: limits, balance, clock, journal. */
export class Upkeep {
  /** As read. */
  private read: Attos | undefined;
  /** What our own transactions have changed since it was so. */
  private changes: { readonly xrdChange: Attos; readonly stateVersion: number }[] = [];
  private balanceAt = Number.NEGATIVE_INFINITY;
  private pruneAt = Number.NEGATIVE_INFINITY;
  private stopped: string | undefined;
  private wasStale = false;
  private reading: Promise<void> | undefined;
  /** No Gateway need be asked before one was reached. */
  private begun = false;

  constructor(
    private readonly options: LiveOptions,
    private readonly parts: UpkeepParts,
  ) {}

  /** The limit that stops all submissions, if one does. */
  get limit(): string | undefined {
    return this.stopped;
  }

  /** A Gateway was reached. Resolves when the balance is known, or when none told it. */
  begin(): Promise<void> {
    this.begun = true;
    return this.readBalance();
  }

  /** From time to time. `isIdle`: nothing is waiting for the journal. */
  run(isIdle: boolean): void {
    const { desk, now } = this.parts;
    desk.retry();
    if (!this.begun) return;
    this.tellClock();
    if (this.options.submit && desk.open) this.checkLimits(0n);
    if (now() - this.balanceAt > BALANCE_MS) void this.readBalance();
    if (!desk.open) return;
    desk.journal.checkpoint();
    // Between two bundles, so that no submission waits for it.
    if (isIdle) this.prune();
  }

  /** A step at a time: whatever has piled up, the next bundle waits for one step at most. */
  private prune(): void {
    const { retention } = this.options;
    const { desk, now } = this.parts;
    if (retention === undefined || now() < this.pruneAt) return;
    if (!desk.journal.pruneSome(retention)) this.pruneAt = now() + PRUNE_MS;
  }

  /** A fee was paid, a reward earned. */
  spent(xrdChange: Attos, stateVersion: number): void {
    this.changes.push({ xrdChange, stateVersion });
    if (this.changes.length > MAX_CHANGES) {
      const [first, second] = this.changes.splice(0, 2);
      this.changes.unshift({
        xrdChange: first!.xrdChange + second!.xrdChange,
        stateVersion: Math.max(first!.stateVersion, second!.stateVersion),
      });
    }
    this.balanceAt = Number.NEGATIVE_INFINITY;
  }

  /** Sinks with what is spent, and rises only where that was read: it is never more than what is there. */
  private get balance(): Attos | undefined {
    if (this.read === undefined) return undefined;
    const change = this.changes.reduce((sum, { xrdChange }) => sum + xrdChange, 0n);
    return change < 0n ? this.read + change : this.read;
  }

  /** Errors: those of the file, when a stop cannot be written down. */
  checkLimits(cost: Attos): Reason | undefined {
    const known = { balance: this.balance, cost };
    const verdict = this.parts.limits.check(this.parts.wallNow(), known, !this.options.submit);
    if (verdict.ok) {
      this.tellLimit(undefined);
      return undefined;
    }
    const { limit, why, until, stops } = verdict;
    // One transaction that is too dear says nothing of the next.
    if (stops === 'all') this.tellLimit({ limit, why, until });
    return { code: limit, message: why };
  }

  private tellLimit(reached: { limit: string; why: string; until: number | undefined } | undefined): void {
    if (reached?.limit === this.stopped) return;
    if (this.stopped !== undefined) this.parts.emit({ type: 'limit-lifted', limit: this.stopped });
    this.stopped = reached?.limit;
    if (reached !== undefined) this.parts.emit({ type: 'limit-reached', ...reached });
  }

  private tellClock(): void {
    const { ledger, emit } = this.parts;
    const why = ledger.clock.staleness(this.options.maxClockAgeMs);
    if (why !== undefined && !this.wasStale) emit({ type: 'clock-stale', why });
    if (why === undefined && this.wasStale) emit({ type: 'clock-fresh' });
    this.wasStale = why !== undefined;
    const reading = ledger.clock.clockAt();
    if (reading === undefined) return;
    const { epoch, timestamp, ageMs, skewMs, endpoint } = reading;
    emit({ type: 'ledger-clock', epoch, timestamp, ageMs, skewMs, endpoint });
  }

  /** Where no Gateway tells it the last known balance stands, and it is asked again. */
  private readBalance(): Promise<void> {
    this.reading ??= this.askBalance().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  private async askBalance(): Promise<void> {
    this.balanceAt = this.parts.now();
    const { network, account } = this.options;
    const xrd = formatAddress(XRD, network);
    try {
      const { amounts, ledger } = await this.parts.ledger.balances(formatAddress(account, network), [xrd]);
      this.read = amounts.get(xrd) ?? 0n;
      // Asked before a commit, or of a Gateway that is late: what it does not show yet is reckoned with still.
      this.changes = this.changes.filter(
        ({ stateVersion }) => ledger !== undefined && stateVersion > ledger.stateVersion,
      );
      this.parts.emit({ type: 'balance', xrd: this.read });
    } catch {
      // Looked up again soon: some limits stop everything while the balance is not known.
      this.balanceAt = Number.NEGATIVE_INFINITY;
    }
  }
}

/** Whether an error of `Upkeep.run` is told elsewhere: by the state of the journal. */
export function isTold(error: unknown): boolean {
  return isFileFault(error);
}
