import { type Attos, formatAmount } from '../base/amount.js';
import type { LimitName, SpendWindow } from './spend.js';

/** What the operator allows. What is left out has no limit. */
export interface LimitSettings {
  readonly maxFee?: Attos | undefined;
  readonly maxFeePerHour?: Attos | undefined;
  readonly maxFeePerDay?: Attos | undefined;
  /** Failures in a row that cost a fee, after which to stop. */
  readonly maxFailures?: number | undefined;
  readonly minBalance?: Attos | undefined;
}

/** Where things stand. */
export interface LimitState {
  readonly hour: Pick<SpendWindow, 'spent' | 'until'>;
  readonly day: Pick<SpendWindow, 'spent' | 'until'>;
  /** What attempts whose end is not known can cost. */
  readonly exposure: Attos;
  readonly failures: number;
  /** Limits that stop until they are reset, and why. */
  readonly stops: ReadonlyMap<LimitName, string>;
  /** XRD of the solver's account; undefined where it is not known. */
  readonly balance: Attos | undefined;
}

/**
 * Whether to submit. `all`: nothing may be submitted; else only what was asked about may not. `latch`: it stays so until
 * the limit is reset. `until`: when it passes by itself, at the latest, if nothing else is submitted.
 */
export type Verdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly stops: 'this' | 'all';
      readonly limit: LimitName;
      readonly why: string;
      readonly until?: number | undefined;
      readonly latch?: boolean | undefined;
    };

/**
 * The decision itself. `cost` is the most that the transaction in question can cost; 0 asks whether any may be
 * submitted. What is in flight counts as if it had failed: two of them must not pass where only one fits.
 */
export function decide(settings: LimitSettings, state: LimitState, now: number, cost: Attos = 0n): Verdict {
  for (const [limit, why] of state.stops) {
    if (isSet(settings, limit)) return { ok: false, stops: 'all', limit, why, latch: true };
  }
  return (
    failures(settings, state) ??
    balance(settings, state, cost) ??
    single(settings, cost) ??
    window('max-fee-per-hour', settings.maxFeePerHour, state.hour, state, now, cost) ??
    window('max-fee-per-day', settings.maxFeePerDay, state.day, state, now, cost) ?? { ok: true }
  );
}

/** A stop of a limit that is configured no more stops nothing. */
function isSet(settings: LimitSettings, limit: LimitName): boolean {
  return limit === 'max-failures' ? settings.maxFailures !== undefined : settings.minBalance !== undefined;
}

function failures({ maxFailures }: LimitSettings, state: LimitState): Verdict | undefined {
  if (maxFailures === undefined || state.failures < maxFailures) return undefined;
  const why = `${state.failures} transactions in a row failed and cost a fee`;
  return { ok: false, stops: 'all', limit: 'max-failures', why, latch: true };
}

function balance({ minBalance }: LimitSettings, state: LimitState, cost: Attos): Verdict | undefined {
  if (minBalance === undefined) return undefined;
  const limit = 'min-balance';
  if (state.balance === undefined) return { ok: false, stops: 'all', limit, why: 'the balance is not known' };
  if (state.balance < minBalance) {
    const why = `the balance of ${formatAmount(state.balance)} XRD is below ${formatAmount(minBalance)}`;
    return { ok: false, stops: 'all', limit, why, latch: true };
  }
  const left = state.balance - state.exposure - cost;
  if (left >= minBalance) return undefined;
  const why = `at worst ${formatAmount(left)} XRD would be left, which is below ${formatAmount(minBalance)}`;
  return { ok: false, stops: 'this', limit, why };
}

function single({ maxFee }: LimitSettings, cost: Attos): Verdict | undefined {
  if (maxFee === undefined || cost <= maxFee) return undefined;
  const why = `it can cost ${formatAmount(cost)} XRD, more than ${formatAmount(maxFee)}`;
  return { ok: false, stops: 'this', limit: 'max-fee', why };
}

function window(
  limit: LimitName,
  maximum: Attos | undefined,
  spending: LimitState['hour'],
  { exposure }: LimitState,
  now: number,
  cost: Attos,
): Verdict | undefined {
  if (maximum === undefined) return undefined;
  const spent = spending.spent(now);
  const full = spent >= maximum;
  // With nothing in question only what is spent counts: what is in flight mostly costs less than it can.
  if (!full && (cost === 0n || spent + exposure + cost <= maximum)) return undefined;
  const until = spending.until(full && cost === 0n ? maximum - 1n : maximum - exposure - cost, now);
  const flight = exposure > 0n ? `, ${formatAmount(exposure)} more may be charged for what is in flight` : '';
  const period = limit === 'max-fee-per-hour' ? 'hour' : 'day';
  const why = `fees of the last ${period}: ${formatAmount(spent)} XRD of ${formatAmount(maximum)}${flight}`;
  return { ok: false, stops: full ? 'all' : 'this', limit, why, until };
}

/** What the limits need of a journal. */
export interface LimitBooks {
  limitState(now: number): Omit<LimitState, 'balance'>;
  stopLimit(name: LimitName, why: string): void;
  describeLimits(maxima: ReadonlyMap<LimitName, string | null>): void;
}

/** The limits of a running solver: decides by what the journal holds, and writes down there what must stay stopped. */
export class Limits {
  constructor(
    private readonly settings: LimitSettings,
    private readonly journal: LimitBooks,
  ) {
    journal.describeLimits(describe(settings));
  }

  /**
   * `isDry`: nothing is submitted, so nothing is stopped for good. Error: `JournalError` where a stop cannot be written
   * down; nothing may be submitted then either.
   */
  check(
    now: number,
    known: { readonly balance?: Attos | undefined; readonly cost?: Attos | undefined },
    isDry = false,
  ): Verdict {
    const state = { ...this.journal.limitState(now), balance: known.balance };
    const verdict = decide(this.settings, state, now, known.cost);
    if (!isDry && !verdict.ok && verdict.latch && !state.stops.has(verdict.limit)) {
      this.journal.stopLimit(verdict.limit, verdict.why);
    }
    return verdict;
  }
}

/** Maxima in words, for `limits show`. */
function describe(settings: LimitSettings): ReadonlyMap<LimitName, string | null> {
  const xrd = (amount: Attos | undefined): string | null => (amount === undefined ? null : formatAmount(amount));
  return new Map<LimitName, string | null>([
    ['max-fee', xrd(settings.maxFee)],
    ['max-fee-per-hour', xrd(settings.maxFeePerHour)],
    ['max-fee-per-day', xrd(settings.maxFeePerDay)],
    ['max-failures', settings.maxFailures?.toString() ?? null],
    ['min-balance', xrd(settings.minBalance)],
  ]);
}
