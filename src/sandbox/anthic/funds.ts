import { type Attos, formatAmount } from '../../base/amount.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { CheckedOrder } from './check.js';
import { RefusedError } from './error.js';

/** What accounts hold by the ledger, less what their open orders will withdraw: the same balance serves one order. */
export class Funds {
  private readonly promised = new Map<string, Attos>();

  constructor(private readonly ledger: Pick<Ledger, 'balances'>) {}

  /**
   * Sets aside what an order withdraws. What stands in front of an order may bring anything, so one that calls more than
   * its own account is taken at its word. Error: `order-invalid`, and those of the ledger.
   */
  async reserve({ id, account, sell, limitOrder }: CheckedOrder): Promise<Reservation> {
    if (limitOrder.foreignCall !== undefined) return () => {};
    const { address, symbol } = sell.token;
    const key = `${account} ${address}`;
    const { withdrawn } = limitOrder;
    this.change(key, withdrawn);
    const release = once(() => this.change(key, -withdrawn));
    try {
      const held = (await this.ledger.balances(account, [address])).amounts.get(address) ?? 0n;
      const promised = this.promised.get(key)!;
      if (promised <= held) return release;
      throw new RefusedError(
        'order-invalid',
        `expected an account that can pay ${formatAmount(withdrawn)} ${symbol}, it holds ${formatAmount(held)} ` +
          `and has promised ${formatAmount(promised - withdrawn)} of it (order ${id})`,
        { path: 'account' },
      );
    } catch (error) {
      release();
      throw error;
    }
  }

  private change(key: string, by: Attos): void {
    const amount = (this.promised.get(key) ?? 0n) + by;
    if (amount === 0n) this.promised.delete(key);
    else this.promised.set(key, amount);
  }
}

/** Gives back what was set aside; once, however often it is called. */
export type Reservation = () => void;

/** What is done at most once, however often it is called. */
export function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
