import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventFeed } from '../../../src/sandbox/anthic/events.js';
import { post } from '../../support/gateway.js';
import { type Stand, startStand, WAIT } from './support.js';

/** What a test stand shows beside the APIs. */

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
  const maker = await stand.maker();
  await stand.solver();
  await maker.quote([['90000', '1']], []);
  await stand.submit(stand.order({ sell: ['0.5', 'xwBTC'], buy: ['45000', 'xUSDC'] }).hex);
  await stand.submit(stand.order({ sell: ['0.5', 'xwBTC'], buy: ['46000', 'xUSDC'] }).hex);
  await stand.event('order-ended');
  await maker.execution(2);
});
afterAll(() => stand.close());

async function get(path: string): Promise<any> {
  return (await fetch(`${stand.anthic.tradeUrl}/sandbox/${path}`)).json();
}

describe('/sandbox', () => {
  it('counts', async () => {
    expect(await get('stats')).toEqual({
      testStand: true,
      ...{ received: 1, refused: 1, open: 0, pushed: 1, settled: 1, expired: 0, noLiquidity: 0 },
      ...{ fills: 1, fillsRefused: 0 },
    });
  });

  it('shows orders with their parts, bundles with their payloads, and makers without their keys', async () => {
    const [order] = (await get('orders')).orders;
    expect(order).toMatchObject({ state: 'settled', sell: { symbol: 'xwBTC', amount: '0.5' } });
    expect(order.parts).toMatchObject([
      { maker: 'maker-1', state: 'filled', buy: { symbol: 'xUSDC', amount: '45000' } },
    ]);
    const [bundle] = (await get('bundles')).bundles;
    expect(bundle).toMatchObject({ bundle: 1, order: order.id, subintents: [order.id, order.parts[0].fill] });
    expect(bundle.items).toHaveLength(2);
    const { makers } = await get('makers');
    expect(makers).toMatchObject([{ name: 'maker-1', sessions: 1, isListening: true, fills: 2 }]);
    expect(JSON.stringify(makers)).not.toContain('key-1');
  });

  it('replaces faults, and refuses what is none', async () => {
    const url = `${stand.anthic.tradeUrl}/sandbox/faults`;
    expect((await post(url, { drop: 0.5 })).json).toMatchObject({ drop: 0.5, delay: 0, seed: 1 });
    expect(await get('faults')).toMatchObject({ drop: 0.5 });
    expect(await post(url, { dorp: 0.5 })).toMatchObject({
      status: 400,
      json: { error: { message: expect.stringMatching(/^dorp/) } },
    });
    expect(await post(url, { drop: 2 })).toMatchObject({
      status: 400,
      json: { error: { message: expect.stringMatching(/^drop/) } },
    });
    expect((await post(url)).json).toMatchObject({ drop: 0 });
  });

  it('tells events as they happen, from any of them on', async () => {
    const ending = new AbortController();
    const response = await fetch(`${stand.anthic.tradeUrl}/sandbox/events`, {
      headers: { 'last-event-id': '3' },
      signal: ending.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) text += Buffer.from(chunk);
    })().catch(() => {});
    const told = () =>
      text
        .split('\n\n')
        .filter((each) => each.endsWith('}'))
        .map((each) => JSON.parse(each.slice(each.indexOf('data: ') + 6)));
    await expect.poll(() => told().length, WAIT).toBe(stand.events.length - 3);
    await stand.submit('00');
    await expect.poll(() => told().at(-1), WAIT).toMatchObject({ type: 'order-refused', code: 'order-invalid' });
    expect(told()[0]).toMatchObject({ sequence: 4, at: expect.any(Number) });
    ending.abort();
    await reading;
  });

  it('takes any start it is given', async () => {
    const ending = new AbortController();
    const headers = { 'last-event-id': 'x' };
    const response = await fetch(`${stand.anthic.tradeUrl}/sandbox/events`, { headers, signal: ending.signal });
    expect(response.status).toBe(200);
    ending.abort();
  });
});

describe('the feed', () => {
  it('keeps the last events only, and calls who listens until they stop', () => {
    const feed = new EventFeed(() => 5);
    const heard: number[] = [];
    feed.listen(() => {
      throw new Error('a listener that fails');
    });
    const stop = feed.listen(({ sequence }) => void heard.push(sequence));
    for (let n = 0; n < 2500; n++) feed.emit({ type: 'solver-connected', solvers: n });
    stop();
    feed.emit({ type: 'solver-disconnected', solvers: 0 });
    expect(heard).toHaveLength(2500);
    expect(feed.since(2499)).toEqual([
      { sequence: 2500, at: 5, type: 'solver-connected', solvers: 2499 },
      { sequence: 2501, at: 5, type: 'solver-disconnected', solvers: 0 },
    ]);
    expect(feed.since(0).length).toBeLessThanOrEqual(2000);
  });
});
