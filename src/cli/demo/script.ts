import { parseAmount } from '../../base/amount.js';
import type { Production } from './production.js';
import type { Steps } from './steps.js';

/** What the makers of the demo quote: the second is the better one for small orders, and both are needed for a large one. */
export const PRICING: readonly object[] = [
  {
    tokens: { xUSDC: { min: '1000' } },
    pairs: [
      { base: 'xwBTC', quote: 'xUSDC', price: '95000', spread: '0.004', size: '0.2', levels: 3, step: '0.0005' },
      { base: 'xETH', quote: 'xUSDC', price: '3500', spread: '0.004', size: '3', levels: 3, step: '0.0005' },
      { base: 'XRD', quote: 'xUSDC', price: '0.04', spread: '0.01', size: '20000', levels: 2, step: '0.001' },
    ],
  },
  {
    tokens: { xUSDC: { min: '1000' } },
    pairs: [
      { base: 'xwBTC', quote: 'xUSDC', price: '95010', spread: '0.003', size: '0.1', levels: 2, step: '0.001' },
      { base: 'xETH', quote: 'xUSDC', price: '3501', spread: '0.003', size: '2', levels: 2, step: '0.001' },
    ],
  },
];

export const USERS = ['ada', 'ben', 'cleo'] as const;

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
