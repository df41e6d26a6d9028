import { describe, expect, it } from 'vitest';
import { attemptOf, bundleOf, Desk, failure, success, temporaryFolder } from '../journal/support.js';
import { recordedLine, recordedLines } from '../study/recordings.js';
import { cli, temporaryFolder as commandFolder, jsonLines } from './support.js';

const journals = temporaryFolder();
const folder = commandFolder();
const file = folder.write('pairs.jsonl', recordedLines(36, 4).join(''));
const policy = (name: string, fields: object): string =>
  folder.write(`${name}.json`, JSON.stringify({ name, ...fields }));

describe('backtest', () => {
  it('compares policies, and says what it assumed', async () => {
    const merging = policy('by twos', { maxBundles: 2 });
    const { status, stdout, stderr } = await cli([
      ...['backtest', file, '--policy', 'single', '--policy', merging, '--policy', 'best'],
      ...['--contested', '20%', '--cannot-pay', '2.5', '--latency', '300,900', '--seed', '5'],
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^36 bundles; seed 5\n\nassumed\n {2}latency +p50 300 ms, p95 900 ms .*\(flag\)\n/);
    expect(stdout).toMatch(/cannotPay +2.5 % of the orders {2}\(flag\)\n/);
    expect(stdout).toMatch(/rivalTip .*\(default\)\n/);
    const rows = stdout.split('\n').filter((line) => /^(single|by twos|best) /.test(line));
    expect(rows).toHaveLength(3);
    expect(stdout).toContain(
      '95 %, paired bootstrap over 3 blocks of 16 consecutive bundles; too few for an interval.',
    );
  });

  it('prints JSON, the same for the same seed', async () => {
    const lines = recordedLines(130, 4).join('');
    const run = (...args: string[]) => cli(['backtest', '-', '--cannot-pay', '5', ...args], lines);
    const [first, second] = [await run('--json'), await run('--json')];
    expect(first.stdout).toBe(second.stdout);
    const [object] = jsonLines(first);
    expect(object).toMatchObject({ version: 1, seed: 1, network: 242, bundles: 130, unreadLines: 0 });
    expect((await run()).stdout).toMatch(
      /\nbest .* … .* \+\S+ {2}\S+ … \S+\n[\s\S]*over 9 blocks of 16 consecutive bundles\.\n$/,
    );
    expect(object.assumptions).toMatchObject({ cannotPay: 0.05, preview: null });
    const [single, best] = object.policies;
    expect([single.policy, best.policy]).toEqual(['single', 'best']);
    expect(single.moreThanFirst).toBeNull();
    expect(best.moreThanFirst).toMatch(/^-?\d/);
    expect(best.moreInterval).toEqual({ low: expect.any(String), high: expect.any(String) });
    const ends = Object.values(best.ends as Record<string, number>);
    expect(ends.reduce((sum, count) => sum + count, 0)).toBe(130);
  });

  it('gives no interval where there are too few bundles', async () => {
    expect(jsonLines(await cli(['backtest', file, '--json']))[0].policies[1]).toMatchObject({
      interval: null,
      moreInterval: null,
    });
  });

  it('takes assumptions from a file and estimates them from a journal', async () => {
    const desk = new Desk(journals);
    for (let at = 0; at < 60; at++) {
      const bundle = bundleOf([`w${at}`], desk.now);
      desk.journal.receive(bundle);
      desk.journal.planAttempt(attemptOf(`txid_${at}`, [bundle.id], desk.now));
      desk.now += 250;
      if (at % 6 === 0) {
        desk.journal.recordAttemptState(`txid_${at}`, { state: 'lost', winner: 'txid_rival' });
        desk.journal.finish(bundle.id, { outcome: 'lost', winner: 'txid_rival' });
      } else if (at % 10 === 1) {
        desk.journal.recordAttemptState(`txid_${at}`, failure);
        desk.journal.finish(bundle.id, { outcome: 'failed' });
      } else {
        desk.journal.recordAttemptState(`txid_${at}`, success);
      }
      desk.now += 5000;
    }
    const assume = folder.write('assume.json', JSON.stringify({ round: 500, cannotPay: 0.5 }));
    const args = ['backtest', file, '--json', '--journal', desk.path];
    const [estimated] = jsonLines(await cli(args));
    expect(estimated.assumptions.latency.p50).toBeGreaterThan(245);
    expect(estimated.assumptions.latency.p50).toBeLessThan(255);
    expect(estimated.assumptions.contested).toBeCloseTo(10 / (10 + 44), 6);
    expect(estimated.assumptions.cannotPay).toBeCloseTo(1 - Math.sqrt(1 - 6 / 50), 6);
    expect(estimated.origins).toMatchObject({ latency: 'journal', contested: 'journal', rivalLatency: 'default' });
    const [assumed] = jsonLines(await cli([...args, '--assume', assume, '--cannot-pay', '1']));
    expect(assumed.assumptions).toMatchObject({ round: 500, cannotPay: 0.01 });
    expect(assumed.origins).toMatchObject({ round: 'file', cannotPay: 'flag', contested: 'journal' });
    const [nothing] = jsonLines(await cli(['backtest', file, '--json', '--journal', new Desk(journals).path]));
    expect(nothing.origins.latency).toBe('default');
  });

  it('counts what it cannot read', async () => {
    const text = `${recordedLine(1)}broken\n${recordedLine(2, 0, { frame: 'none' })}`;
    const { stdout, stderr } = await cli(['backtest', '-'], text);
    expect(stderr).toBe('warning: -:2: expected a JSON object\n');
    expect(stdout).toMatch(/^1 bundles, 1 frames that were no bundle, 1 lines that were no recording; seed 1\n/);
  });

  const wrong = policy('wrong', { mergeWindow: -1 });
  const foreign = policy('foreign', {
    prices: { table: { resource_rdx1t4upr78guuapv5ept7d7ptekk9mqhy605zgms33mcszen8l9fac8vf: '0.1' } },
  });
  const mixed = folder.write('mixed.jsonl', recordedLine(1) + recordedLine(2, 0, { network: 2 }));
  const empty = folder.write('empty.jsonl', '');
  const bad = folder.write('bad.json', '{"latency":{"p50":9,"p95":1}}');
  it.each([
    [[file, '--policy', wrong], 2, /mergeWindow/],
    [[file, '--policy', 'nobody'], 3, /neither a file nor one of single, best/],
    [[file, '--policy', 'best', '--policy', 'best'], 2, /policies of different names, got best twice/],
    [
      [file, '--policy', foreign],
      1,
      /error: prices.table.resource_rdx\S+: policy foreign: expected addresses of simulator/,
    ],
    [[mixed], 1, /expected a recording of network 242, got one of network 2 \[wrong-network\]/],
    [[empty], 1, /expected recordings with bundles, found none in .*empty.jsonl \[no-bundles\]/],
    [[], 2, /missing required argument/],
    [[`${file}.gone`], 3, /no such file/],
    [[file, '--assume', bad], 2, /bad.json: latency.p95: expected at least p50/],
    [[file, '--assume', `${bad}.gone`], 3, /no such file/],
    [[file, '--assume', empty], 2, /empty.jsonl: expected JSON/],
    [[file, '--journal', `${bad}.gone`], 3, /there is no journal/],
    [[file, '--rival-tip', '5'], 2, /rivalTip: there are no rivals, since contested is 0 .*\nhint: say how many/],
    [[file, '--contested', '101'], 2, /expected a percentage/],
    [[file, '--latency', '5'], 2, /expected two numbers/],
    [[file, '--latency', '500,20'], 2, /latency.p95: expected at least p50/],
    [[file, '--round', 'x'], 2, /expected a whole number/],
    [[file, '--seed', '-1'], 2, /--seed/],
  ] as const)('refuses %j', async (args, status, message) => {
    const outcome = await cli(['backtest', ...args]);
    expect({ status: outcome.status, stderr: outcome.stderr }).toEqual({
      status,
      stderr: expect.stringMatching(message),
    });
  });
});
