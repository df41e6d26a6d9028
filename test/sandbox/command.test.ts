import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { sandboxCommand } from '../../src/cli/sandbox.js';
import { cli, Sink, temporaryFolder } from '../cli/support.js';
import { post } from '../support/gateway.js';

/** The command, on a program that answers as an engine would where nothing is executed. */

const folder = temporaryFolder();
const engine = folder.write(
  'engine.cjs',
  `#!/usr/bin/env node
  let clock;
  const answers = {
    'world.start': ({ epoch, proposerTimestampMs }) => (clock = { epoch, round: 0, proposerTimestampMs }),
    'clock.get': () => clock,
    'clock.advance': ({ proposerTimestampMs }) => (clock = { ...clock, round: clock.round + 1, proposerTimestampMs }),
    'token.create': () => ({ address: 'resource_sim1tknxxxxxxxxxradxrdxxxxxxxxx009923554798xxxxxxxxxakj8n3' }),
    'account.create': () => ({ address: 'account_sim128f6jadgh8jn7zy8pc6u508q38m8ag2dxc8433u5q639yvymhww3r6' }),
    'account.fund': () => ({}),
    'account.balances': ({ accounts }) => ({ [accounts[0]]: {} }),
  };
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (clock && clock.epoch === 666 && method === 'clock.advance') process.exit(9);
    console.log(JSON.stringify({ id, result: answers[method](params) }));
  });`,
  0o700,
);
const env = { ANTHIC_ENGINE: engine };
const ACCOUNT = 'account_sim128f6jadgh8jn7zy8pc6u508q38m8ag2dxc8433u5q639yvymhww3r6';

/** Starts the command inside this process and waits for what it prints first. */
async function start(...args: string[]) {
  const signals = new EventEmitter();
  const stdout = new PassThrough();
  const io = { stdin: Readable.from([]), stdout, stderr: new Sink(), env };
  const ended = sandboxCommand(io, signals).parseAsync(['--port', '0', ...args], { from: 'user' });
  ended.catch(() => {});
  const text = await new Promise<string>((resolve) => stdout.once('data', (chunk) => resolve(String(chunk))));
  return { text, ended, signals };
}

describe('anthic-solver sandbox', () => {
  it('prints where it is and how to use it, until a signal ends it', async () => {
    const key = '33'.repeat(32);
    const { text, ended, signals } = await start(
      '--token',
      'xUSDC:6',
      '--fund',
      `${key}=5 XRD`,
      '--fund',
      `${ACCOUNT}=1 xUSDC`,
      '--fund',
      `02${key}=1 XRD`,
    );
    expect(text).toMatch(/^gateway {7}http:\/\/127\.0\.0\.1:\d+\n/);
    expect(text).toContain('simulator (242), epoch 1000');
    expect(text).toContain('every 1000 ms');
    expect(text).toMatch(/token xUSDC {3}resource_sim1\w+ \(6\)/);
    expect(text).toContain(`account       ${ACCOUNT}`);
    expect(text).toMatch(/anthic-solver run --network simulator --gateway http/);
    const url = /http:\S+/.exec(text)![0];
    signals.emit('SIGINT');
    await ended;
    await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
  });

  it('prints JSON', async () => {
    const world = folder.write('world.json', JSON.stringify({ accounts: [{ name: 'me', address: ACCOUNT }] }));
    const faults = folder.write('faults.json', '[{ "fault": { "type": "rate-limit" } }]');
    const { text, ended, signals } = await start(
      '--json',
      '--manual',
      '--network',
      'stokenet',
      '--epoch',
      '5',
      '--world',
      world,
      '--faults',
      faults,
    );
    const said = JSON.parse(text);
    expect(said).toMatchObject({
      network: { id: 2, name: 'stokenet' },
      epoch: 5,
      tokens: [],
      accounts: [{ name: 'me', address: ACCOUNT }],
    });
    expect((await post(`${said.gateway}/status/gateway-status`)).status).toBe(429);
    expect((await post(`${said.gateway}/sandbox/rounds`, {})).json).toMatchObject({ round: 1 });
    signals.emit('SIGTERM');
    await ended;
  });

  it('says how rounds go when they do not by themselves', async () => {
    const { text, ended, signals } = await start('--manual');
    expect(text).toMatch(/rounds {8}by POST http/);
    signals.emit('SIGTERM');
    await ended;
  });

  it('ends when its engine does', async () => {
    const { ended } = await start('--epoch', '666', '--round', '5');
    await expect(ended).rejects.toMatchObject({ code: 'engine-died' });
  });

  it.each([
    [['--token', 'xUSDC'], 2, '--token: expected such as xUSDC:6'],
    [['--token', 'xUSDC:19'], 2, '--token'],
    [['--fund', 'me'], 2, '--fund: expected such as'],
    [['--fund', 'me=5 XRD'], 2, 'expected an account or a public key'],
    [['--port', '70000'], 2, 'expected a port'],
    [['--round', 'soon'], 2, 'expected a whole number'],
    [['--world', '/no/such/file'], 3, 'cannot read /no/such/file'],
  ])('with %j exits with %i', async (args, status, message) => {
    const outcome = await cli(['sandbox', ...args], '', env);
    expect([outcome.status, outcome.stderr]).toEqual([status, expect.stringContaining(message)]);
  });

  it('names the place in a file that is wrong', async () => {
    const wrong = folder.write('wrong.json', '{ "tokens": [{ "symbol": 5 }] }');
    const outcome = await cli(['sandbox', '--world', wrong], '', env);
    expect([outcome.status, outcome.stderr]).toEqual([
      2,
      expect.stringContaining('wrong.json at tokens[0].symbol: expected a string'),
    ]);
    const torn = folder.write('torn.json', '{');
    expect((await cli(['sandbox', '--faults', torn], '', env)).stderr).toContain('torn.json: ');
  });

  it('without an engine says in one sentence what to do', async () => {
    const outcome = await cli(['sandbox'], '', { ANTHIC_ENGINE_CACHE: folder.path('nothing') });
    expect([outcome.status, outcome.stderr]).toEqual([
      1,
      'error: the engine has not been built: run `npm run engine:build` in a checkout of the project [engine-missing]\n',
    ]);
  });

  it('on a port in use says so, and leaves no engine behind', async () => {
    const { text, ended, signals } = await start('--json');
    const { port } = new URL(JSON.parse(text).gateway);
    const outcome = await cli(['sandbox', '--port', port], '', env);
    expect([outcome.status, outcome.stderr]).toEqual([1, expect.stringContaining('EADDRINUSE')]);
    signals.emit('SIGTERM');
    await ended;
  });

  describe('with --anthic', () => {
    const keys = folder.path('keys');

    it('starts a local Anthic, and says where and that it is none', async () => {
      const { text, ended, signals } = await start('--anthic', '--keys', keys);
      expect(text).toMatch(/local Anthic {10}a test stand: nothing of it is the real one/);
      expect(text).toMatch(/page {18}http:\/\/127.0.0.1:\d+\/ {2}\(watch it, and place orders by hand\)/);
      expect(text).toMatch(/pairs {17}xwBTC\/xUSDC, xETH\/xUSDC, XRD\/xUSDC/);
      expect(text).toMatch(/a solver {14}anthic-solver run .* --stream ws:\S+ --key-file \S+solver.key --submit/);
      for (const name of ['user.key', 'maker-1.key', 'maker-1.api-key', 'anthic.key']) {
        expect(statSync(join(keys, name)).mode & 0o777).toBe(0o600);
      }
      const apiKey = readFileSync(join(keys, 'maker-1.api-key'), 'utf8').trim();
      const secret = readFileSync(join(keys, 'user.key'), 'utf8').trim();
      expect(text).not.toContain(apiKey);
      expect(text).not.toContain(secret);
      const url = /trade API\s+(\S+)/.exec(text)![1]!;
      const account = await fetch(`${url}/instamint/account`, { headers: { 'ANTHIC-API-KEY': apiKey } });
      expect(account.status).toBe(200);
      signals.emit('SIGINT');
      await ended;
      await expect(fetch(url)).rejects.toThrow('fetch failed');
    });

    it('uses the keys of an earlier run, and the settings of a file', async () => {
      const before = readFileSync(join(keys, 'user.key'), 'utf8');
      const settings = folder.write(
        'settings.json',
        JSON.stringify({
          tokens: [
            { symbol: 'XRD', divisibility: 18 },
            { symbol: 'xUSDC', divisibility: 6 },
          ],
          pairs: [{ base: 'XRD', quote: 'xUSDC' }],
        }),
      );
      const { text, ended, signals } = await start('--anthic', settings, '--keys', keys, '--json');
      const said = JSON.parse(text);
      expect(said.anthic).toMatchObject({
        testStand: true,
        page: expect.stringMatching(/^http:.*\/$/),
        trade: expect.stringMatching(/^http:/),
        flash: expect.stringMatching(/^ws:/),
        solver: expect.stringMatching(/subintent-stream$/),
        pairs: [{ base: 'XRD', quote: 'xUSDC' }],
      });
      expect(said.anthic.files).toEqual({
        user: join(keys, 'user.key'),
        'user-2': join(keys, 'user-2.key'),
        solver: join(keys, 'solver.key'),
        anthic: join(keys, 'anthic.key'),
      });
      expect(readFileSync(join(keys, 'user.key'), 'utf8')).toBe(before);
      signals.emit('SIGTERM');
      await ended;
    });

    it('uses the API keys of an earlier run too', async () => {
      const before = readFileSync(join(keys, 'maker-2.api-key'), 'utf8');
      const { ended, signals } = await start('--anthic', '--keys', keys);
      expect(readFileSync(join(keys, 'maker-2.api-key'), 'utf8')).toBe(before);
      signals.emit('SIGTERM');
      await ended;
    });

    it('names the setting that is wrong, and the folder that cannot be', async () => {
      const wrong = folder.write('anthic.json', '{ "tokens": 5 }');
      const outcome = await cli(['sandbox', '--port', '0', '--anthic', wrong, '--keys', keys], '', env);
      expect([outcome.status, outcome.stderr]).toEqual([2, expect.stringContaining('anthic.json at tokens: ')]);
      const folderless = await cli(['sandbox', '--port', '0', '--anthic', '--keys', `${wrong}/x`], '', env);
      expect([folderless.status, folderless.stderr]).toEqual([2, expect.stringContaining('--keys: cannot make')]);
      const bad = folder.path('unreadable');
      mkdirSync(join(bad, 'maker-1.api-key'), { recursive: true });
      const unreadable = await cli(['sandbox', '--port', '0', '--anthic', '--keys', bad], '', env);
      expect([unreadable.status, unreadable.stderr]).toEqual([3, expect.stringContaining('maker-1.api-key')]);
    });
  });
});
