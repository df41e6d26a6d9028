import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { formatAmount, parseAmount } from '../../src/base/amount.js';
import { demoCommand } from '../../src/cli/demo.js';
import { type Rule, RuleLedger } from '../../src/sandbox/ledger/ruleLedger.js';
import { Sandbox } from '../../src/sandbox/sandbox.js';
import { payerOf } from '../e2e/world.js';
import { SIM, simulated } from '../sandbox/anthic/support.js';
import { cli, Sink } from './support.js';

/** The demo over a ledger that executes by the solver's own simulation; test/engine has it on the engine. */

const FEE = parseAmount('0.1');
const paid: Rule = (transaction) => ({ ...simulated(transaction), fee: FEE, payer: payerOf(transaction) });

interface Played {
  readonly signals: EventEmitter;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Resolves to the error, if there is one. */
  readonly ended: Promise<any>;
  readonly events: () => any[];
}

function play(args: readonly string[], rule: Rule = paid, change: (sandbox: Sandbox) => void = () => {}): Played {
  const signals = new EventEmitter();
  const [stdout, stderr] = [new Sink(), new Sink()];
  const io = { stdin: Readable.from([]), stdout, stderr, env: {} };
  const command = demoCommand(io, signals, async (options) => {
    const start = { epoch: 50, proposerTimestampMs: Date.now() };
    const ledger = new RuleLedger(SIM, rule, start, () => ({ outcome: 'success', fee: FEE }));
    const sandbox = await Sandbox.over(ledger, { ...options, port: 0 });
    change(sandbox);
    return sandbox;
  });
  const ended = command.parseAsync(['--round', '50', ...args], { from: 'user' }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const events = () =>
    stdout.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return { signals, stdout, stderr, ended, events };
}

describe('anthic-solver demo', () => {
  it('takes every order through all ten steps, and everybody is told right', { timeout: 60_000 }, async () => {
    const { ended, events } = play(['--json']);
    expect(await ended).toBeUndefined();
    const of = (event: string) => events().filter((each) => each.event === event);
    for (const [user, orders] of [
      ['ada', 2],
      ['ben', 1],
      ['cleo', 1],
    ] as const) {
      const steps = of('step').filter((each) => each.of === user);
      for (let step = 1; step <= 10; step++) {
        expect(steps.filter((each) => each.step === step).length).toBeGreaterThanOrEqual(orders);
      }
    }
    const balances = of('balance');
    for (const { change, booked } of balances) expect(change).toBe(booked);
    expect(balances).toContainEqual({
      ...{ event: 'balance', name: 'ben', symbol: 'xETH', before: '1000000', after: '1000002' },
      ...{ change: '2', booked: '2' },
    });
    const [{ networkFees, differences }] = of('books');
    expect(differences).toEqual([]);
    // Nine wrappers at 0.75 XRD.
    const earned = formatAmount(parseAmount('6.75') - parseAmount(networkFees));
    expect(of('earnings')).toEqual([{ event: 'earnings', name: 'solver', booked: earned, ledger: earned }]);
  });

  it('tells a reader the same in words', { timeout: 60_000 }, async () => {
    const { ended, stdout, stderr } = play([]);
    expect(await ended).toBeUndefined();
    expect(stdout.text).toMatch(/^ 5 {2}cleo {2}cleo {5}signs it/m);
    expect(stdout.text).toMatch(/^ 7 {2}cleo {2}anthic {3}asks maker-1 for 0.15 xwBTC, offering [\d.]+ xUSDC$/m);
    expect(stdout.text).toMatch(/all books agree with the ledger to the atto/);
    expect(stdout.text).toMatch(/solver earned (\S+) XRD by its journal, \1 by the ledger/);
    expect(stdout.text + stderr.text).not.toMatch(/[0-9a-f]{48}/);
  });

  it('trades at a rate, measures every step, and loses nothing', { timeout: 60_000 }, async () => {
    const { ended, events } = play(['--load', '3', '--seconds', '6', '--json']);
    expect(await ended).toBeUndefined();
    const [load] = events().filter((each) => each.event === 'load');
    expect(load).toMatchObject({ sent: 18, ends: { settled: 18 }, lost: [], fillRate: 1 });
    expect(Object.keys(load.latency)).toEqual([
      ...['accepted → asked', 'asked → filled', 'filled → pushed', 'pushed → submitted', 'submitted → settled'],
      'accepted → settled',
    ]);
    expect(load.latency['accepted → settled'].p50).toBeGreaterThan(0);
    expect(events().some((each) => each.event === 'progress')).toBe(true);
  });

  it('says so where the ledger moves anything that nobody has booked', { timeout: 60_000 }, async () => {
    const odd: Rule = (transaction) => {
      const ruling = paid(transaction);
      const [[account, changes]] = Object.entries(ruling.changes ?? {}) as [[string, Record<string, bigint>]];
      const [[resource, amount]] = Object.entries(changes) as [[string, bigint]];
      return { ...ruling, changes: { ...ruling.changes, [account]: { ...changes, [resource]: amount + 1n } } };
    };
    const { ended, stdout } = play(['--load', '1', '--seconds', '1'], odd);
    expect(await ended).toMatchObject({ code: 'books-differ', exitStatus: 1 });
    expect(stdout.text).toMatch(/DIFFERS: \S+: \S+ differs by 1 attos/);
    expect(stdout.text).toMatch(/DIFFERS: all accounts together: \S+ differs by 1 attos/);
    expect(stdout.text).toMatch(/1 settled; 0 lost/);
  });

  it('is ended by a signal at any moment', { timeout: 60_000 }, async () => {
    const early = play([]);
    early.signals.emit('SIGINT');
    expect(await early.ended).toMatchObject({ code: 'interrupted', exitStatus: 130 });
    const late = play(['--load', '5', '--seconds', '60', '--json']);
    await expect.poll(() => late.stdout.text, { timeout: 20_000 }).toMatch(/"started"/);
    late.signals.emit('SIGTERM');
    expect(await late.ended).toMatchObject({ code: 'interrupted', message: 'ended by SIGTERM' });
  });

  it('ends with why when the ledger dies', { timeout: 60_000 }, async () => {
    const { ended } = play(['--load', '5', '--seconds', '20'], paid, ({ world }) => {
      const advance = world.ledger.advance.bind(world.ledger);
      let rounds = 0;
      world.ledger.advance = async (to) => {
        if (++rounds > 40) throw new Error('the disk is gone');
        return advance(to);
      };
    });
    expect(await ended).toMatchObject({ code: 'demo-broken', message: expect.stringMatching('the disk is gone') });
  });

  it('needs the engine, and numbers where numbers are due', async () => {
    const missing = await cli(['demo'], '', { ANTHIC_ENGINE: '/nowhere' });
    expect(missing).toMatchObject({ status: 1, stdout: '' });
    expect(missing.stderr).toMatch(/npm run engine:build/);
    for (const args of [
      ['--load', '0'],
      ['--seconds', 'ten'],
      ['--load', '1e3'],
    ]) {
      expect((await cli(['demo', ...args])).status).toBe(2);
    }
  });
});
