import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAmount, units } from '../../src/base/amount.js';
import { type Pricing, parsePricing } from '../../src/maker/pricing.js';
import { PricingFile } from '../../src/maker/pricingFile.js';
import { FakeClock } from '../anthic/stream/fakes.js';
import { temporaryFolder } from '../cli/support.js';
import { pricingOf } from './support.js';

const folder = temporaryFolder();
const parse = (pricing: unknown) => parsePricing(JSON.stringify(pricing));
const pathOf = (pricing: unknown): string => {
  try {
    parse(pricing);
    return 'fine';
  } catch (error) {
    expect(error).toMatchObject({ code: 'bad-pricing' });
    return (error as { path: string }).path;
  }
};

describe('a pricing file', () => {
  it('is read, with defaults', () => {
    expect(parse({ tokens: { xUSDC: { min: '1', max: '2.5' }, X: {} }, pairs: [pricingOf()] })).toEqual({
      tokens: new Map([
        ['xUSDC', { min: units(1), max: parseAmount('2.5') }],
        ['X', { min: 0n, max: undefined }],
      ]),
      pairs: [
        {
          ...{ base: 'xwBTC', quote: 'xUSDC', price: units(100_000), spread: parseAmount('0.002') },
          ...{ size: parseAmount('0.5'), levels: 1, step: 0n, minGain: 0n },
        },
      ],
    });
    expect(parse({ pairs: [] })).toEqual({ tokens: new Map(), pairs: [] });
    expect(parse({ pairs: [pricingOf({ minGain: '-1', levels: 2, step: '0.1' })] }).pairs[0]!.minGain).toBe(-units(1));
  });

  it.each([
    ['', []],
    ['', { pairs: [], pair: [] }],
    ['pairs', {}],
    ['tokens.__proto__', { tokens: JSON.parse('{ "__proto__": {} }'), pairs: [] }],
    ['tokens.X.min', { tokens: { X: { min: 1 } }, pairs: [] }],
    ['tokens.X', { tokens: { X: { min: '2', max: '1' } }, pairs: [] }],
    ['pairs[0].price', { pairs: [pricingOf({ price: 95000 })] }],
    ['pairs[0].price', { pairs: [pricingOf({ price: '0' })] }],
    ['pairs[0].price', { pairs: [pricingOf({ price: undefined })] }],
    ['pairs[0].size', { pairs: [pricingOf({ size: '-1' })] }],
    ['pairs[0].spread', { pairs: [pricingOf({ spread: '1' })] }],
    ['pairs[0].levels', { pairs: [pricingOf({ levels: 21 })] }],
    ['pairs[0].step', { pairs: [pricingOf({ levels: 2 })] }],
    ['pairs[0].step', { pairs: [pricingOf({ levels: 11, step: '0.1' })] }],
    ['pairs[0].quote', { pairs: [pricingOf({ quote: 'xwBTC' })] }],
    ['pairs[0].minGain', { pairs: [pricingOf({ minGain: 'x' })] }],
    ['pairs[0]', { pairs: [pricingOf({ spred: '0.1' })] }],
    ['pairs[1]', { pairs: [pricingOf(), pricingOf({ base: 'xUSDC', quote: 'xwBTC' })] }],
  ])('is refused by the field %s', (path, pricing) => {
    expect(pathOf(pricing)).toBe(path);
  });

  it('that is no JSON is refused without quoting it', () => {
    expect(() => parsePricing('{ secret')).toThrow(/^expected JSON$/);
  });
});

describe('PricingFile', () => {
  it('is read again when it changes; a bad one leaves the prices of before', () => {
    const path = folder.path('pricing.json');
    const write = (...prices: string[]) => {
      writeFileSync(path, JSON.stringify({ pairs: prices.map((price) => pricingOf({ price })) }));
    };
    write('1');
    const clock = new FakeClock();
    const changes: Pricing[] = [];
    const refusals: unknown[] = [];
    const file = new PricingFile({
      ...{ path, clock, intervalMs: 100 },
      onChange: (pricing) => changes.push(pricing),
      onRefused: (error) => refusals.push(error),
    });
    const priceNow = () => file.pricing.pairs[0]!.price;
    file.start();
    clock.advance(1000);
    expect([priceNow(), changes.length]).toEqual([units(1), 0]);
    write('22');
    clock.advance(100);
    expect([priceNow(), changes.length]).toEqual([units(22), 1]);
    writeFileSync(path, '{ "pairs": [');
    clock.advance(1000);
    write('0.00');
    clock.advance(1000);
    expect([priceNow(), changes.length]).toEqual([units(22), 1]);
    expect(refusals).toEqual([
      expect.objectContaining({ message: 'expected JSON' }),
      expect.objectContaining({ path: 'pairs[0].price' }),
    ]);
    rmSync(path);
    clock.advance(1000);
    expect(refusals[2]).toMatchObject({ code: 'ENOENT' });
    expect(refusals).toHaveLength(3);
    write('333');
    clock.advance(100);
    expect([priceNow(), changes.length]).toEqual([units(333), 2]);
    file.stop();
    expect(clock.pending).toBe(0);
  });

  it('is as old as it says, and may be out of reach for a while', () => {
    const folderPath = folder.path('prices');
    mkdirSync(folderPath);
    const path = `${folderPath}/pricing.json`;
    writeFileSync(path, JSON.stringify({ pairs: [] }));
    utimesSync(path, 100, 100);
    const clock = new FakeClock();
    const refusals: unknown[] = [];
    const ages: number[] = [];
    const file = new PricingFile({
      ...{ path, clock, intervalMs: 100 },
      onChange: (_, ageMs) => ages.push(ageMs),
      onRefused: (error) => refusals.push(error),
    });
    expect(file.ageMs).toBe(clock.now() - 100_000);
    file.start();
    rmSync(folderPath, { recursive: true });
    writeFileSync(folderPath, 'a file where there was a folder');
    clock.advance(1000);
    expect(refusals).toEqual([expect.objectContaining({ code: 'ENOTDIR' })]);
    rmSync(folderPath);
    mkdirSync(folderPath);
    writeFileSync(path, JSON.stringify({ pairs: [] }));
    utimesSync(path, 200, 200);
    clock.advance(1000);
    expect(ages).toEqual([expect.any(Number)]);
    expect(file.ageMs).toBe(clock.now() - 200_000);
    file.stop();
  });

  it('must be there and good at the start', () => {
    const options = { clock: new FakeClock(), intervalMs: 1, onChange() {}, onRefused() {} };
    expect(() => new PricingFile({ ...options, path: folder.path('none') })).toThrow(/ENOENT/);
  });
});
