import { type Attos, parseAmount } from '../../base/amount.js';

interface Entry {
  readonly stateVersion: number;
  readonly amount: Attos;
}

export interface Balance {
  readonly amount: Attos;
  readonly stateVersion: number;
}

/**
 * Balances by state version, so that a read can be of a state that is no longer the newest (or while a round is being
 * executed): what an account held when it was first looked at, and every change since.
 */
export class BalanceBook {
  private readonly accounts = new Map<string, Map<string, Entry[]>>();

  knows(account: string): boolean {
    return this.accounts.has(account);
  }

  /** What the ledger itself says, at the newest state. */
  set(account: string, balances: Readonly<Record<string, string>>, stateVersion: number): void {
    const known = this.of(account);
    for (const [resource, text] of Object.entries(balances)) {
      const entries = known.get(resource) ?? known.set(resource, []).get(resource)!;
      const amount = parseAmount(text);
      if (entries.at(-1)?.amount !== amount) entries.push({ stateVersion, amount });
    }
  }

  /** The changes of a committed transaction; those of accounts never looked at are of no interest yet. */
  apply(changes: Readonly<Record<string, Readonly<Record<string, string>>>>, stateVersion: number): void {
    for (const [account, of] of Object.entries(changes)) {
      const known = this.accounts.get(account);
      if (known === undefined) continue;
      for (const [resource, change] of Object.entries(of)) {
        const entries = known.get(resource) ?? known.set(resource, []).get(resource)!;
        entries.push({ stateVersion, amount: (entries.at(-1)?.amount ?? 0n) + parseAmount(change) });
      }
    }
  }

  /** Resource → balance at a state; what was not there yet is left out. */
  at(account: string, stateVersion: number): ReadonlyMap<string, Balance> {
    const balances = new Map<string, Balance>();
    for (const [resource, entries] of this.accounts.get(account) ?? []) {
      const last = entries.findLast((entry) => entry.stateVersion <= stateVersion);
      if (last !== undefined) balances.set(resource, last);
    }
    return balances;
  }

  private of(account: string): Map<string, Entry[]> {
    return this.accounts.get(account) ?? this.accounts.set(account, new Map()).get(account)!;
  }
}
