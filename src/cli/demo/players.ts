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

export const USERS = ['ada', 'ben', 'cleo'];
