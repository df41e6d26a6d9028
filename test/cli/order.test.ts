import { describe, expect, it } from 'vitest';
import { formatOrder } from '../../src/cli/inspect/order.js';
import { encodeTransaction } from '../../src/transaction/payload.js';
import { bucketValue, callMethod, FAUCET, XRD, yieldToChild, yieldToParent } from '../support/build.js';
import { ENTIRE_WORKTOP, makeItem, type OrderOptions, token, type WrapperOptions } from '../support/bundles.js';

const [A, B] = [token(1), token(2)];
const ORDER: OrderOptions = {
  sell: { resource: A, amount: 2n * 10n ** 18n },
  buy: { resource: B, amount: 10n ** 18n },
};

function show(order: Partial<OrderOptions>, wrapper: WrapperOptions = {}): string {
  const item = makeItem({ ...ORDER, ...order }, wrapper);
  return formatOrder(encodeTransaction('SignedPartialTransactionV2', item));
}

describe('an order as inspect shows it', () => {
  it('tells what is sold, bought and paid', () => {
    const text = show({});
    expect(text).toMatch(/^limit order\n {2}account {2}account_sim1\w+\n {2}sells {4}2 of resource_sim1/);
    expect(text).toMatch(/\n {2}buys {5}at least 1 of resource_sim1/);
    expect(text).toMatch(/\n {2}fees {5}0 \+ 0 of resource_sim1/);
    expect(text).toMatch(/\n\nwrapper\n {2}call 0 {2}returns 2 of resource_sim1\w+\n {2}call 1 {2}returns 0\.5 of /);
    expect(text).toMatch(/\n {2}needs {3}at least 1 of resource_sim1\w+ with call 0 to 1\n {2}reward {2}0\.5 XRD$/);
  });

  it('tells an exact amount, no fees, and calls of others', () => {
    const text = show({
      buy: { ...ORDER.buy, exact: true },
      fees: [],
      prefix: [callMethod(FAUCET, 'free')],
    });
    expect(text).toContain('\n  buys          exactly 1 of ');
    expect(text).toContain('\n  fees          none\n');
    expect(text).toContain('\n  calls others  instruction 0\n');
    expect(text).toMatch(/needs {3}1 of \w+ with call/);
  });

  it('tells what comes back of what was delivered', () => {
    // Takes of what it gets just what the order asks for, and returns the rest with the reward.
    const thrifty = show(
      {},
      {
        edit: (list) =>
          list.map((each, index) => {
            if (index === 3) return { type: 'TAKE_FROM_WORKTOP', resource: B, amount: ORDER.buy.amount };
            if (index === 7) return yieldToChild(0);
            return index === list.length - 1 ? yieldToParent(bucketValue(3), ENTIRE_WORKTOP) : each;
          }),
      },
    );
    expect(thrifty).toMatch(/call 1 {2}returns (0\.5 of \w+, )?what was delivered less 1 of resource_sim1/);
  });

  it('says why there is none', () => {
    expect(show({ edit: (list) => list.slice(1) })).toMatch(
      /^limit order\n {2}none: expected VERIFY_PARENT .*\(order\.instructions\[\d+\]\)$/,
    );
    expect(show({ sell: { resource: XRD, amount: 1n } })).toContain('reward  0.5 XRD');
  });
});
