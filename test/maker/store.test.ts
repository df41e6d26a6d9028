import Sqlite from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import type { NewOrder } from '../../src/anthic/flash/wire.js';
import { parseAmount } from '../../src/base/amount.js';
import { readReport } from '../../src/maker/report.js';
import { MakerStore } from '../../src/maker/store.js';
import { temporaryFolder } from '../cli/support.js';
import { BTC, fillOf, USDC } from './support.js';

const folder = temporaryFolder();
const OWNER = { network: 242, account: 'account_sim1x' };
const SETTLED = { type: 'completed', outcome: 'Settled' } as const;
let files = 0;
const now = 1_000;
const opened: MakerStore[] = [];

const path = () => folder.path(`store${files++}.sqlite`);
const open = (file: string, owner = OWNER) => {
  const store = MakerStore.open(file, owner, () => now);
  opened.push(store);
  return store;
};
const order = (id: string): NewOrder => ({
  ...{ id, createdAt: 0, fillBefore: 0 },
  sell: { symbol: 'xwBTC', amount: 1n },
  buy: { symbol: 'xUSDC', amount: 2n },
});
const execution = (sequence: number, orderId: string | undefined, change: any = SETTLED) => {
  return { sequence, occurredAt: sequence * 10, orderId, change };
};

afterEach(() => {
  for (const store of opened.splice(0)) {
    try {
      store.close();
    } catch {
      // It was closed by the test.
    }
  }
});

describe('the store of a maker', () => {
  it('keeps fills from before they are sent to their end', () => {
    const store = open(path());
    store.writeAhead(fillOf('a'));
    store.writeAhead(fillOf('b'));
    expect(() => store.writeAhead(fillOf('a'))).toThrow(expect.objectContaining({ code: 'known-order' }));
    expect([store.knows('a'), store.knows('c')]).toEqual([true, false]);
    const { payload: _, pair: __, ...open_ } = fillOf('a');
    expect(store.openFills()[0]).toEqual({ ...open_, outcome: undefined });
    store.answered('a', 'accepted', null);
    store.executed(execution(1, 'a', { type: 'started', subintentId: undefined }));
    store.executed(execution(2, 'a'));
    expect(store.openFills()[0]).toMatchObject({ orderId: 'a', outcome: 'Settled' });
    store.settled('a', 'txid_1', 77);
    store.expired('b');
    expect(store.openFills()).toEqual([]);
    expect(store.settledUpTo).toBe(77);
    // An end is final.
    expect(() => store.expired('a')).toThrow(/the end of a fill is final/);
    expect(() => store.settled('b', 'txid_2', 78)).toThrow(/the end of a fill is final/);
  });

  it('keeps how far fill execution was read, over restarts', () => {
    const file = path();
    const store = open(file);
    expect([store.position, store.settledUpTo]).toEqual([0, 0]);
    store.executed(execution(1, undefined, { type: 'unknown', detail: 'x' }));
    store.executed({ ...execution(2, 'nobody'), occurredAt: undefined });
    expect(() => store.executed(execution(2, 'again'))).toThrow(/UNIQUE/);
    store.close();
    expect(open(file).position).toBe(2);
  });

  it('keeps declined orders, the newest of them', () => {
    const file = path();
    const store = open(file);
    store.declined(order('d'), 'too-late', 'so late');
    store.declined(order('d'), 'not-quoted', 'once is enough');
    expect(store.knows('d')).toBe(true);
    expect(() => store.writeAhead(fillOf('d'))).toThrow(expect.objectContaining({ code: 'known-order' }));
    expect(readReport(file).declined).toEqual({ 'too-late': 1 });
  });

  it('keeps the pairs that were ever quoted, and what settlements changed', () => {
    const store = open(path());
    store.quoting({ base: 'A', quote: 'B' });
    store.quoting({ base: 'A', quote: 'B' });
    expect(store.everQuoted()).toEqual([{ base: 'A', quote: 'B' }]);
    for (const id of ['a', 'b']) {
      store.writeAhead(fillOf(id));
      store.settled(id, 'txid_same', 5);
    }
    expect(store.transactionsWithoutChanges()).toEqual(['txid_same']);
    store.changed('txid_same', new Map([['resource', -5n]]));
    store.changed('txid_same', new Map([['resource', -6n]]));
    expect(store.transactionsWithoutChanges()).toEqual([]);
  });

  it('is of one account, one process, and its own kind', () => {
    const file = path();
    const store = open(file);
    expect(() => open(file)).toThrow(
      expect.objectContaining({ code: 'store-locked', message: `another maker owns the store ${file}` }),
    );
    store.close();
    expect(() => open(file, { ...OWNER, account: 'other' })).toThrow(
      expect.objectContaining({ code: 'store-of-another-maker' }),
    );
    expect(() => open(file, { ...OWNER, network: 1 })).toThrow(/network 242, not of 1/);
    open(file).close();

    const foreign = path();
    const db = new Sqlite(foreign);
    db.exec('create table x (y)');
    db.close();
    expect(() => open(foreign)).toThrow(expect.objectContaining({ code: 'store-foreign' }));

    const newer = new Sqlite(file);
    newer.pragma('user_version = 99');
    newer.close();
    expect(() => open(file)).toThrow(expect.objectContaining({ code: 'store-newer' }));
    expect(() => readReport(folder.path('none'))).toThrow(expect.objectContaining({ code: 'store-missing' }));
    const empty = path();
    new Sqlite(empty).exec('create table t (x); drop table t').close();
    expect(() => readReport(empty)).toThrow(expect.objectContaining({ code: 'store-missing' }));
  });
});

describe('a report', () => {
  it('is exact: what was signed, what the ledger says, and the profit at a price', () => {
    const file = path();
    const store = open(file);
    const amount = parseAmount;
    // Buys 0.001 for 99.9, sells 0.003 for 300.3, and one that expires.
    store.writeAhead(fillOf('buy'));
    store.writeAhead(
      fillOf('sell', {
        sold: { symbol: 'xwBTC', resource: BTC.address, amount: amount('0.003') },
        fees: { anthic: amount('0.00000003'), settlement: amount('0.000003') },
        bought: { symbol: 'xUSDC', resource: USDC.address, amount: amount('300.3') },
      }),
    );
    store.writeAhead(fillOf('gone'));
    store.writeAhead(fillOf('open'));
    store.settled('buy', 'txid_1', 5);
    store.settled('sell', 'txid_2', 6);
    store.expired('gone');
    // 0.1 of the settlement fee came back.
    store.changed(
      'txid_1',
      new Map([
        [USDC.address, -amount('100.002')],
        [BTC.address, amount('0.001')],
      ]),
    );
    const report = readReport(file);
    expect(report).toMatchObject({
      ...{ ...OWNER, position: 0, declined: {}, pending: 1 },
      fills: { open: 1, settled: 2, expired: 1 },
      tokens: [
        {
          symbol: 'xUSDC',
          bought: amount('300.3'),
          sold: amount('99.9'),
          fees: amount('0.202'),
          net: amount('200.198'),
          ledger: -amount('100.002'),
        },
        {
          symbol: 'xwBTC',
          bought: amount('0.001'),
          sold: amount('0.003'),
          fees: amount('0.00000303'),
          net: -amount('0.00200303'),
          ledger: amount('0.001'),
        },
      ],
    });
    const [pair] = report.pairs;
    expect(pair).toMatchObject({
      pair: 'xwBTC/xUSDC',
      fills: 2,
      base: -amount('0.00200303'),
      quote: amount('200.198'),
    });
    expect([pair!.boughtAt, pair!.soldAt, pair!.price].map(String)).toEqual(['99900', '100100', '100100']);
    // 200.198 − 0.00200303 × 100100
    expect(pair!.profit.toFixed()).toBe('-0.305303');
    const [at] = readReport(file, new Map([['xwBTC/xUSDC', amount('99999.123456789012345678')]])).pairs;
    expect(at!.profit.toFixed()).toBe('-0.10324425765209539876340434');
  });

  it('of nothing has nothing', () => {
    const file = path();
    open(file);
    expect(readReport(file)).toMatchObject({ tokens: [], pairs: [], pending: 0, fills: { settled: 0 } });
  });
});
