import { parseAmount } from '../../base/amount.js';
import type { Production } from './production.js';
import type { Steps } from './steps.js';

/** Who trades what: one order alone, so that its steps can be read, then several at the same time. */
const ORDERS: readonly (readonly (readonly [
  user: string,
  amount: string,
  sell: string,
  buy: string,
  exact: 'sell' | 'buy',
])[])[] = [
  [['ada', '0.05', 'xwBTC', 'xUSDC', 'sell']],
  [
    ['ben', '2', 'xUSDC', 'xETH', 'buy'],
    ['cleo', '0.25', 'xUSDC', 'xwBTC', 'buy'],
    ['ada', '5000', 'XRD', 'xUSDC', 'sell'],
  ],
];

const SLIPPAGE = 20;
const EXPIRES_IN = 45;

/** Trades by the script, and waits until each order has ended. */
export async function playScript({ stage }: Production, steps: Steps): Promise<void> {
  for (const together of ORDERS) {
    const trades = together.map(([name, amount, sell, buy, exact]) => {
      const user = stage.cast.users.find((of) => of.name === name)!;
      const wish = { user, sell, buy, exact, amount: parseAmount(amount), slippage: SLIPPAGE, expiresIn: EXPIRES_IN };
      return steps.trade(wish);
    });
    await Promise.all(trades);
  }
}
