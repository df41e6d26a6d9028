import { describe, expect, it } from 'vitest';
import { parseAmount, units } from '../../src/base/amount.js';
import { BEST, SINGLE } from '../../src/settlement/policy.js';
import { checkPolicyNetwork, PolicyError, readPolicy } from '../../src/settlement/policyFile.js';
import { formatAddress, XRD } from '../../src/transaction/address.js';
import { networkById } from '../../src/transaction/network.js';
import { BADGE } from '../support/build.js';
import { token } from '../support/bundles.js';

const A = formatAddress(token(1), 242);
const B = formatAddress(token(2), 242);
const ABROAD = formatAddress(token(1), 2);

function refusal(json: unknown): { path: string; message: string; code: string } {
  try {
    readPolicy(json, 'mine.json');
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    const { path, message, code } = error as PolicyError;
    return { path, message, code };
  }
  throw new Error('expected a refusal');
}

describe('readPolicy', () => {
  it('needs but a name: the rest is that of best', () => {
    expect(readPolicy({ name: 'mine' }, 'mine.json')).toEqual({ ...BEST, name: 'mine' });
    expect(SINGLE).toEqual({ ...BEST, name: 'single', maxBundles: 1 });
    expect(BEST).toMatchObject({ mergeWindow: 0, minProfit: 0n, tip: { kind: 'none' } });
  });

  it('reads every field', () => {
    const policy = readPolicy(
      {
        name: 'all of it',
        composition: 'template',
        maxBundles: 4,
        mergeWindow: 250,
        minProfit: '-0.01',
        maxFee: '3',
        tip: { kind: 'adaptive', maxBasisPoints: 500, stepBasisPoints: 50 },
        chances: { cannotPay: 0.05, weight: 10, winsRace: 0.5 },
        prices: {
          table: { [A]: '0.05', [formatAddress(XRD, 242)]: '1' },
          maxAge: 5000,
          http: { url: 'https://prices.example/v1' },
          orderBook: { url: 'https://api.example' },
        },
        inventory: { [A]: '10' },
      },
      'mine.json',
    );
    expect(policy).toEqual({
      name: 'all of it',
      composition: 'template',
      maxBundles: 4,
      mergeWindow: 250,
      minProfit: parseAmount('-0.01'),
      maxFee: units(3),
      tip: { kind: 'adaptive', maxBasisPoints: 500, stepBasisPoints: 50 },
      chances: { cannotPay: 50_000, weight: 10, winsRace: 500_000 },
      prices: {
        table: new Map([
          [token(1), parseAmount('0.05')],
          [XRD, units(1)],
        ]),
        maxAge: 5000,
        sources: {
          http: { url: 'https://prices.example/v1' },
          orderBook: { url: 'https://api.example' },
        },
      },
      inventory: new Map([[token(1), units(10)]]),
      network: { suffix: 'sim', field: `prices.table.${A}` },
    });
    expect(readPolicy({ name: 'x', tip: { kind: 'fixed', basisPoints: 5 } }, '').tip).toEqual({
      kind: 'fixed',
      basisPoints: 5,
    });
    expect(
      readPolicy({ name: 'x', inventory: { [A]: '1' }, prices: { http: { url: 'http://a' } } }, '').inventory.size,
    ).toBe(1);
  });

  it.each<[string, object]>([
    ['name', {}],
    ['name', { name: '' }],
    ['name', { name: 7 }],
    ['nonsense', { nonsense: 1 }],
    ['composition', { composition: 'dearest' }],
    ['maxBundles', { maxBundles: 0 }],
    ['maxBundles', { maxBundles: 17 }],
    ['maxBundles', { maxBundles: 1.5 }],
    ['mergeWindow', { mergeWindow: -1 }],
    ['mergeWindow', { maxBundles: 1, mergeWindow: 100 }],
    ['minProfit', { minProfit: 0.01 }],
    ['minProfit', { minProfit: 'much' }],
    ['maxFee', { maxFee: '0' }],
    ['maxFee', { maxFee: '0.1' }],
    ['maxFee', { maxFee: '99999999999' }],
    ['tip', { tip: 5 }],
    ['tip.kind', { tip: { kind: 'generous' } }],
    ['tip.basisPoints', { tip: { kind: 'fixed' } }],
    ['tip.basisPoints', { tip: { kind: 'fixed', basisPoints: 0 } }],
    ['tip.maxBasisPoints', { tip: { kind: 'none', maxBasisPoints: 5 } }],
    ['tip.stepBasisPoints', { tip: { kind: 'adaptive', maxBasisPoints: 5, stepBasisPoints: 6 } }],
    ['chances.cannotPay', { chances: { cannotPay: 1 } }],
    ['chances.cannotPay', { chances: { cannotPay: -0.1 } }],
    ['chances.weight', { chances: { weight: 0 } }],
    ['chances.winsRace', { chances: { winsRace: 0 } }],
    ['chances.winsRace', { chances: { winsRace: '1' } }],
    ['chances.often', { chances: { often: 1 } }],
    ['prices.maxAge', { prices: { maxAge: 0 } }],
    ['prices.http.url', { prices: { http: { url: 'ftp://prices.example' } } }],
    ['prices.http.key', { prices: { http: { url: 'https://prices.example', key: 'x' } } }],
    ['prices.orderBook.url', { prices: { orderBook: {} } }],
    ['prices.orderBook.url', { prices: { orderBook: { url: 'ftp://a' } } }],
    [`prices.table.${A}`, { prices: { table: { [A]: '0' } } }],
    [`prices.table.${A}`, { prices: { table: { [A]: '-1' } } }],
    [`prices.table.${A}`, { prices: { table: { [A]: '99999999999' } } }],
    [`prices.table.${formatAddress(XRD, 242)}`, { prices: { table: { [formatAddress(XRD, 242)]: '2' } } }],
    ['prices.table.__proto__', { prices: { table: JSON.parse('{ "__proto__": "1" }') } }],
    ['inventory.__proto__', { inventory: JSON.parse('{ "__proto__": "1" }') }],
    ['chances.__proto__', { chances: JSON.parse('{ "__proto__": 1 }') }],
    ['prices.table.x', { prices: { table: { x: '1' } } }],
    [`prices.table.${formatAddress(BADGE, 242)}`, { prices: { table: { [formatAddress(BADGE, 242)]: '1' } } }],
    [`inventory.${ABROAD}`, { prices: { table: { [A]: '1' } }, inventory: { [ABROAD]: '1' } }],
    [`inventory.${B}`, { prices: { table: { [A]: '1' } }, inventory: { [B]: '1' } }],
    [`inventory.${A}`, { prices: { table: { [A]: '1' } }, inventory: { [A]: '0' } }],
  ])('names the field that is wrong: %s', (field, changes) => {
    const { path, message, code } = refusal(
      'name' in changes || field === 'name' ? changes : { name: 'x', ...changes },
    );
    expect(path).toBe(field);
    expect(code).toBe('bad-policy');
    expect(message).toContain(`mine.json: ${field}: expected `);
  });

  it.each([
    [{ mergeWindow: Number.POSITIVE_INFINITY }, 'got Infinity'],
    [{ minProfit: '-99999999999' }, 'at most 24000000000 either way'],
    [{ maxFee: '99999999999' }, 'at most 24000000000'],
    [{ prices: { table: { [A]: '99999999999' } } }, 'above 0, at most 24000000000'],
  ])('says what of it is absurd: %j', (changes, words) => {
    expect(refusal({ name: 'x', ...changes }).message).toContain(words);
  });

  it.each([null, 3, [], 'best'])('refuses what is no object: %j', (json) => {
    expect(refusal(json)).toMatchObject({ path: '', message: 'mine.json: expected an object' });
  });
});

describe('checkPolicyNetwork', () => {
  it('refuses a policy with addresses of another network', () => {
    const policy = readPolicy({ name: 'mine', prices: { table: { [A]: '1' } } }, 'mine.json');
    const check = (network: number) => () => checkPolicyNetwork(policy, networkById(network));
    expect(check(242)).not.toThrow();
    expect(check(2)).toThrow('stokenet');
    expect(check(2)).toThrow(expect.objectContaining({ code: 'wrong-network', path: `prices.table.${A}` }));
    expect(() => checkPolicyNetwork(BEST, networkById(1))).not.toThrow();
  });
});
