import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { formatAmount, parseAmount } from '../../src/base/amount.js';
import { Progress } from '../../src/cli/progress.js';
import { bundleOf, Desk, temporaryFolder } from '../journal/support.js';
import { recordedLine, recordedLines } from '../study/recordings.js';
import { bundleStoryOf, fill } from '../study/support.js';
import { cli, temporaryFolder as commandFolder, jsonLines, Sink } from './support.js';

const journals = temporaryFolder();
const folder = commandFolder();

function filled(bundles = 60): Desk {
  const desk = new Desk(journals);
  fill(desk, { bundles, seed: 3, pace: 600_000 });
  return desk;
}

describe('report of a journal', () => {
  it('prints its tables', async () => {
    const desk = filled();
    const { status, stdout } = await cli(['report', desk.path]);
    expect(status).toBe(0);
    for (const title of ['BUNDLES BY OUTCOME', 'MONEY', 'BY DAY', 'BY PAIR', 'BY MAKER', 'LATENCY', 'LOST TO WHOM']) {
      expect(stdout).toContain(title);
    }
    expect(stdout).toMatch(/^journal +\S+\.sqlite\nbundles +\d+, received 2026-01-01T/);
    expect(stdout).toMatch(/XRD \/ |resource_tdx_2_1abc \/ XRD/);
  });

  it('finds the journal by its variable, and says where there is none', async () => {
    const desk = filled(5);
    const object = jsonLines(await cli(['report', '--json'], '', { ANTHIC_SOLVER_JOURNAL: desk.path }))[0];
    expect(object.source).toMatchObject({ kind: 'journal', files: [desk.path], assumed: null });
    expect(await cli(['report'])).toMatchObject({ status: 3, stderr: expect.stringContaining('[journal-missing]') });
    expect(await cli(['report', `${journals}/none`])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('no such file'),
    });
  });

  it('sums to what the export says', async () => {
    const desk = filled();
    const [object] = jsonLines(await cli(['report', '--json', desk.path]));
    const rows = jsonLines(await cli(['journal', 'export', '--json', '--journal', desk.path]));
    const sum = (field: string) => formatAmount(rows.reduce((all, row) => all + parseAmount(row[field]), 0n));
    expect(object.money[0]).toMatchObject({ of: 'submitted', fee: sum('feeCharged'), profit: sum('xrdChange') });
    expect(object.bundles).toBe(rows.length);
  });

  it('takes a period', async () => {
    const { path } = filled();
    const count = async (...args: string[]) => jsonLines(await cli(['report', '--json', path, ...args]))[0].bundles;
    const all = await count();
    expect((await count('--since', '2026-01-01T02:00Z')) + (await count('--until', '2026-01-01T02:00Z'))).toBe(all);
    expect(await count('--since', '1s')).toBe(0);
  });

  it('prints one table as CSV, or writes all of them', async () => {
    const { path } = filled();
    const { stdout } = await cli(['report', path, '--csv', 'hours']);
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head).toBe(
      'hour,bundles,settled,would-settle,failed,lost,reward,surplus,fee,tip,profit,tokens,simulatedProfit',
    );
    const [object] = jsonLines(await cli(['report', '--json', path]));
    expect(lines).toEqual(object.hours.map((row: object) => Object.values(row).join(',')));
    const into = folder.path('tables/of it');
    expect(await cli(['report', path, '--csv', into])).toMatchObject({
      status: 0,
      stdout: '',
      stderr: `wrote 11 tables into ${into}\n`,
    });
    expect(readdirSync(into)).toHaveLength(11);
    expect(readFileSync(`${into}/hours.csv`, 'utf8')).toBe(stdout);
  });

  it('gives a spreadsheet no formula of a stranger', async () => {
    const desk = new Desk(journals);
    const story = bundleStoryOf();
    const orders = story.orders!.map((order) => ({ ...order, maker: '=HYPERLINK("http://evil.test")' }));
    desk.journal.receive({ ...bundleOf(['a']), details: { orders } });
    const { stdout } = await cli(['report', desk.path, '--csv', 'makers']);
    expect(stdout).toContain(`"'=HYPERLINK(""http://evil.test"")",2,`);
  });

  it('writes a page, and prints nothing else then', async () => {
    const { path } = filled();
    const file = folder.path('page.html');
    expect(await cli(['report', path, '--html', file])).toEqual({ status: 0, stdout: '', stderr: `wrote ${file}\n` });
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<svg[\s\S]*<\/html>\n$/);
    const nowhere = folder.path('none/page.html');
    expect(await cli(['report', path, '--html', nowhere])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('[unwritable-file]'),
    });
    writeFileSync(folder.path('taken'), '');
    const blocked = await cli(['report', path, '--csv', `${folder.path('taken')}/sub`]);
    expect(blocked).toMatchObject({ status: 1, stderr: expect.stringContaining('[unwritable-file]') });
  });

  it('stands empty, and counts several journals together', async () => {
    const empty = new Desk(journals).path;
    expect(await cli(['report', empty])).toMatchObject({ status: 0, stdout: expect.stringMatching(/bundles +0\n/) });
    const [one, other] = [filled(10), filled(20)];
    const bundles = async (...files: string[]) => jsonLines(await cli(['report', '--json', ...files]))[0].bundles;
    expect(await bundles(one.path, other.path)).toBe((await bundles(one.path)) + (await bundles(other.path)));
  });

  it('adds up journals of one network only, and takes those that do not say', async () => {
    const desks = [1, 1, 2, undefined].map((network) => {
      const desk = filled(3);
      if (network !== undefined) desk.journal.claimNetwork(network);
      return desk;
    });
    const [one, same, other, old] = desks.map(({ path }) => path) as [string, string, string, string];
    expect(await cli(['report', old, one, same, old])).toMatchObject({ status: 0, stderr: '' });
    expect(await cli(['report', old, one, other])).toEqual({
      status: 1,
      stdout: '',
      stderr: `error: expected a journal of mainnet, ${other} is one of stokenet [wrong-network]
hint: each network has a journal of its own\n`,
    });
  });

  it('says that an older journal has to be brought up to date', async () => {
    const desk = filled(3);
    desk.tamper('pragma user_version = 1');
    expect(await cli(['report', desk.path])).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/\[journal-older\]\nhint: start the solver/),
    });
  });

  it.each([
    [['--json', '--csv', 'hours'], /expected --json or --csv/],
    [['--csv', 'ours'], /expected a table or a folder, got ours \[bad-usage\]\nhint: tables: outcomes, money/],
    [['--since', '1h', '--until', '2h'], /--since: expected a time before --until/],
    [['--since', 'yesterday'], /expected a time/],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await cli(['report', ...args]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(message) });
  });
});

describe('report of recordings', () => {
  const file = folder.write('pairs.jsonl', recordedLines(12, 4).join(''));

  it('tells what replay with the policy would earn', async () => {
    const [object] = jsonLines(await cli(['report', '--json', file]));
    const replayed = jsonLines(await cli(['replay', '--json', '--policy', 'best', file]));
    const sum = (field: string) => formatAmount(replayed.reduce((all, row) => all + parseAmount(row[field]), 0n));
    expect(object.money[1]).toMatchObject({ of: 'simulated', profit: sum('profit'), fee: sum('networkFee') });
    expect(object.source).toMatchObject({
      kind: 'recording',
      assumed: expect.stringMatching(/^policy best; nothing was submitted/),
    });
    expect(object.makers.length).toBeGreaterThan(1);
    const [single] = jsonLines(await cli(['report', '--json', '--policy', 'single', file]));
    expect(parseAmount(single.money[1].profit)).toBeLessThan(parseAmount(object.money[1].profit));
  });

  it('says that there were only frames that are no bundles', async () => {
    const stray = folder.write('stray.jsonl', recordedLine(1, 0, { frame: 'none' }));
    const page = folder.path('stray.html');
    const { status, stdout } = await cli(['report', stray]);
    expect(status).toBe(0);
    expect(stdout).toContain('BUNDLES BY OUTCOME\nFrames that were no bundle: 1.\n');
    await cli(['report', stray, '--html', page]);
    expect(readFileSync(page, 'utf8')).toContain('Frames that were no bundle: 1.');
  });

  it('counts what is no bundle, no recording, or not in time', async () => {
    const copy = recordedLine(0);
    const stray = recordedLine(1, 0, { frame: 'none' });
    const over = recordedLine(2, 0, { timestamp: 5000n });
    const text = [copy, copy, stray, over, 'no json\n'].join('');
    const { status, stdout, stderr } = await cli(['report', '-'], text);
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'warning: -:5: expected a JSON object\n' });
    expect(stdout).toContain('Frames that were no bundle: 1. Lines that were no recording: 1.');
    expect(stdout).toMatch(/would-settle +1 +0\n/);
    expect(stdout).toMatch(/duplicate +1 +0\n/);
    expect(stdout).toMatch(/expired: expired +1\n/);
    const [since] = jsonLines(await cli(['report', '--json', '--since', '2026-01-01T00:00:01Z', file]));
    expect(since.bundles).toBe(8);
  });

  it('names what is wrong with the first line that is no recording, and fails where there is none but such', async () => {
    const bad = folder.write('lines.jsonl', '{"receivedAt":"soon"}\nno json\n{}\n');
    const first = `warning: ${bad}:1: receivedAt: expected a time in ISO 8601, and 2 more lines that are no recordings\n`;
    expect(await cli(['report', bad])).toEqual({
      ...{ status: 1, stdout: '' },
      stderr: `${first}error: expected recordings, found none in ${bad} [no-recordings]\n`,
    });
    const together = await cli(['report', '--json', bad, file]);
    expect(together).toMatchObject({ status: 0, stderr: first });
    expect(jsonLines(together)[0]).toMatchObject({ bundles: 12, unreadLines: 3 });
    expect(await cli(['report', folder.write('empty.jsonl', '')])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('[no-recordings]'),
    });
  });

  it('is the same in whatever order the files are named', async () => {
    const [early, late] = [recordedLines(8, 1), recordedLines(16, 1).slice(8)];
    const files = [folder.write('run-1.jsonl', early.join('')), folder.write('run.jsonl', late.join(''))] as const;
    const [named] = jsonLines(await cli(['report', '--json', ...files]));
    const [reversed] = jsonLines(await cli(['report', '--json', files[1], files[0]]));
    expect(named).toMatchObject({ bundles: 16, first: '2026-01-01T00:00:00.000Z', last: '2026-01-01T00:00:15.000Z' });
    expect({ ...reversed, source: undefined }).toEqual({ ...named, source: undefined });
  });

  it('adds up no amounts of two networks, and takes no policy of another', async () => {
    const other = folder.write('other.jsonl', recordedLine(50, 0, { network: 2 }));
    expect(await cli(['report', file, other])).toMatchObject({
      ...{ status: 1, stdout: '' },
      stderr: expect.stringContaining('expected a recording of network 242, got one of network 2 [wrong-network]'),
    });
    const resource = 'resource_rdx1t4upr78guuapv5ept7d7ptekk9mqhy605zgms33mcszen8l9fac8vf';
    const foreign = folder.write('abroad.json', `{"name":"abroad","prices":{"table":{"${resource}":"1"}}}`);
    expect(await cli(['report', '--policy', foreign, file])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        `error: prices.table.${resource}: policy abroad: expected addresses of simulator`,
      ),
    });
  });

  it('says why a policy declines', async () => {
    const strict = folder.write('strict.json', JSON.stringify({ name: 'strict', minProfit: '5' }));
    const [object] = jsonLines(await cli(['report', '--json', '--policy', strict, file]));
    expect(object.reasons).toEqual([{ reason: 'declined: min-profit', bundles: 12 }]);
    expect(object.money[1].profit).toBe('0');
  });

  it('is not mixed with a journal, nor made by a policy that is none', async () => {
    const desk = filled(1);
    expect(await cli(['report', desk.path, file])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('expected journals or recordings, got both'),
    });
    const bad = folder.write('bad.json', '{"name":"x","maxBundels":3}');
    expect(await cli(['report', '--policy', bad, file])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('maxBundels'),
    });
    expect(existsSync(file)).toBe(true);
  });
});

describe('progress', () => {
  it('is told on a terminal, after a while, and is wiped off', () => {
    const err = Object.assign(new Sink(), { isTTY: true });
    let now = 0;
    const progress = new Progress(err, () => now);
    const half = vi.fn(() => 0.5);
    progress.tell(1, 'rows', half);
    now = 1500;
    progress.tell(30, 'rows', half);
    now = 1600;
    progress.tell(31, 'rows', half);
    now = 2000;
    progress.tell(50, 'rows', () => undefined);
    progress.end();
    const bar = `[${'#'.repeat(12)}${' '.repeat(12)}] 50 %`;
    expect(err.text).toBe(`\r${bar} 30 rows, 20 a second\u001b[K\r50 rows, 25 a second\u001b[K\r\u001b[K`);
    expect(half).toHaveBeenCalledOnce();
    const plain = new Sink();
    new Progress(plain, () => now).tell(1, 'rows', half);
    expect(plain.text).toBe('');
  });
});
