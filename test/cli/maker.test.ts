import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { makerCommand } from '../../src/cli/maker.js';
import { LedgerClock } from '../../src/ledger/clock.js';
import { Maker } from '../../src/maker/maker.js';
import { PricingFile } from '../../src/maker/pricingFile.js';
import { MakerStore } from '../../src/maker/store.js';
import { fillOf, pricingOf } from '../maker/support.js';
import { FlashServer } from '../support/flashServer.js';
import { ruleSandbox } from '../support/ruleSandbox.js';
import { cli, jsonLines, Sink, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const pricing = folder.write('pricing.json', JSON.stringify({ pairs: [pricingOf()] }));

const key = folder.write('maker.key', `ed25519:${'11'.repeat(32)}\n`);

/** Settings of a maker on this machine. */
function settings(change: object = {}): string {
  const all = {
    network: 'simulator',
    flash: ['ws://127.0.0.1:1/'],
    trade: 'http://127.0.0.1:1',
    gateways: ['http://127.0.0.1:1'],
    pricing,
    store: folder.path('maker.sqlite'),
    keyFile: key,
    ...change,
  };
  return folder.write('maker.json', JSON.stringify(all));
}

describe('maker', () => {
  it('tells every mistake of its settings at once, by name', async () => {
    const config = settings({
      spred: 1,
      expirySeconds: 5,
      network: 'mars',
      shapes: { fillOrder: 'x' },
      trade: 'http://x.io',
    });
    const { status, stderr } = await cli(['maker', '--config', config, '--connections', 'many']);
    expect(status).toBe(2);
    expect(stderr).toContain('spred: there is no such setting');
    expect(stderr).toMatch(/maker\.json: expirySeconds: expected a whole number from 20 to 60, got 5/);
    expect(stderr).toContain('maker.json: network: expected an id');
    expect(stderr).toContain('--connections: expected a whole number');
    expect(stderr).toContain('Unrecognized key: "fillOrder"');
    expect(stderr).toContain('trade: Trade API: expected https:');
    expect(stderr).toContain('error: the settings have 6 errors [bad-config]');
  });

  it('names what is missing, and files that cannot be read', async () => {
    expect((await cli(['maker'])).stderr).toContain('flash: required: give --flash or the key flash of a file');
    expect((await cli(['maker', '--config', folder.path('none')])).stderr).toContain('none: cannot be read');
    expect((await cli(['maker', '--config', folder.write('bad', '{"keyFile"')])).stderr).toContain(
      'expected a JSON object',
    );
    expect((await cli(['maker', '--config', folder.write('bad', '[]')])).stderr).toContain('expected a JSON object');
  });

  it('needs a private key and an API key', async () => {
    const unsigned = await cli(['maker', '--config', settings({ keyFile: undefined })]);
    expect([unsigned.status, unsigned.stderr]).toEqual([
      2,
      expect.stringContaining('give --key-file or ANTHIC_SOLVER_KEY'),
    ]);
    const config = settings();
    const missing = await cli(['maker', '--config', config]);
    expect([missing.status, missing.stderr]).toEqual([
      2,
      expect.stringContaining('give --api-key-file or ANTHIC_API_KEY'),
    ]);
    const unread = await cli(['maker', '--config', config, '--api-key-file', folder.path('none')]);
    expect(unread.status).toBe(3);
    const bad = await cli(['maker', '--config', config, '--api-key-file', folder.write('api.key', 'two words')]);
    expect([bad.status, bad.stderr]).toEqual([3, expect.stringContaining('[bad-api-key]')]);
  });

  it('refuses a bad pricing file by its field', async () => {
    const bad = folder.write('bad.json', JSON.stringify({ pairs: [pricingOf({ price: 1 })] }));
    const { status, stderr } = await cli(['maker', '--config', settings({ pricing: bad })], '', {
      ANTHIC_API_KEY: 'k',
    });
    expect(status).toBe(2);
    expect(stderr).toContain(`error: ${bad}: pairs[0].price: expected an amount above 0`);
    const none = settings({ pricing: folder.path('no-pricing.json') });
    const missing = await cli(['maker', '--config', none], '', { ANTHIC_API_KEY: 'k' });
    expect(missing.status).toBe(3);
    expect(missing.stderr).toMatch(/cannot read .*no-pricing.json: no such file/);
  });

  it('runs dry until a signal, with a log of events, a new pricing file and no secrets', async () => {
    const sandbox = await ruleSandbox();
    const flash = await FlashServer.start({ key: 'very-secret' });
    const io = {
      stdin: Readable.from([]),
      stdout: new Sink(),
      stderr: new Sink(),
      env: { ANTHIC_API_KEY: 'very-secret' },
    };
    const signals = new EventEmitter();
    const logged = (event: string) => {
      return vi.waitFor(() => expect(io.stdout.text).toContain(`"event":"${event}"`), { timeout: 8000, interval: 10 });
    };
    try {
      const own = folder.write('own.json', JSON.stringify({ pairs: [pricingOf()] }));
      const config = settings({
        flash: [flash.url],
        gateways: [sandbox.gateway.url],
        pricing: own,
        pricingIntervalMs: 50,
      });
      const command = makerCommand(io, signals, () => {});
      const running = command.parseAsync(['--config', config, '--log-level', 'debug'], { from: 'user' });
      await flash.called('platform.new_orders.start_stream', 2);
      // There is no Trade API.
      await logged('terms-failed');
      folder.write('own.json', '{');
      await logged('pricing-refused');
      folder.write('own.json', JSON.stringify({ pairs: [], tokens: { xUSCD: { max: '5' } } }));
      await vi.waitFor(() => expect(io.stdout.text.match(/pricing-changed/g)).toHaveLength(2), { timeout: 8000 });
      await logged('pricing-limits-unused');
      expect(io.stdout.text).toContain('"symbols":["xUSCD"]');
      signals.emit('SIGTERM');
      await running;
      await logged('stopped');
      expect(io.env).toEqual({});
      expect(io.stdout.text + io.stderr.text).not.toContain('very-secret');
    } finally {
      signals.emit('SIGTERM');
      await flash.close();
      await sandbox.close();
    }
  });
});

describe('a maker that cannot start', () => {
  it('leaves nothing running', async () => {
    const sandbox = await ruleSandbox();
    const clock = vi.spyOn(LedgerClock.prototype, 'run');
    const prices = vi.spyOn(PricingFile.prototype, 'stop');
    const start = vi.spyOn(Maker.prototype, 'start').mockRejectedValueOnce(new Error('the disk is full'));
    try {
      const config = settings({ gateways: [sandbox.gateway.url] });
      const { status, stderr } = await cli(['maker', '--config', config], '', { ANTHIC_API_KEY: 'k' });
      expect([status, stderr]).toEqual([1, expect.stringContaining('the disk is full')]);
      await clock.mock.results[0]!.value;
      expect(clock.mock.calls[0]![0].aborted).toBe(true);
      expect(prices).toHaveBeenCalled();
    } finally {
      for (const spy of [clock, prices, start]) spy.mockRestore();
      await sandbox.close();
    }
  });
});

describe('maker report', () => {
  const file = folder.path('report.sqlite');

  it('tells position and profit', async () => {
    const store = MakerStore.open(file, { network: 242, account: 'account_sim1x' }, () => 5);
    expect((await cli(['maker', 'report', '--store', file])).stdout).toContain(
      'fills      0 settled, 0 expired, 0 open',
    );
    store.writeAhead(fillOf('a'));
    store.settled('a', 'txid_1', 7);
    store.declined(
      { id: 'b', createdAt: 0, fillBefore: 0, sell: { symbol: 'A', amount: 1n }, buy: { symbol: 'B', amount: 1n } },
      'too-late',
      '',
    );
    store.close();
    const text = await cli(['maker', 'report', '--store', file, '--pricing', pricing]);
    expect(text.stdout).toBe(`account       account_sim1x
fills         1 settled, 0 expired, 0 open
declined      1 too-late
execution     read up to number 0
not told yet  1 settlements: their part of \`ledger\` is missing

token  bought  sold   fees       net  ledger
-----  ------  ----  -----  --------  ------
xUSDC       0  99.9  0.202  -100.102       0
xwBTC   0.001     0      0     0.001       0

pair         fills  bought at  sold at   base     quote   price  profit in quote
-----------  -----  ---------  -------  -----  --------  ------  ---------------
xwBTC/xUSDC      1      99900           0.001  -100.102  100000           -0.102
`);
    const [json] = jsonLines(await cli(['maker', 'report', '--store', file, '--json']));
    expect(json).toMatchObject({
      fills: { settled: 1 },
      tokens: [
        { symbol: 'xUSDC', net: '-100.102' },
        { symbol: 'xwBTC', net: '0.001' },
      ],
      pairs: [{ pair: 'xwBTC/xUSDC', boughtAt: '99900', price: '99900', profit: '-0.202' }],
    });
  });

  it('needs a store, and a pricing file that can be read', async () => {
    expect((await cli(['maker', 'report', '--store', folder.path('none')])).status).toBe(3);
    expect((await cli(['maker', 'report', '--store', file, '--pricing', folder.path('none')])).status).toBe(3);
    expect((await cli(['maker', 'report', '--stor'])).status).toBe(2);
  });
});
