import { describe, expect, it } from 'vitest';
import { units } from '../../../src/base/amount.js';
import { parsePriceUrl } from '../../../src/solver/prices/fetchJson.js';
import { JsonPrices } from '../../../src/solver/prices/jsonSource.js';
import { SIMULATOR } from '../../support/build.js';
import { A, addressOf, B, NEVER, priceServer, SURROUNDINGS } from './priceServer.js';

const source = (url: string, timeoutMs = 10_000) =>
  new JsonPrices(url, SIMULATOR, SURROUNDINGS, { timeoutMs, headers: { 'x-key': 'k' } });

async function reading(answer: Parameters<typeof priceServer>[0][string]) {
  const { url } = await priceServer({ '/p': answer });
  return source(`${url}/p`).read(NEVER);
}

describe('a JSON source', () => {
  it('tells prices and their age', async () => {
    const prices = { [addressOf(A)]: '0.05', [addressOf(B)]: '1200' };
    const { url, asked } = await priceServer({ '/p?of=all': { prices, asOf: 1_767_225_600, more: 'unknown' } });
    const from = source(`${url}/p?of=all`);
    const found = await from.read(NEVER);
    expect(found.prices.get(A)).toEqual({ bid: units(5) / 100n, ask: units(5) / 100n });
    expect(found.prices.get(B)).toEqual({ bid: units(1200), ask: units(1200) });
    expect(found).toMatchObject({ asOf: 1_767_225_600_000, refused: [] });
    // A query may hold a key: it is not part of the name.
    expect(from.name).toMatch(/^127\.0\.0\.1:\d+\/p$/);
    expect(asked[0]!.headers).toMatchObject({ 'x-key': 'k', accept: 'application/json' });
    expect(await reading({ prices: {} })).toEqual({ prices: new Map(), asOf: undefined, refused: [] });
  });

  it('leaves out an entry that is no price, and says which', async () => {
    const prices = {
      [addressOf(A)]: '0.05',
      [addressOf(B)]: 0.05,
      [addressOf(A, 2)]: '1',
      resource_sim1nothing: '1',
      [`${addressOf(B)}x`]: '1e5',
    };
    const found = await reading({ prices });
    expect([...found.prices.keys()]).toEqual([A]);
    expect(found.refused).toHaveLength(4);
    expect(found.refused[0]).toBe(`prices["${addressOf(B)}"]: expected text such as "0.05", got a number`);
    expect(found.refused[1]).toContain('resource_tdx_2_');
    expect(found.refused[3]).toContain('expected a decimal');
  });

  it.each([
    ['<html>', '', 'expected JSON'],
    ['', '', 'expected JSON'],
    ['null', '', 'expected object'],
    [{}, 'prices', 'expected record'],
    [{ prices: [] }, 'prices', 'expected record'],
    [{ prices: {}, asOf: 'now' }, 'asOf', 'expected number'],
    [{ prices: {}, asOf: -1 }, 'asOf', '>=0'],
    [{ prices: Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [i, '1'])) }, 'prices', 'at most 10000'],
    ['x'.repeat(1024 * 1024 + 1), '', 'at most 1048576 bytes'],
  ])('refuses what is no list of prices', async (answer, path, message) => {
    const failure = { code: 'bad-prices', path, message: expect.stringContaining(message) };
    await expect(reading(answer)).rejects.toMatchObject(failure);
  });

  it('follows nobody elsewhere, and takes no error for an answer', async () => {
    const other = await priceServer({ '/p': { prices: { [addressOf(A)]: '9' } } });
    const redirected = reading((response) => response.writeHead(302, { location: `${other.url}/p` }).end());
    await expect(redirected).rejects.toMatchObject({ code: 'price-source-down', retry: true });
    expect(other.asked).toEqual([]);
    const broken = reading((response) => response.writeHead(500).end('{"prices":{}}'));
    await expect(broken).rejects.toMatchObject({ code: 'price-source-down', message: expect.stringContaining('500') });
  });

  it('waits no longer than its time', async () => {
    const { url } = await priceServer({
      '/silent': () => {},
      '/drip': (response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(timer));
      },
    });
    for (const path of ['/silent', '/drip']) {
      const late = source(url + path, 100).read(NEVER);
      await expect(late).rejects.toMatchObject({ code: 'price-source-down', retry: true });
    }
    const controller = new AbortController();
    const ended = source(`${url}/silent`).read(controller.signal);
    controller.abort(new Error('shutdown'));
    await expect(ended).rejects.toThrow('shutdown');
  });

  it('is down when nobody is there', async () => {
    await expect(source('http://127.0.0.1:9/').read(NEVER)).rejects.toMatchObject({ code: 'price-source-down' });
  });
});

describe('the URL of prices', () => {
  it.each(['https://prices.example/a?key=x', 'http://localhost:1/', 'http://127.0.0.1/', 'http://[::1]:80/'])(
    'takes %s',
    (url) => {
      expect(parsePriceUrl(url).href).toContain('://');
    },
  );

  it.each(['http://prices.example/', 'ftp://a/', 'a/b', 'https://user:secret@a/', ''])('refuses %s', (url) => {
    expect(() => parsePriceUrl(url)).toThrow(expect.objectContaining({ code: 'bad-price-url' }));
    try {
      parsePriceUrl(url);
    } catch (error) {
      expect(String(error)).not.toContain('secret');
    }
  });
});
