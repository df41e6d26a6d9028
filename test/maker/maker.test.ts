import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiKey } from '../../src/anthic/apiKey.js';
import { parseLimitOrder } from '../../src/anthic/limitOrder.js';
import { systemClock } from '../../src/anthic/stream/clock.js';
import { parseAmount } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import { Maker, type MakerOptions } from '../../src/maker/maker.js';
import { parsePricing } from '../../src/maker/pricing.js';
import { readReport } from '../../src/maker/report.js';
import { MakerStore } from '../../src/maker/store.js';
import type { SolverEvent } from '../../src/observe/event.js';
import { formatAddress } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { SolverKey } from '../../src/transaction/solverKey.js';
import { temporaryFolder } from '../cli/support.js';
import { FlashServer, newOrder } from '../support/flashServer.js';
import { BTC, fillOf, NETWORK, pricingOf, termsOf, USDC } from './support.js';

const folder = temporaryFolder();
const BOOK = 'platform.price_books.on_change';
const FILL = 'platform.fills.fill';
const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 5 });
const amount = parseAmount;

/** A ledger that knows what a test tells it. */
class FakeLedger {
  stateVersion = 10;
  ageMs = 0;
  proposerTimestampMs = Date.now();
  failure: Error | undefined;
  balances_ = new Map([
    [BTC.address, amount('1')],
    [USDC.address, amount('100000')],
  ]);
  readonly settled = new Map<string, { by: string; stateVersion: number }>();
  changes: { entity: string; resource: string; change: bigint }[] | undefined = [];

  clock = {
    clockAt: () => ({
      epoch: 7n,
      timestamp: 0n,
      stateVersion: 0,
      proposerTimestampMs: 0,
      endpoint: '',
      ageMs: this.ageMs,
      skewMs: 0,
    }),
    staleness: (maxAgeMs: number) => (this.ageMs > maxAgeMs ? `no newer time for ${this.ageMs} ms` : undefined),
  };

  private get state() {
    const { stateVersion, proposerTimestampMs } = this;
    return { network: '', epoch: 7, round: 1, stateVersion, proposerTimestampMs };
  }

  async balances() {
    if (this.failure !== undefined) throw this.failure;
    return { ledger: this.state, amounts: new Map(this.balances_) };
  }

  async subintentStatus(id: string) {
    if (this.failure !== undefined) throw this.failure;
    return { ledger: this.state, finalized: this.settled.get(id) };
  }

  async committedDetails() {
    return { balances: this.changes === undefined ? undefined : { changes: this.changes, fees: [] } } as any;
  }
}

describe('the market maker', () => {
  const key = SolverKey.generate('Ed25519');
  const account = preallocatedAccount(key.publicKey);
  const address = formatAddress(account, NETWORK);
  let server: FlashServer;
  let ledger: FakeLedger;
  let makers: Maker[];
  let stores: MakerStore[];
  let events: SolverEvent[];
  let file: string;
  let files = 0;

  const make = (change: Partial<MakerOptions> = {}, pricing: object = { pairs: [pricingOf({ minGain: '-1000' })] }) => {
    const store = MakerStore.open(file, { network: NETWORK, account: address }, Date.now);
    stores.push(store);
    const maker = new Maker({
      signer: { network: NETWORK, account, key, expirySeconds: 30, discriminator: () => BigInt(events.length) },
      ...{ address, submit: true, store, ledger, clock: systemClock },
      flash: {
        ...{ urls: [server.url], apiKey: new ApiKey('k'), connections: 2 },
        ...{ backoffBaseMs: 10, backoffCapMs: 30, fillTimeoutMs: 200, closeTimeoutMs: 150 },
      },
      terms: async () => termsOf(),
      pricing: parsePricing(JSON.stringify(pricing)),
      ...{ marginMs: 100, maxClockAgeMs: 5000, maxPricingAgeMs: undefined, pollMs: 20, termsMs: 20, statusMs: 20 },
      emit: (event) => events.push(event),
      ...change,
    });
    makers.push(maker);
    return maker;
  };
  const quoting = async (change: Partial<MakerOptions> = {}, pricing?: object) => {
    const maker = make(change, pricing);
    await maker.start();
    await server.called(BOOK);
    await server.called('platform.new_orders.start_stream', 2);
    return maker;
  };
  const sells = (id: string, btc: string, usdc: string, change: object = {}) => {
    const limit_order = { sell: { symbol: 'xwBTC', amount: btc }, buy: { symbol: 'xUSDC', amount: usdc } };
    server.notify('platform.new_orders.new', newOrder(id, { limit_order, ...change }));
  };
  const found = async <T extends SolverEvent['type']>(type: T, match: object = {}) => {
    await until(() => expect(events).toContainEqual(expect.objectContaining({ type, ...match })));
    return events.find((event) => event.type === type) as Extract<SolverEvent, { type: T }>;
  };
  const lastBook = () => server.calls(BOOK).at(-1)!.params;
  const stopAll = async () => {
    for (const maker of makers.splice(0)) await maker.stop(500);
    for (const store of stores.splice(0)) store.close();
  };

  beforeEach(async () => {
    server = await FlashServer.start();
    ledger = new FakeLedger();
    [makers, stores, events] = [[], [], []];
    file = folder.path(`maker${files++}.sqlite`);
  });

  afterEach(async () => {
    await stopAll();
    await server.close();
    expect(events.filter(({ type }) => type === 'internal-error')).toEqual([]);
  });

  it('names a store whose fills settled later than the ledger is old', async () => {
    const earlier = MakerStore.open(file, { network: NETWORK, account: address }, Date.now);
    earlier.writeAhead(fillOf('a'));
    earlier.settled('a', 'txid_1', 11);
    earlier.close();
    await make().start();
    const { why } = await found('quotes-paused');
    expect(why).toContain(`the ledger is at state 10 only, and a fill of ${stores[0]!.path} settled at 11`);
    ledger.stateVersion = 11;
    await found('quotes-resumed');
  });

  it('quotes, fills with the order turned round, and reserves until the ledger has it', async () => {
    await quoting();
    expect(lastBook()).toEqual({
      pair: { base: 'xwBTC', quote: 'xUSDC' },
      bids: [['99900', '0.5']],
      asks: [['100100', '0.5']],
    });
    sells('one', '0.4', '39960');
    const [fill] = await server.called(FILL);
    const { order_id, signed_partial_transaction: hex } = fill!.params;
    const decoded = decodeTransaction('SignedPartialTransactionV2', fromHex(hex));
    const subintent = decoded.partialTransaction.rootSubintent;
    expect(order_id).toBe('one');
    expect(parseLimitOrder(subintent)).toMatchObject({
      account,
      sell: { resource: USDC.resource, amount: amount('39960') },
      buy: { resource: BTC.resource, amount: amount('0.4') },
      withdrawn: amount('39960.202'),
      fees: [0n, amount('0.202')],
    });
    const { header } = subintent.value.intentCore;
    const expires = Number(header.value.maxProposerTimestampExclusive) - Date.now() / 1000;
    expect(expires).toBeGreaterThan(15);
    expect(expires).toBeLessThanOrEqual(30);
    expect(header.value).toMatchObject({ networkId: NETWORK, startEpochInclusive: 7n });
    await found('fill-answered', { answer: 'accepted' });
    // 100000 − 39960.202 buy 0.6 at 99900: less than before is left, but 0.5 still.
    sells('two', '0.5', '49950');
    await server.called(FILL, 2);
    await until(() => expect(lastBook().bids).toEqual([['99900', '0.10099493']]));

    const { subintentId } = await found('fill-written', { orderId: 'one' });
    ledger.settled.set(subintentId, { by: 'txid_1', stateVersion: 12 });
    ledger.changes = [
      { entity: address, resource: USDC.address, change: -amount('39960.1') },
      { entity: address, resource: BTC.address, change: amount('0.4') },
      { entity: 'account_other', resource: BTC.address, change: -amount('0.4') },
    ];
    server.execute('one', { started: {} });
    server.execute('one', { completed: { outcome: 'Settled' } });
    await found('fill-ended', { orderId: 'one', state: 'settled', txid: 'txid_1' });
    // The balance that is known is from before: nothing is freed yet.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(lastBook().bids).toEqual([['99900', '0.10099493']]);
    ledger.balances_ = new Map([
      [BTC.address, amount('1.4')],
      [USDC.address, amount('60039.9')],
    ]);
    ledger.stateVersion = 12;
    // 60039.9 − 49950.202 − 0.202, at 99900.
    await until(() => expect(lastBook().bids).toEqual([['99900', '0.10099595']]));
    await until(() => {
      const { tokens, position, fills } = readReport(file);
      expect({ position, fills }).toEqual({ position: 2, fills: { open: 1, settled: 1, expired: 0 } });
      expect(tokens[0]).toMatchObject({ symbol: 'xUSDC', net: -amount('39960.202'), ledger: -amount('39960.1') });
    });
  });

  it('fills an order once, from however many connections it comes, and knows it after a restart', async () => {
    await quoting();
    sells('one', '0.1', '9990');
    await server.called(FILL);
    await found('fill-answered');
    await stopAll();
    server.heard.length = 0;
    await quoting();
    sells('one', '0.1', '9990');
    sells('two', '0.1', '9990');
    await server.called(FILL);
    expect(server.calls(FILL).map(({ params }) => params.order_id)).toEqual(['two']);
  });

  it('never promises the same balance twice, however many orders come at once', async () => {
    await quoting();
    // Each is within the book; all of them are not.
    for (let i = 0; i < 10; i++) sells(`o${i}`, '0.3', '29970');
    await until(() => expect(events.filter(({ type }) => type === 'order-declined')).toHaveLength(7));
    await server.called(FILL, 3);
    expect(readReport(file).declined).toEqual({ 'beyond-book': 7 });
  });

  it('declines what is late, stale, or more than is quoted, and says why', async () => {
    await quoting();
    sells('late', '0.1', '9990', { fill_before: Math.floor(Date.now() / 1000) - 1 });
    sells('greedy', '0.1', '9990.1');
    sells('huge', '0.6', '1');
    server.notify(
      'platform.new_orders.new',
      newOrder('other', { limit_order: { sell: { symbol: 'X', amount: '1' }, buy: { symbol: 'xUSDC', amount: '1' } } }),
    );
    const codes = () => events.flatMap((event) => (event.type === 'order-declined' ? [event.code] : []));
    await until(() => expect(codes()).toEqual(['too-late', 'worse-than-book', 'beyond-book', 'not-quoted']));
    expect(server.calls(FILL)).toEqual([]);
  });

  it('counts new prices from the next order on, and takes back pairs that are gone', async () => {
    const maker = await quoting();
    maker.reprice(parsePricing(JSON.stringify({ pairs: [pricingOf({ price: '90000', minGain: '-1000' })] })));
    sells('stale', '0.1', '9990');
    await found('order-declined', { orderId: 'stale', code: 'worse-than-book' });
    await until(() => expect(lastBook().bids).toEqual([['89910', '0.5']]));
    maker.reprice(parsePricing('{"pairs":[{"base":"DOGE","quote":"xUSDC","price":"1","spread":"0","size":"1"}]}'));
    await until(() => expect(lastBook()).toMatchObject({ pair: { base: 'xwBTC' }, bids: [], asks: [] }));
    await found('pair-not-quoted', { pair: 'DOGE/xUSDC' });
  });

  it('keeps a refused fill reserved until the ledger is past its expiry', async () => {
    ledger.balances_.set(USDC.address, amount('60000'));
    await quoting();
    server.react.set(FILL, () => ({ error: { code: -32012, message: 'bad signature' } }));
    sells('one', '0.5', '49950');
    await found('fill-answered', { answer: 'refused', detail: '-32012: bad signature' });
    await until(() => expect(lastBook().bids).toEqual([['99900', '0.10059655']]));
    ledger.proposerTimestampMs = Date.now() + 60_000;
    await found('fill-ended', { orderId: 'one', state: 'expired' });
    expect(readReport(file).fills).toEqual({ open: 0, settled: 0, expired: 1 });
    await until(() => expect(lastBook().bids).toEqual([['99900', '0.5']]));
  });

  it('holds an unanswered fill open: it may have arrived', async () => {
    await quoting();
    server.react.set(FILL, () => 'silence');
    sells('one', '0.1', '9990', { fill_before: Math.floor(Date.now() / 1000) + 2 });
    await found('fill-answered', { answer: 'unknown' });
    expect(readReport(file).fills.open).toBe(1);
    expect(server.calls(FILL).length).toBeGreaterThan(1);
    expect(new Set(server.calls(FILL).map(({ params }) => params.signed_partial_transaction)).size).toBe(1);
  });

  it('quotes nothing while it does not know the time, the balances or the terms', async () => {
    ledger.ageMs = 10_000;
    let fails = true;
    const maker = make({
      terms: async () => {
        if (fails) throw new Error('down');
        return termsOf();
      },
    });
    await maker.start();
    await server.called('platform.new_orders.start_stream', 2);
    sells('one', '0.1', '9990');
    await found('order-declined', { orderId: 'one', code: 'no-terms' });
    await found('quotes-paused', { why: 'the terms of the Trade API are not known' });
    fails = false;
    await until(() => expect(events.filter(({ type }) => type === 'maker-status').length).toBeGreaterThan(3));
    sells('two', '0.1', '9990');
    await found('order-declined', { orderId: 'two', code: 'clock-stale' });
    expect(server.calls(BOOK)).toEqual([]);
    ledger.ageMs = 0;
    await server.called(BOOK);
    // A Gateway that is down says nothing new, and what is known still counts.
    ledger.failure = new Error('no Gateway');
    await found('ledger-look-failed', { detail: 'no Gateway' });
    ledger.ageMs = 10_000;
    await until(() => expect(lastBook()).toMatchObject({ bids: [], asks: [] }));
  });

  it('takes its prices back when nobody has renewed them', async () => {
    const maker = await quoting({ maxPricingAgeMs: 300 });
    await until(() => expect(lastBook()).toMatchObject({ bids: [], asks: [] }));
    await found('quotes-paused', { why: 'the prices are older than 300 ms' });
    maker.reprice(parsePricing(JSON.stringify({ pairs: [pricingOf({ price: '90000' })] })));
    await until(() => expect(server.calls(BOOK).map(({ params }) => params.bids[0]?.[0])).toContain('89910'));
    await found('quotes-resumed');
  });

  it('fills nothing at prices that nobody has renewed, however long its servers take', async () => {
    let slow: Promise<void> | undefined;
    let answer = () => {};
    const terms = async () => {
      await slow;
      return termsOf();
    };
    await quoting({ terms, maxPricingAgeMs: 1000 });
    slow = new Promise((resolve) => {
      answer = resolve;
    });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    sells('one', '0.1', '9990');
    await found('order-declined', { orderId: 'one', code: 'prices-stale' });
    expect(server.calls(FILL)).toEqual([]);
    answer();
  });

  it('begins with prices as old as their file', async () => {
    const maker = make({ maxPricingAgeMs: 5000, pricingAgeMs: 5001 });
    await maker.start();
    await found('quotes-paused', { why: 'the prices are older than 5000 ms' });
    expect(server.calls(BOOK)).toEqual([]);
    maker.reprice(parsePricing(JSON.stringify({ pairs: [pricingOf()] })), 1000);
    await server.called(BOOK);
  });

  it('asks the store once only what it has yet to read, and the ledger until it knows', async () => {
    const asked = vi.spyOn(MakerStore.prototype, 'transactionsWithoutChanges');
    ledger.changes = undefined;
    const details = vi.spyOn(ledger, 'committedDetails');
    await quoting();
    sells('one', '0.1', '9990');
    const { subintentId } = await found('fill-written');
    ledger.settled.set(subintentId, { by: 'txid', stateVersion: 11 });
    await until(() => expect(details.mock.calls.length).toBeGreaterThan(2));
    expect(readReport(file).pending).toBe(1);
    ledger.changes = [{ entity: address, resource: USDC.address, change: -1n }];
    await until(() => expect(readReport(file).pending).toBe(0));
    const { length } = details.mock.calls;
    await stopAll();
    expect(details.mock.calls.length).toBe(length);
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
  });

  it('as a dry run sends neither prices nor fills', async () => {
    const maker = make({ submit: false });
    await maker.start();
    await server.called('platform.new_orders.start_stream', 2);
    await found('book-quoted', { pair: 'xwBTC/xUSDC', levels: 2 });
    sells('one', '0.1', '9990');
    await found('order-declined', { orderId: 'one', code: 'dry-run' });
    expect(server.calls(BOOK)).toEqual([]);
    expect(server.calls(FILL)).toEqual([]);
  });

  it('takes its prices back when it stops, and fills nothing more', async () => {
    const maker = await quoting();
    server.react.set(FILL, () => 'silence');
    sells('one', '0.1', '9990', { fill_before: Math.floor(Date.now() / 1000) + 2 });
    await server.called(FILL);
    const stopped = maker.stop(5000);
    await until(() => expect(lastBook()).toMatchObject({ bids: [], asks: [] }));
    sells('two', '0.1', '9990');
    await found('order-declined', { orderId: 'two', code: 'stopping' });
    expect(await stopped).toEqual({ inFlight: 1 });
    await until(() => expect(server.connections).toBe(0));
  });

  it('does not wait for an order that may wait for ever', async () => {
    const maker = await quoting();
    server.react.set(FILL, () => 'silence');
    sells('one', '0.1', '9990', { fill_before: Math.floor(Date.now() / 1000) + 1_000_000 });
    await server.called(FILL);
    expect(await maker.stop(0)).toEqual({ inFlight: 1 });
    expect(events).toContainEqual(expect.objectContaining({ type: 'fill-answered', answer: 'unknown' }));
  });

  it('after a crash looks up first what was promised, and takes back what was quoted', async () => {
    const before = MakerStore.open(file, { network: NETWORK, account: address }, Date.now);
    const big = {
      sold: { symbol: 'xUSDC', resource: USDC.address, amount: amount('60000') },
      expiresAt: Date.now() + 30_000,
    };
    before.writeAhead(fillOf('written', big));
    before.writeAhead(fillOf('settled', { ...big, sold: { ...big.sold, amount: amount('30000') } }));
    before.quoting({ base: 'XRD', quote: 'xUSDC' });
    before.executed({
      sequence: 1,
      occurredAt: 0,
      orderId: 'other',
      change: { type: 'started', subintentId: undefined },
    });
    before.close();
    server.history = [
      {},
      { sequence_number: 2, occurred_at: 1, order_id: 'settled', change: { completed: { outcome: 'Settled' } } },
    ];
    ledger.settled.set(fillOf('settled').subintentId, { by: 'txid_2', stateVersion: 9 });
    ledger.balances_.set(USDC.address, amount('69999'));
    await quoting();
    await until(() =>
      expect(readReport(file)).toMatchObject({ position: 2, fills: { open: 1, settled: 1, expired: 0 } }),
    );
    const books = new Map(server.calls(BOOK).map(({ params }) => [params.pair.base, params]));
    expect(books.get('XRD')).toMatchObject({ bids: [], asks: [] });
    // 69999 − 60000.202 − 0.202, at 99900.
    expect(books.get('xwBTC').bids).toEqual([['99900', '0.10008604']]);
    ledger.proposerTimestampMs = Date.now() + 60_000;
    await until(() => expect(lastBook().bids).toEqual([['99900', '0.5']]));
  });

  it('promises nothing when it cannot write down', async () => {
    await quoting();
    stores[0]!.writeAhead = () => {
      throw new Error('disk full');
    };
    sells('one', '0.5', '49950');
    await found('flash-consumer-failed', { detail: 'disk full' });
    sells('two', '0.5', '49950');
    await until(() => expect(events.filter(({ type }) => type === 'flash-consumer-failed')).toHaveLength(2));
    expect(server.calls(FILL)).toEqual([]);
    await found('maker-status', { openFills: 0 });
  });
});
