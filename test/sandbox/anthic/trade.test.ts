import { afterEach, describe, expect, it } from 'vitest';
import { parseAmount } from '../../../src/base/amount.js';
import { ANTHIC_KEY, type Stand, startStand, USER } from './support.js';

let stand: Stand;
afterEach(() => stand.close());

describe('a trade', () => {
  it('of one taker and one maker settles, and all balances agree to the atto', async () => {
    stand = await startStand();
    const maker = await stand.maker();
    await stand.solver();
    await maker.quote([['90000', '1']], []);
    const order = stand.order({ sell: ['0.5', 'xwBTC'], buy: ['45000', 'xUSDC'] });
    expect(await stand.submit(order.hex)).toMatchObject({
      status: 200,
      json: { success: true, success_response: { subintent_id: order.id } },
    });
    expect(await stand.event('order-ended')).toMatchObject({ order: order.id, state: 'settled' });
    expect(await maker.execution(2)).toMatchObject({
      sequence_number: 2,
      change: { completed: { outcome: 'Settled' } },
    });
    expect(maker.executions[0]).toMatchObject({
      sequence_number: 1,
      change: { started: { subintent_id: /^subtxid_/ } },
    });
    expect(await stand.balance(USER, 'xUSDC')).toBe(parseAmount('1045000'));
    expect(await stand.balance(USER, 'xwBTC')).toBe(parseAmount('1000000') - order.withdrawn);
    expect(await stand.balance(ANTHIC_KEY, 'XRD')).toBe(parseAmount('999'));
  });
});
