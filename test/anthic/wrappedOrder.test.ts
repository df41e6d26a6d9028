import { describe, expect, it } from 'vitest';
import { readWrappedOrder } from '../../src/anthic/wrappedOrder.js';
import { fromHex } from '../../src/base/bytes.js';
import type { Value } from '../../src/sbor/value.js';
import { attachSignatures, notarize, rootFrame } from '../../src/settlement/compose/transaction.js';
import { decodeTransaction, encodeTransaction } from '../../src/transaction/payload.js';
import { SolverKey } from '../../src/transaction/solverKey.js';
import { callMethod, FAUCET, makeSignedPartial, SIMULATOR, tuple, yieldToChild } from '../support/build.js';
import { itemHex, makeItem, type OrderOptions, token, type WrapperOptions } from '../support/bundles.js';

const order: OrderOptions = { sell: { resource: token(1), amount: 9n }, buy: { resource: token(2), amount: 7n } };

/** So many tuples, one in the other. */
function nested(levels: number): Value {
  return levels === 1 ? tuple() : tuple(nested(levels - 1));
}

function read(options: OrderOptions, wrapper: WrapperOptions = {}) {
  return readWrappedOrder(fromHex(itemHex(makeItem(options, wrapper))));
}

function withCall(levels: number) {
  return read({ ...order, prefix: [{ ...callMethod(FAUCET, 'x'), args: nested(levels) } as never] });
}

describe('readWrappedOrder', () => {
  it('refuses what sits too deep once it is part of a transaction, and nothing else (docs/protocol.md §1.4)', () => {
    // Arguments of a subintent may nest 16 levels in a transaction, of the order in its partial 17.
    const item = withCall(16);
    const key = SolverKey.generate('Ed25519');
    const root = {
      network: SIMULATOR,
      startEpoch: 0n,
      endEpoch: 2n,
      tipBasisPoints: 0,
      discriminator: 1n,
      notary: key.publicKey,
    };
    const intent = rootFrame([item], root)([yieldToChild(0), yieldToChild(0)]);
    const embedded = (each: typeof item) => {
      const signed = attachSignatures({ ...intent, nonRootSubintents: [each.wrapper, each.order] }, [each]);
      return encodeTransaction('NotarizedTransactionV2', notarize(signed, key));
    };
    expect(() => decodeTransaction('NotarizedTransactionV2', embedded(item))).not.toThrow();
    expect(() => withCall(17)).toThrow(expect.objectContaining({ code: 'too-deep' }));
    expect(() => withCall(18)).toThrow(expect.objectContaining({ code: 'MaxDepthExceeded' }));
  });

  it('wants a wrapper with one order below it', () => {
    const alone = makeSignedPartial();
    expect(() => readWrappedOrder(fromHex(itemHex(alone)))).toThrow(expect.objectContaining({ code: 'not-a-wrapper' }));
    const grandchild = makeSignedPartial({ children: [makeSignedPartial({ children: [makeSignedPartial()] })] });
    expect(() => readWrappedOrder(fromHex(itemHex(grandchild)))).toThrow(
      expect.objectContaining({ code: 'not-a-wrapper' }),
    );
  });

  it('gives the path to what is wrong', () => {
    const edit = (list: Parameters<NonNullable<OrderOptions['edit']>>[0]) => list.slice(0, -1);
    expect(() => read({ ...order, edit })).toThrow(expect.objectContaining({ path: 'order.instructions[9]' }));
  });
});
