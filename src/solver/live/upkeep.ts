import type { Attos } from '../../base/amount.js';
import type { Limits } from '../../journal/limits.js';
import type { Reason } from '../../journal/model.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Observer } from '../../observe/observers.js';
import { formatAddress, XRD } from '../../transaction/address.js';
import type { LiveOptions } from './context.js';
import { type Desk, isFileFault } from './desk.js';

const BALANCE_MS = 30_000;
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
  private balance: Attos | undefined;
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
  spent(): void {
    this.balanceAt = Number.NEGATIVE_INFINITY;
  }

  /** Errors: those of the file, when a stop cannot be written down. */
  checkLimits(cost: Attos): Reason | undefined {
    const verdict = this.parts.limits.check(this.parts.wallNow(), { balance: this.balance, cost });
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
      const { amounts } = await this.parts.ledger.balances(formatAddress(account, network), [xrd]);
      this.balance = amounts.get(xrd) ?? 0n;
      this.parts.emit({ type: 'balance', xrd: this.balance });
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
