import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatAmount, units } from '../../src/base/amount.js';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { type FrameContext, processFrame } from '../../src/solver/processFrame.js';
import { factsOf, parseRecording } from '../../src/solver/recording.js';
import { SeenBundles } from '../../src/solver/seenBundles.js';
import { formatAddress, formatId, XRD } from '../../src/transaction/address.js';
import { subintentHash } from '../../src/transaction/hash.js';
import { preallocatedAccount, publicKeyHex } from '../../src/transaction/key.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { SolverKey } from '../../src/transaction/solverKey.js';
import { validateNotarized } from '../../src/transaction/validate.js';
import { ed25519Key, SIMULATOR, yieldToParent } from '../support/build.js';
import { ANTHIC, itemHex, makeFrame, makeItem, makePair, token } from '../support/bundles.js';

const record = parseRecording(readFileSync('fixtures/recordings/documentation.jsonl', 'utf8').trim());
const key = SolverKey.generate('Ed25519');
const account = preallocatedAccount(key.publicKey);

function contextOf(changes: Partial<FrameContext> = {}): FrameContext {
  return {
    network: SIMULATOR,
    time: { epoch: 1n, timestamp: 0n },
    key,
    account,
    facts: { holdsVault: () => true },
    composition: 'cheapest',
    pinned: undefined,
    minProfit: undefined,
    maxFee: undefined,
    isDuplicate: () => false,
    ...changes,
  };
}

const recorded = contextOf({
  network: 2,
  time: { epoch: record.epoch, timestamp: record.timestamp },
  facts: factsOf(record, account),
});

const [first, second] = makePair(token(1), token(2), 1000n, 70n) as [
  ReturnType<typeof makePair>[0],
  ReturnType<typeof makePair>[0],
];
const items = [makeItem(first), makeItem(second)];
const hexes = items.map(itemHex) as [string, string];
const frameOf = (...params: unknown[]) => JSON.stringify({ method: 'new_subintent_bundle', params });

describe('the bundle of the documentation', () => {
  const result = processFrame(record.frame, recorded);

  it('settles', () => {
    expect(result).toMatchObject({ outcome: 'would-settle', isBundle: true });
  });

  it('has both wrappers and both orders, by id', () => {
    const ids = result.orders.map(({ item }) => [
      formatId('subtxid', subintentHash(item.wrapper), 2),
      toHex(subintentHash(item.order)),
    ]);
    // The wrappers name their orders as their only child.
    expect(ids.map(([, order]) => order)).toEqual([
      '9b529edcd8f768182dc20d5b5bcb5968b6cf5adaa3b83272628f07428d27748b',
      '88842f428c7c8a5c5bad51ac5cc4d98fbf0bc19651afd9a821ef2351351e5388',
    ]);
    for (const [wrapper] of ids) expect(wrapper).toMatch(/^subtxid_tdx_2_1[a-z0-9]{58}$/);
  });

  it('has every amount', () => {
    const orders = result.orders.map(({ item: { limitOrder, script } }) => ({
      account: formatAddress(limitOrder.account, 2).slice(0, 26),
      sell: formatAmount(limitOrder.sell.amount),
      buy: formatAmount(limitOrder.buy.amount),
      exact: limitOrder.buy.exact,
      withdrawn: formatAmount(limitOrder.withdrawn),
      fees: limitOrder.fees.map(formatAmount),
      foreignCall: limitOrder.foreignCall,
      reward: formatAmount(script.reward),
    }));
    expect(orders).toEqual([
      {
        account: formatAddress('5109b94817ce100f25a0a35a42d78c253a40aa0f34b4b14b8a52bce956dd', 2).slice(0, 26),
        sell: '90.345529',
        buy: '0.00081',
        exact: false,
        withdrawn: '90.437875',
        fees: ['0.090346', '0.002'],
        foreignCall: undefined,
        reward: '0.5',
      },
      {
        account: formatAddress('c1646fa75f334d38a794c9f74de7dd57f5fea33adc8b90edf71b597899fa', 2).slice(0, 26),
        sell: '0.00081',
        buy: '90.345529',
        exact: false,
        withdrawn: '0.000813',
        fees: ['0', '0.000003'],
        foreignCall: 2,
        reward: '0.5',
      },
    ]);
  });

  it('is an estimate that rests on what the maker mints, by an owner nobody can prove', () => {
    if (result.outcome !== 'would-settle') throw new Error(result.outcome);
    const { quote } = result;
    expect(quote).toMatchObject({ assumed: true, feeKnown: false, surplus: [], reward: units(1) });
    expect(quote.profit).toBe(quote.reward - quote.networkFee);
    expect(result.orders.map((order) => order.ownerUnproven)).toEqual([false, true]);
  });

  it('becomes a transaction that passes the ledger’s static validation, with the recorded signers', () => {
    if (result.outcome !== 'would-settle') throw new Error(result.outcome);
    const transaction = decodeTransaction('NotarizedTransactionV2', result.settlement.payload);
    const { signers } = validateNotarized(transaction, 2);
    const wrapperKey = 'd047686b25ca256ddd547b0f3b139d512a864859ec3ac26de9c9273bd4b7c9ac';
    const userKey = 'a4d2cf90aee486c748f9da81bebdc44f3a39808aee6ac85b326423771d107127';
    const keys = signers.map((each) => each.map((signer) => [signer.type, publicKeyHex(signer).slice(-64)]));
    expect(keys.slice(0, 4)).toEqual([
      [],
      [['Ed25519', wrapperKey]],
      [['Ed25519', userKey]],
      [['Ed25519', wrapperKey]],
    ]);
    expect(keys[4]).toEqual([['Secp256k1', expect.any(String)]]);
  });

  it('carries the signed subintents byte for byte', () => {
    if (result.outcome !== 'would-settle') throw new Error(result.outcome);
    const payload = toHex(result.settlement.payload);
    for (const { item } of result.orders) {
      expect(payload).toContain(toHex(item.wrapper.body));
      expect(payload).toContain(toHex(item.order.body));
    }
  });

  it('reads upper-case hex', () => {
    const upper = frameOf(...(JSON.parse(record.frame).params as string[]).map((hex) => hex.toUpperCase()));
    expect(processFrame(upper, recorded).outcome).toBe('would-settle');
  });
});

describe('the outcomes', () => {
  it('settles a pair and keeps its windows', () => {
    const result = processFrame(frameOf(...hexes), contextOf());
    if (result.outcome !== 'would-settle') throw new Error(JSON.stringify(result));
    expect(result.quote).toMatchObject({ feeKnown: true, assumed: false, reward: units(1), surplus: [] });
    const { signedTransactionIntent } = decodeTransaction('NotarizedTransactionV2', result.settlement.payload);
    const root = signedTransactionIntent.transactionIntent.rootIntentCore;
    expect(root.header.value).toMatchObject({
      startEpochInclusive: 1n,
      endEpochExclusive: 3n,
      minProposerTimestampInclusive: undefined,
      maxProposerTimestampExclusive: undefined,
    });
    expect(signedTransactionIntent.transactionIntentSignatures.value).toEqual([]);
  });

  it('never makes the same root twice', () => {
    const ids = [0, 1].map(() => {
      const result = processFrame(frameOf(...hexes), contextOf());
      return result.outcome === 'would-settle' ? toHex(result.settlement.transactionIntentHash) : result.outcome;
    });
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('knows a bundle again whatever the order of its items, but not one that was invalid', () => {
    const seen = new SeenBundles();
    const context = contextOf({ isDuplicate: (id) => seen.has(id) });
    expect(processFrame(frameOf(...hexes), { ...context, network: 1 }).outcome).toBe('invalid');
    expect(processFrame(frameOf(...hexes), context).outcome).toBe('would-settle');
    expect(processFrame(frameOf(hexes[1], hexes[0]), context).outcome).toBe('duplicate');
  });

  it('tells expired from not yet valid', () => {
    const at = (epoch: bigint, timestamp: bigint) =>
      processFrame(frameOf(...hexes), contextOf({ time: { epoch, timestamp } }));
    expect(at(99n, 999n).outcome).toBe('would-settle');
    expect(at(100n, 0n)).toMatchObject({ outcome: 'expired', reason: { code: 'expired' } });
    expect(at(1n, 1000n).outcome).toBe('expired');
    const early = makeItem({ ...first, header: { startEpoch: 5n } });
    expect(processFrame(frameOf(itemHex(early), hexes[1]), contextOf())).toMatchObject({
      outcome: 'invalid',
      reason: { code: 'not-yet-valid' },
    });
    const later = makeItem({ ...first, header: { minTimestamp: 5n } });
    expect(processFrame(frameOf(itemHex(later), hexes[1]), contextOf()).outcome).toBe('invalid');
  });

  it('finds no settlement for one order, nor for two that want too much', () => {
    expect(processFrame(frameOf(hexes[0]), contextOf())).toMatchObject({
      outcome: 'unmatched',
      reason: { code: 'deficit' },
    });
    const greedy = makeItem({ ...second, buy: { resource: token(1), amount: 1001n } });
    expect(processFrame(frameOf(hexes[0], itemHex(greedy)), contextOf())).toMatchObject({
      outcome: 'unmatched',
      reason: { code: 'deficit', message: expect.stringContaining('0.000000000000000001') },
    });
  });

  it('declines only when told to, and still says what it would earn', () => {
    const declined = processFrame(frameOf(...hexes), contextOf({ minProfit: units(1) }));
    expect(declined).toMatchObject({
      outcome: 'declined',
      reason: { code: 'min-profit' },
      quote: { reward: units(1) },
    });
    expect(processFrame(frameOf(...hexes), contextOf({ maxFee: 1n }))).toMatchObject({ reason: { code: 'max-fee' } });
    expect(processFrame(frameOf(...hexes), contextOf({ maxFee: units(2), minProfit: -units(1) })).outcome).toBe(
      'would-settle',
    );
  });

  it('settles for nothing where wrappers pay nothing', () => {
    const edit = (list: Parameters<NonNullable<Parameters<typeof makeItem>[1] & object>['edit'] & object>[0]) => [
      ...list.slice(0, 8),
      yieldToParent(),
    ];
    const result = processFrame(makeFrame([makeItem(first, { edit }), makeItem(second, { edit })]), contextOf());
    expect(result).toMatchObject({ outcome: 'would-settle', quote: { reward: 0n, surplus: [] } });
  });

  it('keeps a surplus of XRD, and passes another on', () => {
    const [seller, buyer] = makePair(XRD, token(2), 1000n, 70n) as [typeof first, typeof second];
    const less = makeItem({ ...buyer, buy: { resource: XRD, amount: 990n } });
    expect(processFrame(makeFrame([makeItem(seller), less]), contextOf())).toMatchObject({
      outcome: 'would-settle',
      quote: { surplus: [{ resource: XRD, amount: 10n }] },
    });
    const cheap = makeItem({ ...second, buy: { resource: token(1), amount: 990n } });
    expect(processFrame(makeFrame([items[0]!, cheap]), contextOf())).toMatchObject({ quote: { surplus: [] } });
    const exact = makeItem({ ...second, buy: { resource: token(1), amount: 990n, exact: true } });
    expect(processFrame(makeFrame([items[0]!, exact]), contextOf())).toMatchObject({
      quote: { surplus: [{ resource: token(1), amount: 10n }] },
    });
  });

  it('pins the wrapper’s signer', () => {
    const pinned = new Set([publicKeyHex(ANTHIC.publicKey)]);
    expect(processFrame(frameOf(...hexes), contextOf({ pinned })).outcome).toBe('would-settle');
    const other = new Set([publicKeyHex(ed25519Key(5).publicKey)]);
    expect(processFrame(frameOf(...hexes), contextOf({ pinned: other }))).toMatchObject({
      outcome: 'invalid',
      reason: { code: 'unknown-wrapper-signer' },
    });
  });

  it('signs with Secp256k1 as well', () => {
    const secp = SolverKey.generate('Secp256k1');
    const result = processFrame(
      frameOf(...hexes),
      contextOf({ key: secp, account: preallocatedAccount(secp.publicKey) }),
    );
    if (result.outcome !== 'would-settle') throw new Error(JSON.stringify(result));
    expect(() =>
      validateNotarized(decodeTransaction('NotarizedTransactionV2', result.settlement.payload), SIMULATOR),
    ).not.toThrow();
  });

  it('composes the documented recipe when asked to, which costs more', () => {
    const cheapest = processFrame(frameOf(...hexes), contextOf());
    const template = processFrame(frameOf(...hexes), contextOf({ composition: 'template' }));
    if (cheapest.outcome !== 'would-settle' || template.outcome !== 'would-settle') throw new Error('expected both');
    expect(template.quote.networkFee).toBeGreaterThan(cheapest.quote.networkFee);
  });
});

describe('bad input', () => {
  const nested = `4d2103${'2101'.repeat(10_000)}2100`;
  const sample = JSON.parse(record.frame).params as [string, string];
  it.each<[string, string, string]>([
    ['not JSON', 'bad-json', 'hello'],
    ['another method', 'other-method', JSON.stringify({ method: 'other', params: [] })],
    ['a batch', 'batch', `[${record.frame}]`],
    ['params that are no text', 'bad-params', frameOf(1, 2)],
    ['odd hex', 'bad-hex', frameOf('4d2', sample[1])],
    ['no hex', 'bad-hex', frameOf('zz', sample[1])],
    ['an empty payload', 'BufferUnderflow', frameOf('', sample[1])],
    ['an empty bundle', 'no-bundle', frameOf()],
    ['17 items', 'too-many-items', frameOf(...new Array(17).fill(sample[0]))],
    ['5 MiB of hex', 'frame-too-large', frameOf('00'.repeat(2.5 * 1024 * 1024))],
    ['1 MiB of hex', 'BufferUnderflow', frameOf(`4d2103${'21'.repeat(512 * 1024)}`)],
    [
      'a declared length of 268 million',
      'BufferUnderflow',
      frameOf('4d210321022101210521060c ffffff7f'.replace(' ', '')),
    ],
    ['10,000 nested tuples', 'UnexpectedSize', frameOf(nested)],
    ['trailing bytes', 'ExtraTrailingBytes', frameOf(`${sample[0]}00`, sample[1])],
    ['the same order twice', 'duplicate-order', frameOf(sample[0], sample[0])],
  ])('%s is refused with %s', (_, code, frame) => {
    const result = processFrame(frame, recorded);
    expect(result).toMatchObject({ outcome: 'invalid' });
    if (code !== 'BufferUnderflow' && code !== 'UnexpectedSize') expect(result).toMatchObject({ reason: { code } });
  });

  it('does not mind how much a length promises', () => {
    // A string, then an array, each of 268 million, where the model has an array of instructions.
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 200; i++) processFrame(frameOf(sample[0].replace('20220b61', '2022ffffff7f61')), recorded);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });

  it('reports what could be read beside what could not', () => {
    const result = processFrame(frameOf(sample[0], '4d'), recorded);
    expect(result).toMatchObject({ outcome: 'invalid', reason: { message: expect.stringContaining('params[1]') } });
    expect(result.orders).toHaveLength(1);
  });

  it('refuses another network', () => {
    expect(processFrame(record.frame, { ...recorded, network: 1 })).toMatchObject({
      reason: { code: 'InvalidNetwork' },
    });
  });

  it('refuses two Ed25519 signatures swapped', () => {
    const [a, b] = [...sample[0].matchAll(/2101200740([0-9a-f]{128})/g)].map((match) => match[1]!);
    const swapped = sample[0].replace(a!, '#').replace(b!, a!).replace('#', b!);
    expect(processFrame(frameOf(swapped, sample[1]), recorded)).toMatchObject({
      reason: { code: 'InvalidIntentSignature' },
    });
  });

  it('refuses a child that is not there', () => {
    const child = '9b529edcd8f768182dc20d5b5bcb5968b6cf5adaa3b83272628f07428d27748b';
    const orphan = sample[0].replace(child, '00'.repeat(32));
    expect(processFrame(frameOf(orphan, sample[1]), recorded)).toMatchObject({
      reason: { code: 'ChildSubintentNotIncludedInTransaction' },
    });
  });

  it('refuses any flipped bit outside a Secp256k1 signature, and never throws', () => {
    for (const [index, hex] of sample.entries()) {
      const bytes = fromHex(hex);
      const secp = index === 1 ? hex.lastIndexOf('210120074101') / 2 + 5 : bytes.length;
      for (let at = 0; at < bytes.length; at++) {
        if (at >= secp) break;
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= 1 << (at % 8);
        const params = [...sample];
        params[index] = toHex(damaged);
        const result = processFrame(frameOf(...params), recorded);
        expect(result.outcome, `bit ${at % 8} of byte ${at} of item ${index}`).toBe('invalid');
      }
    }
  }, 60_000);
});
