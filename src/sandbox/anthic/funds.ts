import { type Attos, formatAmount } from '../../base/amount.js';
import { GatewayError } from '../../ledger/error.js';
import type { CheckedOrder } from './check.js';
import type { DeskContext } from './context.js';
import { RefusedError } from './error.js';
import { once, type Release } from './release.js';

/** What accounts hold by the ledger, less what their open orders will withdraw: the same balance serves one order. */
export class Funds {
  private readonly promised = new Map<string, Attos>();

  constructor(private readonly context: Pick<DeskContext, 'ledger' | 'settings'>) {}

  /**
   * Sets aside what an order withdraws. What stands in front of an order may bring anything, so one that calls more than
   * its own account is taken at its word. Errors: `order-invalid`, `unavailable`.
   */
  async reserve({ id, account, sell, limitOrder }: CheckedOrder): Promise<Release> {
    if (!this.context.settings.checkBalances || limitOrder.foreignCall !== undefined) return () => {};
    const { address, symbol } = sell.token;
    const key = `${account} ${address}`;
    const { withdrawn } = limitOrder;
    this.change(key, withdrawn);
    const release = once(() => this.change(key, -withdrawn));
    try {
      const held = await this.held(account, address);
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

  private async held(account: string, resource: string): Promise<Attos> {
    try {
      const { amounts } = await this.context.ledger.balances(account, [resource]);
      return amounts.get(resource) ?? 0n;
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause;
      throw new RefusedError('unavailable', 'the ledger cannot be asked now', { cause, retry: true });
    }
  }

  private change(key: string, by: Attos): void {
    const amount = (this.promised.get(key) ?? 0n) + by;
    if (amount === 0n) this.promised.delete(key);
    else this.promised.set(key, amount);
  }
}
