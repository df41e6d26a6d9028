import { describe, expect, it } from 'vitest';
import { units } from '../../../src/base/amount.js';
import type { EventOf } from '../../../src/observe/event.js';
import { levelOf } from '../../../src/observe/level.js';
import { PriceFeed, type PriceFeedOptions } from '../../../src/solver/prices/feed.js';
import { JsonPrices } from '../../../src/solver/prices/jsonSource.js';
import { badPrices, type PriceReading, type PriceSource, sourceDown } from '../../../src/solver/prices/source.js';
import { SIMULATOR, XRD } from '../../support/build.js';
import { A, addressOf, B, C, NEVER, priceServer, SURROUNDINGS } from './priceServer.js';

const ONE = units(1);
const priced = (price: bigint) => ({ bid: price, ask: price });

/** A source that answers what it is told to, or throws it. */
class Scripted implements PriceSource {
  reads = 0;

  constructor(
    readonly name: string,
    public next: Partial<PriceReading> | Error | (() => Promise<never>),
  ) {}

  async read(): Promise<PriceReading> {
    this.reads++;
    if (this.next instanceof Error) throw this.next;
    if (typeof this.next === 'function') return this.next();
    return { prices: new Map(), asOf: undefined, refused: [], ...this.next };
  }
}

/** A feed whose clocks only the test moves. */
function open(sources: readonly PriceSource[], options: Partial<PriceFeedOptions> = {}) {
  const clock = { now: 1_000, wall: 1_767_225_600_000, slept: 0 };
  const events: EventOf<'prices'>[] = [];
  const ages: number[] = [];
  const emit: PriceFeedOptions['emit'] = (event) =>
    void (event.type === 'prices' ? events.push(event) : ages.push(event.ageMs));
  const feed = new PriceFeed(
    { table: new Map(), sources, maxAge: 60_000, emit, ...options },
    {
      now: () => clock.now,
      wallNow: () => clock.wall,
      sleep: (ms, signal) => {
        clock.slept++;
        return SURROUNDINGS.sleep(ms, signal);
      },
    },
  );
  const value = (resource: string) => feed.lookup().valueOf(resource, ONE);
  return { feed, clock, events, ages, value, refresh: () => feed.refreshAll(NEVER) };
}

describe('a feed of prices', () => {
  it('asks the table of the operator first, then the sources in their order', async () => {
    const first = new Scripted('first', {
      prices: new Map([
        [A, priced(2n)],
        [B, priced(2n)],
      ]),
    });
    const second = new Scripted('second', {
      prices: new Map([
        [A, priced(3n)],
        [B, priced(3n)],
        [C, { bid: 3n, ask: 4n }],
      ]),
    });
    const { feed, value, refresh, events } = open([first, second], { table: new Map([[A, 1n]]) });
    expect([A, B, C, XRD].map(value)).toEqual([1n, undefined, undefined, ONE]);
    await refresh();
    expect([A, B, C, XRD].map(value)).toEqual([1n, 2n, 3n, ONE]);
    expect(feed.lookup().costOf!(C, ONE)).toBe(4n);
    expect(events).toMatchObject([
      { source: 'first', ok: true, tokens: 2, detail: undefined },
      { source: 'second', ok: true, tokens: 3 },
    ]);
  });

  it('knows no price that is too old, and says so', async () => {
    const source = new Scripted('s', { prices: new Map([[A, priced(2n)]]) });
    const { clock, value, refresh, events } = open([source]);
    await refresh();
    source.next = sourceDown('gone');
    clock.now += 60_000;
    await refresh();
    expect(value(A)).toBe(2n);
    clock.now += 1;
    expect(value(A)).toBeUndefined();
    await refresh();
    expect(events.slice(1)).toMatchObject([
      { ok: false, tokens: 1, code: 'price-source-down', detail: 'gone' },
      { ok: false, tokens: 0, code: 'stale', detail: 'gone' },
    ]);
    // A token that a new reading lacks has no price any more.
    source.next = { prices: new Map([[B, priced(2n)]]) };
    await refresh();
    expect([A, B].map(value)).toEqual([undefined, 2n]);
  });

  it('says how many values are estimates, and takes value and cost from the same source', async () => {
    const bidOnly = { prices: new Map([[A, { bid: 3n, ask: undefined }]]) };
    const second = new Scripted('second', { prices: new Map([[A, { bid: 1n, ask: 2n }]]) });
    const { feed, events, value, refresh } = open([new Scripted('first', bidOnly), second]);
    await refresh();
    expect(value(A)).toBe(3n);
    expect(feed.lookup().costOf!(A, ONE)).toBeUndefined();
    expect(events).toMatchObject([
      { source: 'first', ok: true, tokens: 1, estimated: 1 },
      { source: 'second', ok: true, tokens: 1, estimated: 0 },
    ]);
  });

  it('warns once of a source that has gone stale, or that says nothing, however often it is asked', async () => {
    const source = new Scripted('s', { prices: new Map([[A, priced(2n)]]) });
    const { clock, events, refresh } = open([source]);
    const warnings = (): (string | undefined)[] =>
      events.filter((event) => levelOf(event) === 'warn').map(({ code }) => code);
    await refresh();
    clock.now += 60_001;
    for (const why of ['gone', 'still gone', 'gone for good']) {
      source.next = sourceDown(why);
      await refresh();
    }
    expect(warnings()).toEqual(['stale']);
    source.next = { prices: new Map([[A, priced(2n)]]) };
    await refresh();
    source.next = {};
    await refresh();
    await refresh();
    expect(warnings()).toEqual(['stale', undefined]);
  });

  it('counts the age that a source tells, whatever the wall clock does afterwards', async () => {
    const source = new Scripted('s', { prices: new Map([[A, priced(2n)]]) });
    const { clock, value, refresh } = open([source]);
    source.next = { ...source.next, asOf: clock.wall - 40_000 };
    await refresh();
    clock.wall -= 1e9;
    clock.now += 20_000;
    expect(value(A)).toBe(2n);
    clock.now += 1;
    expect(value(A)).toBeUndefined();
  });

  it('refuses a reading that is old already, or of a time to come', async () => {
    const source = new Scripted('s', {});
    const { clock, value, refresh, events } = open([source]);
    for (const asOf of [clock.wall - 60_001, clock.wall * 1000, clock.wall + 60_001]) {
      source.next = { prices: new Map([[A, priced(2n)]]), asOf };
      await refresh();
      expect(value(A)).toBeUndefined();
    }
    // Told once: nothing has changed since.
    expect(events).toMatchObject([{ ok: false, code: 'bad-prices', detail: expect.stringMatching(/^asOf: expected/) }]);
  });

  it('leaves out zero, negative and absurd prices, each by its name, and takes the others', async () => {
    const prices = Object.fromEntries([
      [addressOf(A), '0'],
      [addressOf(B), '-1'],
      [addressOf(C), '1'],
      [addressOf(XRD), '2'],
      [addressOf(`5d${'0'.repeat(57)}9`), '25000000000'],
    ]);
    const { url } = await priceServer({ '/': { prices } });
    const source = new JsonPrices(url, SIMULATOR, SURROUNDINGS);
    const { value, refresh, events } = open([source], { nameOf: (id) => `prices["${addressOf(id)}"]` });
    await refresh();
    expect([A, B, C, XRD].map(value)).toEqual([undefined, undefined, ONE, ONE]);
    const [{ tokens, ok, detail }] = events as [EventOf<'prices'>];
    expect({ tokens, ok }).toEqual({ tokens: 1, ok: true });
    for (const wrong of ['above 0', 'less XRD than there is', 'worth itself']) expect(detail).toContain(wrong);
    expect(detail).toContain(`prices["${addressOf(A)}"]`);
  });

  it('names only some of what it leaves out', async () => {
    const { refresh, events } = open([new Scripted('s', { refused: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] })]);
    await refresh();
    expect(events[0]!.detail).toBe('left out: a; b; c; d; e; and 2 more');
  });

  it('goes on whatever a source does, until it is told to end', async () => {
    const broken = new Scripted('broken', new TypeError('a mistake'));
    const garbage = new Scripted('garbage', badPrices('prices', 'none'));
    const silent = new Scripted('silent', () => new Promise(() => {}));
    const { feed, clock, events } = open([broken, garbage, silent], { everyMs: 1 });
    const controller = new AbortController();
    const run = feed.run(controller.signal);
    while (broken.reads < 3 || garbage.reads < 3) await SURROUNDINGS.sleep(5);
    controller.abort(new Error('shutdown'));
    await run;
    expect(clock.slept).toBeGreaterThan(3);
    expect(silent.reads).toBe(1);
    const codes = new Map(events.map(({ source, code, detail }) => [source, `${code} ${detail}`]));
    expect(codes.get('broken')).toBe('price-source-down TypeError: a mistake');
    expect(codes.get('garbage')).toBe('bad-prices prices: none');
    expect(codes.has('silent')).toBe(false);
  });

  it.each([
    [{ table: new Map([[A, 0n]]), nameOf: () => 'prices.table["a"]' }, 'prices.table["a"]'],
    [{ maxAge: 0 }, 'maxAge'],
  ])('refuses a policy that cannot be', (options, path) => {
    expect(() => open([], options)).toThrow(expect.objectContaining({ code: 'bad-price', path }));
  });
});
