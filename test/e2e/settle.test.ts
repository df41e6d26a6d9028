import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseRecording } from '../../src/solver/recording.js';
import { bundleFrame } from '../support/streamServer.js';
import { newFile, policyArgs, RunningSolver, until } from './solver.js';
import { FEE, makeBundle, openWorld, REWARD, type RuleWorld } from './world.js';

let world: RuleWorld;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

describe('a bundle', () => {
  it('settles, and the journal agrees with the ledger to the atto', async () => {
    const solver = await new RunningSolver(world).ready();
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    expect(await solver.finish()).toBeUndefined();
    await solver.matchesLedger();
    expect(solver.gained()).toBe(REWARD - FEE);
  });

  it('settles beside nine others, with what the templates compose', async () => {
    const solver = await new RunningSolver(world, { args: ['--composition', 'template', '--min-profit', '0'] }).ready();
    for (let n = 0; n < 10; n++) world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(10)).toEqual({ settled: 10 });
    await solver.finish();
    await solver.matchesLedger();
  });

  it('is only looked at by a dry run, which needs no key', async () => {
    const solver = await new RunningSolver(world, { submit: false }).ready();
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ 'would-settle': 1 });
    await solver.finish();
    expect(solver.read((journal) => journal.openAttempts())).toEqual([]);
    expect(solver.gained()).toBe(0n);
    await solver.matchesLedger();
  });

  it('is declined where it earns too little, unmatched where nothing fits', async () => {
    const solver = await new RunningSolver(world, { args: ['--min-profit', '5'] }).ready();
    world.stream.pushBundle(makeBundle());
    world.stream.pushBundle(makeBundle().slice(1));
    expect(await solver.outcomes(2)).toEqual({ declined: 1, unmatched: 1 });
    await solver.finish();
  });

  it('is declined by what the policy says of profits, unless the settings say something else', async () => {
    const greedy = policyArgs({ name: 'greedy', minProfit: '5' });
    const strict = await new RunningSolver(world, { args: greedy, submit: false }).ready();
    const mild = await new RunningSolver(world, { args: [...greedy, '--min-profit', '0'], submit: false }).ready();
    world.stream.pushBundle(makeBundle());
    expect(await strict.outcomes(1)).toEqual({ declined: 1 });
    expect(await mild.outcomes(1)).toEqual({ 'would-settle': 1 });
    await strict.finish();
    await mild.finish();
  });

  it('is taken once, whoever pushes it again and in whatever order', async () => {
    const solver = await new RunningSolver(world).ready();
    const items = makeBundle();
    world.stream.pushBundle(items);
    world.stream.pushBundle(items.toReversed());
    expect(await solver.outcomes(2)).toEqual({ duplicate: 1, settled: 1 });
    world.stream.act({ type: 'reset' });
    await solver.until('stream-open', 2);
    world.stream.pushBundle(items);
    expect(await solver.outcomes(3)).toEqual({ duplicate: 2, settled: 1 });
    await solver.finish();
    await solver.matchesLedger();
  });

  it('waits while another with one of its wrappers is in flight, and loses to that', async () => {
    const solver = await new RunningSolver(world).ready();
    const [a, b] = makeBundle() as [string, string];
    const more = makeBundle();
    world.stream.pushBundle([a, b]);
    world.stream.pushBundle([a, b, ...more]);
    expect(await solver.outcomes(2)).toEqual({ settled: 1, lost: 1 });
    const lost = solver.read((journal) => [...journal.bundles({ status: ['lost'] })]);
    const settled = solver.read((journal) => [...journal.bundles({ status: ['settled'] })]);
    expect(lost[0]!.winner).toBe(settled[0]!.transactionId);
    await solver.finish();
    await solver.matchesLedger();
  });

  it('comes to an end whatever is pushed beside it', async () => {
    const solver = await new RunningSolver(world).ready();
    const items = makeBundle();
    const hostile = [
      '',
      'null',
      '{',
      '[]',
      '{"method":"new_subintent_bundle","params":{}}',
      bundleFrame(['zz']),
      bundleFrame(['4d22']),
      bundleFrame([items[0]!.slice(0, -2)]),
      bundleFrame([items[0]!, items[0]!]),
      `${'['.repeat(50_000)}`,
      JSON.stringify({ method: 'new_subintent_bundle', params: [['x']] }),
    ];
    for (const frame of hostile) world.stream.push(frame);
    world.stream.act({ type: 'binary', data: Buffer.from('00', 'hex') });
    world.stream.pushBundle(items);
    await until(() => solver.logged('bundle-finished').some(({ outcome }) => outcome === 'settled'), 'settled');
    world.stream.act({ type: 'bad-utf8' });
    await solver.until('stream-closed');
    await solver.until('stream-open', 2);
    await solver.finish();
    const { strayFrames, outcomes } = solver.read((journal) => journal.counters());
    expect(strayFrames + outcomes.invalid).toBe(hostile.length);
    await solver.matchesLedger();
  });

  it('expires where it comes too late', async () => {
    const solver = await new RunningSolver(world).ready();
    world.stream.pushBundle(makeBundle({ secondsLeft: 1 }));
    expect(await solver.outcomes(1)).toEqual({ expired: 1 });
    await solver.finish();
  });

  it('settles though the epoch changes in flight', async () => {
    const solver = await new RunningSolver(world).ready();
    world.stream.pushBundle(makeBundle());
    await world.sandbox.world.round({ epoch: 51 });
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    await world.sandbox.world.round({ epoch: 53 });
    await until(
      () => solver.logged('ledger-clock').some(({ epoch }) => Number(epoch) >= 53),
      'epoch 53',
      () => solver.stdout.text,
    );
    world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(2)).toEqual({ settled: 2 });
    await solver.finish();
  });
});

describe('what is seen of it', () => {
  it('is recorded for replay, and measured', async () => {
    const record = newFile('jsonl');
    const solver = await new RunningSolver(world, { args: ['--record', record] }).ready();
    const frame = world.stream.pushBundle(makeBundle());
    expect(await solver.outcomes(1)).toEqual({ settled: 1 });
    const url = /http:\S+/.exec(solver.stderr.text)![0];
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    await until(() => solver.logged('ledger-clock').length > 0, 'clock');
    expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ status: 'ok', reasons: [] });
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/settled/);
    await solver.finish();
    expect(parseRecording(readFileSync(record, 'utf8').trim()).frame).toBe(frame);
    expect(solver.stdout.text).not.toContain('4d220c');
    expect(solver.logged('stopped')).toMatchObject([{ inFlight: 0 }]);
  });
});
