import type { Attos } from '../base/amount.js';
import { NO_LIMITS, type TokenLimits } from './pricing.js';

/** What a fill moves: all that it withdraws, fees included, and what it brings. */
export interface Movement {
  readonly gives: { readonly symbol: string; readonly amount: Attos };
  readonly gets: { readonly symbol: string; readonly amount: Attos };
}

interface Reservation extends Movement {
  /** Since which state of the ledger the balance has it; undefined while it may still settle, or not. */
  readonly settledAt: number | undefined;
}

/**
 * What the account holds, and what of it is promised. A signed fill may settle until the ledger says that it has or
 * cannot any more; and once it has, the balance that is known may still be an older one. So its reservation stays until
 * a balance has been read that includes it: at no time is the same balance promised twice.
 */
export class Inventory {
  private balances: ReadonlyMap<string, Attos> = new Map();
  private stateVersion: number | undefined;
  private newestSeen: number | undefined;
  private readonly reservations = new Map<string, Reservation>();

  constructor(
    /** By symbol, of the pricing that counts now. */
    private readonly limits: (symbol: string) => TokenLimits | undefined,
    /** The state at which the last fill settled that has no reservation any more: older balances do not have it. */
    private readonly since = 0,
  ) {}

  /** No balance has been read yet: nothing can be promised. */
  get isEmpty(): boolean {
    return this.stateVersion === undefined;
  }

  /** The newest state that was read where it is older than the last fill that settled; else undefined. */
  get behind(): { readonly seen: number; readonly since: number } | undefined {
    if (this.stateVersion !== undefined || this.newestSeen === undefined) return undefined;
    return { seen: this.newestSeen, since: this.since };
  }

  get promises(): number {
    return this.reservations.size;
  }

  held(symbol: string): Attos {
    return this.balances.get(symbol) ?? 0n;
  }

  /** What of a token is in reservations. */
  reserved(symbol: string): Attos {
    return this.sum('gives', symbol);
  }

  /** What can still be given: not promised, and above the minimum. */
  spendable(symbol: string): Attos {
    const left = this.held(symbol) - this.reserved(symbol) - this.limitsOf(symbol).min;
    return left > 0n ? left : 0n;
  }

  /** What can still be taken in; undefined where there is no maximum. */
  room(symbol: string): Attos | undefined {
    const { max } = this.limitsOf(symbol);
    if (max === undefined) return undefined;
    const left = max - this.held(symbol) - this.sum('gets', symbol);
    return left > 0n ? left : 0n;
  }

  /** Promises, or refuses to: false where a token would leave its limits. */
  reserve(id: string, { gives, gets }: Movement): boolean {
    const room = this.room(gets.symbol);
    if (this.reservations.has(id) || gives.amount > this.spendable(gives.symbol)) return false;
    if (room !== undefined && gets.amount > room) return false;
    this.reservations.set(id, { gives, gets, settledAt: undefined });
    return true;
  }

  /** A promise that was made before a restart: it holds whatever the limits are now. */
  restore(id: string, { gives, gets }: Movement): void {
    this.reservations.set(id, { gives, gets, settledAt: undefined });
  }

  /** It settled at a state of the ledger. */
  settled(id: string, stateVersion: number): void {
    const reservation = this.reservations.get(id);
    if (reservation === undefined) return;
    if (this.stateVersion !== undefined && stateVersion <= this.stateVersion) this.reservations.delete(id);
    else this.reservations.set(id, { ...reservation, settledAt: stateVersion });
  }

  /** It was never sent, or can never settle. */
  release(id: string): void {
    this.reservations.delete(id);
  }

  /** The balances at a state of the ledger. An older state than the last, of a Gateway that lags, says nothing new. */
  observe(stateVersion: number, balances: ReadonlyMap<string, Attos>): void {
    this.newestSeen = Math.max(stateVersion, this.newestSeen ?? 0);
    if (stateVersion < (this.stateVersion ?? this.since)) return;
    this.stateVersion = stateVersion;
    this.balances = balances;
    for (const [id, { settledAt }] of [...this.reservations]) {
      if (settledAt !== undefined && settledAt <= stateVersion) this.reservations.delete(id);
    }
  }

  private limitsOf(symbol: string): TokenLimits {
    return this.limits(symbol) ?? NO_LIMITS;
  }

  private sum(side: keyof Movement, symbol: string): Attos {
    let sum = 0n;
    for (const reservation of this.reservations.values()) {
      if (reservation[side].symbol === symbol) sum += reservation[side].amount;
    }
    return sum;
  }
}
