import type { Ledger } from './ledger.js';
import type { Surroundings } from './surroundings.js';

/** How a subintent ended: in a transaction that finalized it, or with its time. */
export type SubintentEnd =
  | { readonly type: 'settled'; readonly transaction: string; readonly stateVersion: number }
  | { readonly type: 'expired' };

export interface FollowOptions {
  /** Unix seconds of the ledger's time from which on it cannot be settled; undefined where that is not known. */
  readonly expiresAt?: bigint | undefined;
  /** Then the seconds that it has at most, from the first look on. */
  readonly lifetime: bigint;
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
  /** Hears of each look that found it open: the ledger's time, in Unix seconds. */
  readonly onOpen?: (now: bigint, expiresAt: bigint) => void;
}

const INTERVAL_MS = 1_000;

/**
 * Follows a subintent to its end. That it is not finalized proves nothing while it has time (T26); a Gateway whose own
 * ledger has passed that time, and that knows of no transaction, proves that it never will be: a subintent is finalized by a
 * success alone. Errors: `GatewayError` where no Gateway answers in time, or the reason of the signal.
 */
export async function followSubintent(
  ledger: Pick<Ledger, 'subintentStatus'>,
  id: string,
  options: FollowOptions,
  { sleep }: Pick<Surroundings, 'sleep'>,
): Promise<SubintentEnd> {
  const { signal, intervalMs = INTERVAL_MS } = options;
  let { expiresAt } = options;
  for (;;) {
    // The Gateway takes its ledger state first and looks the subintent up afterwards (T27).
    const { finalized, ledger: state } = await ledger.subintentStatus(id, { signal });
    if (finalized !== undefined) {
      return { type: 'settled', transaction: finalized.by, stateVersion: finalized.stateVersion };
    }
    const now = BigInt(Math.floor(state.proposerTimestampMs / 1000));
    expiresAt ??= now + options.lifetime;
    if (now >= expiresAt) return { type: 'expired' };
    options.onOpen?.(now, expiresAt);
    await sleep(intervalMs, signal);
  }
}
