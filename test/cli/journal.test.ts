import { describe, expect, it } from 'vitest';
import { parseDuration, parseSize, parseTime } from '../../src/cli/journal/command.js';
import { Limits } from '../../src/journal/limits.js';
import { bundleIdOf } from '../../src/journal/model.js';
import {
  attemptOf,
  bundleOf,
  Desk,
  failure,
  START,
  shareOf,
  success,
  temporaryFolder,
  XRD,
} from '../journal/support.js';
import { cli, jsonLines } from './support.js';

const folder = temporaryFolder();

/** A journal with one of each: settled, failed, in flight, declined, a copy, a stray frame. Still open. */
function filled(): Desk {
  const desk = new Desk(folder);
  desk.plan('txid_good', 'a', 'b');
  desk.journal.recordSubmission('txid_good');
  desk.journal.recordAttemptState('txid_good', { state: 'accepted' });
  desk.journal.recordAttemptState('txid_good', success);
  desk.now += 1000;
  const failed = desk.plan('txid_bad', 'c', 'd');
  desk.journal.recordAttemptState('txid_bad', { ...failure, message: 'could not pay' });
  desk.journal.finish(failed, {
    outcome: 'failed',
    reason: { code: 'failed', message: 'a "maker", could\nnot \u001b[31mpay' },
  });
  desk.now += 1000;
  desk.journal.receiveEnded(bundleOf(['e'], desk.now), {
    outcome: 'declined',
    reason: { code: 'min-profit', message: 'low' },
  });
  desk.receive('a', 'b');
  desk.plan('txid_open', 'f', 'g');
  desk.journal.countStray('bad-json');
  return desk;
}

describe('journal list', () => {
  it('lists the newest first, and counts all', async () => {
    const { path } = filled();
    const { status, stdout } = await cli(['journal', 'list', '--journal', path]);
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^received +bundle +status +expected +fee +XRD change +transaction +reason$/);
    expect(lines.slice(2, 7).map((line) => line.split(/ +/)[2])).toEqual([
      'in-flight',
      'duplicate',
      'declined',
      'failed',
      'settled',
    ]);
    expect(stdout).toContain(
      'received 5: 1 settled, 1 failed, 1 declined, 1 duplicate; open: 1 in-flight; frames that were no bundle: 1',
    );
  });

  it('filters', async () => {
    const { path } = filled();
    const list = async (...args: string[]) =>
      jsonLines(await cli(['journal', 'list', '--json', '--journal', path, ...args])).map(({ status }) => status);
    expect(await list('--status', 'open')).toEqual(['in-flight']);
    expect(await list('--status', 'settled', 'failed')).toEqual(['failed', 'settled']);
    expect(await list('--limit', '2')).toEqual(['in-flight', 'duplicate']);
    expect(await list('--since', '2026-01-01T00:00:01Z', '--until', '2026-01-01T00:00:02Z')).toEqual(['failed']);
    expect(await list('--since', '1s')).toEqual([]);
  });

  it('finds the journal by its variable, and says where there is none', async () => {
    const { path } = filled();
    expect((await cli(['journal', 'list'], '', { ANTHIC_SOLVER_JOURNAL: path })).stdout).toContain('received 5');
    const missing = await cli(['journal', 'list', '--journal', `${folder}/none`]);
    expect(missing).toMatchObject({ status: 3, stdout: '' });
    expect(missing.stderr).toMatch(/^error: there is no journal .*none \[journal-missing\]\n$/);
    expect((await cli(['journal', 'list'])).stderr).toContain('there is no journal');
  });

  it('stands empty', async () => {
    const { path } = new Desk(folder);
    expect((await cli(['journal', 'list', '--journal', path])).stdout).toBe('received 0: none; open: none\n');
  });

  it.each([[['--status', 'gone']], [['--limit', '0']], [['--since', 'yesterday']], [['--none']]])(
    'refuses %j',
    async (args) => {
      const { status, stderr } = await cli(['journal', 'list', ...args]);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^error: /);
    },
  );

  it('helps', async () => {
    expect(await cli(['journal', 'list', '--help'])).toMatchObject({ status: 0, stderr: '' });
    expect((await cli(['journal', '--help'])).stdout).toMatch(/list.*show.*export.*prune.*verify/s);
  });
});

describe('journal show', () => {
  it('tells the story of a bundle, by any id', async () => {
    const { path } = filled();
    const id = bundleIdOf(['a', 'b']);
    for (const name of [id, id.slice(0, 10), 'txid_good', 'txid_g']) {
      const { status, stdout } = await cli(['journal', 'show', name, '--journal', path]);
      expect(status).toBe(0);
      expect(stdout).toMatch(new RegExp(`^bundle +${id}\nstatus +settled\n`));
      expect(stdout).toContain('came again    1 times');
      expect(stdout).toMatch(/attempt 1\n {2}transaction {4}txid_good\n {2}state +committed-success\n/);
      expect(stdout).toMatch(/fee charged +0.98\n/);
    }
  });

  it('prints no control character of a stranger', async () => {
    const { path } = filled();
    const { stdout } = await cli(['journal', 'show', 'txid_bad', '--journal', path]);
    expect(stdout).toContain('failed: a "maker", could not  [31mpay\n');
    expect(stdout).not.toContain('\u001b');
  });

  it('prints JSON', async () => {
    const { path } = filled();
    const [bundle] = jsonLines(await cli(['journal', 'show', 'txid_good', '--json', '--journal', path]));
    expect(bundle).toMatchObject({
      status: 'settled',
      feeCharged: '0.98',
      xrdChange: '0.02',
      expected: { reward: '1', fee: '0.982', profit: '0.018' },
      copies: 1,
      items: [
        { wrapperId: 'a', orderId: 'order of a', expiresAt: '2026-01-01T00:00:30.000Z' },
        { wrapperId: 'b', orderId: 'order of b' },
      ],
      attempts: [{ n: 1, state: 'committed-success', lock: '1.1', stateVersion: 7, endEpoch: null }],
    });
  });

  it('shows each bundle of a transaction', async () => {
    const desk = new Desk(folder);
    const ids = [desk.receive('a'), desk.receive('b')];
    desk.journal.planAttempt({ ...attemptOf('txid_both', []), bundles: ids.map((id) => shareOf(id)) });
    const { stdout } = await cli(['journal', 'show', 'txid_both', '--journal', desk.path]);
    expect(stdout.match(/^bundle/gm)).toHaveLength(2);
    expect(stdout).toContain('attempt 1 (its share; 2 bundles)');
    expect(stdout).toContain('order of b');
    const some = await cli(['journal', 'show', 'txid_b', '--journal', desk.path]);
    expect(some).toMatchObject({ status: 2, stderr: expect.stringContaining('2 bundles begin with txid_b') });
  });

  it('shows what has little to show', async () => {
    const desk = new Desk(folder);
    desk.journal.receive({ ...bundleOf(['x']), items: [{ wrapperId: 'x' }] });
    desk.journal.receiveEnded({ ...bundleOf(['y']), items: [] }, { outcome: 'unmatched' });
    for (const name of ['x', 'y']) {
      const { stdout } = await cli(['journal', 'show', bundleIdOf([name]), '--journal', desk.path]);
      expect(stdout.includes('order unknown')).toBe(name === 'x');
    }
  });

  it('says what it does not know', async () => {
    const { path } = filled();
    expect(await cli(['journal', 'show', 'none', '--journal', path])).toMatchObject({
      status: 1,
      stderr: 'error: no bundle or transaction begins with none [unknown-bundle]\n',
    });
  });
});

describe('journal export', () => {
  it('prints CSV, oldest first', async () => {
    const { path } = filled();
    const { stdout } = await cli(['journal', 'export', '--journal', path]);
    const [head, first] = stdout.split('\n');
    expect(head).toBe(
      'bundle,status,reasonCode,reasonMessage,receivedAt,finishedAt,expiresAt,source,attempts,transactionId,winner,' +
        'expectedReward,expectedFee,expectedProfit,feeCharged,xrdChange',
    );
    expect(first).toBe(
      `${bundleIdOf(['a', 'b'])},settled,,,2026-01-01T00:00:00.000Z,2026-01-01T00:00:00.000Z,2026-01-01T00:00:30.000Z,` +
        'wss://stream.test,1,txid_good,,1,0.982,0.018,0.98,0.02',
    );
    expect(stdout).toContain('failed,failed,"a ""maker"", could\nnot');
  });

  it('prints attempts, and JSON of either', async () => {
    const { path } = filled();
    const { stdout } = await cli(['journal', 'export', '--attempts', '--journal', path]);
    expect(stdout.split('\n').map((line) => line.split(',')[0])).toEqual([
      'transactionId',
      'txid_good',
      'txid_bad',
      'txid_open',
      '',
    ]);
    const attempts = jsonLines(await cli(['journal', 'export', '--attempts', '--json', '--journal', path]));
    expect(attempts[1]).toMatchObject({ n: 1, state: 'committed-failure', feeCharged: '0.5', xrdChange: '-0.5' });
    const bundles = jsonLines(
      await cli(['journal', 'export', '--json', '--until', '2026-01-01T00:00:01Z', '--journal', path]),
    );
    expect(bundles).toEqual([expect.objectContaining({ status: 'settled', feeCharged: '0.98', reasonCode: null })]);
  });
});

describe('journal prune', () => {
  it('waits for the solver to end', async () => {
    const desk = filled();
    const prune = (...args: string[]) => cli(['journal', 'prune', '--journal', desk.path, ...args]);
    expect(await prune('--older-than', '1d')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/another process owns the journal .*\[journal-locked\]\nhint: run one solver/s),
    });
    desk.journal.close();
    expect((await prune('--older-than', '1h')).stdout).toMatch(
      /^dropped 2 payloads, 0 details, 2 bundles; the journal has 0.\d MB\n$/,
    );
    expect((await prune('--max-size', '1kB')).stdout).toContain('the rest is needed for accounting');
    expect(jsonLines(await prune('--max-size', '1GB', '--json'))).toEqual([
      { payloads: 0, details: 0, bundles: 0, size: expect.any(Number) },
    ]);
    expect((await cli(['journal', 'verify', '--journal', desk.path])).stdout).toContain('5 bundles received, 1 open');
  });

  it('wants to know what', async () => {
    expect(await cli(['journal', 'prune'])).toMatchObject({ status: 2 });
    expect(await cli(['journal', 'prune', '--older-than', 'long'])).toMatchObject({ status: 2 });
    expect(await cli(['journal', 'prune', '--max-size', 'big'])).toMatchObject({ status: 2 });
    const missing = await cli(['journal', 'prune', '--older-than', '1d', '--journal', `${folder}/none`]);
    expect(missing).toMatchObject({ status: 3, stderr: expect.stringContaining('[journal-missing]') });
  });
});

describe('journal verify', () => {
  it('says that all holds, while the solver runs', async () => {
    const { path } = filled();
    const verify = await cli(['journal', 'verify', '--journal', path]);
    expect(verify).toMatchObject({ status: 0, stdout: '5 bundles received, 1 open, 3 attempts\neverything holds\n' });
    const [object] = jsonLines(await cli(['journal', 'verify', '--json', '--journal', path]));
    expect(object).toEqual({ received: 5, open: 1, attempts: 3, violations: [] });
  });

  it('says what does not', async () => {
    const desk = filled();
    desk.tamper('delete from payload; update share set n = 9 where attempt = 1');
    const verify = await cli(['journal', 'verify', '--journal', desk.path]);
    expect(verify.status).toBe(1);
    expect(verify.stdout).toContain('has-bytes: txid_open: the bytes of an attempt whose end is unknown are missing\n');
    expect(verify.stderr).toContain('error: 2 rules are broken [journal-violated]');
    desk.tamper('update share set n = 1 where attempt = 1');
    const json = await cli(['journal', 'verify', '--json', '--journal', desk.path]);
    expect(json.stderr).toContain('error: 1 rule is broken');
    expect(jsonLines(json)[0].violations).toEqual([
      expect.objectContaining({ rule: 'has-bytes', subject: 'txid_open' }),
    ]);
  });
});

describe('limits', () => {
  it('are shown and reset while the solver runs', async () => {
    const desk = filled();
    desk.now = Date.now();
    const id = desk.receive('now');
    desk.journal.planAttempt(attemptOf('txid_now', [id]));
    desk.journal.recordAttemptState('txid_now', failure);
    const settings = { maxFeePerHour: XRD / 2n, maxFailures: 2, minBalance: XRD, maxFee: 2n * XRD };
    const limits = new Limits(settings, desk.journal);
    expect(limits.check(desk.now, { balance: 9n * XRD })).toMatchObject({ limit: 'max-failures' });
    const show = await cli(['limits', 'show', '--journal', desk.path]);
    expect(show.stdout).toMatch(/^limit +maximum +used +stopped since +why +reset at\n/);
    expect(show.stdout).toMatch(/max-fee-per-hour +0.5 +0.5\n/);
    expect(show.stdout).toMatch(/max-failures +2 +2 +\S+Z {2}2 transactions in a row failed and cost a fee\n/);
    expect(show.stdout).toContain('what is in flight can cost 1.1 XRD');

    const reset = await cli(['limits', 'reset', 'max-failures', '--journal', desk.path]);
    expect(reset).toMatchObject({ status: 0, stdout: 'reset: max-failures\n' });
    expect(limits.check(desk.now, { balance: 9n * XRD })).toMatchObject({ limit: 'max-fee-per-hour' });
    expect((await cli(['limits', 'reset', '--journal', desk.path])).stdout).toContain('max-fee-per-day');
    expect(limits.check(desk.now, { balance: 9n * XRD })).toEqual({ ok: true });
    const [json] = jsonLines(await cli(['limits', 'show', '--json', '--journal', desk.path]));
    expect(json.inFlight).toBe('1.1');
    expect(json.limits[3]).toEqual({
      limit: 'max-failures',
      maximum: '2',
      used: '0',
      stoppedAt: null,
      why: null,
      resetAt: expect.stringMatching(/Z$/),
    });
  });

  it('are shown before any solver ran', async () => {
    const { path } = new Desk(folder);
    expect((await cli(['limits', 'show', '--journal', path])).stdout).toMatch(/max-failures +0\n/);
    expect(await cli(['limits', 'reset', 'none', '--journal', path])).toMatchObject({ status: 2 });
    expect(await cli(['limits', 'reset', '--journal', `${folder}/none`])).toMatchObject({ status: 3 });
  });
});

describe('times and sizes', () => {
  it('are read', () => {
    expect(parseDuration('90m')).toBe(5_400_000);
    expect(parseTime('36h', START)).toBe(START - 36 * 3_600_000);
    expect(parseTime('2026-01-01', 0)).toBe(START);
    expect([parseSize('500MB'), parseSize('2GiB'), parseSize('7'), parseSize('3 k')]).toEqual([5e8, 2 ** 31, 7, 3000]);
  });
});
