import { describe, expect, it } from 'vitest';
import { bundleIdOf } from '../../src/journal/model.js';
import { formatAddress } from '../../src/transaction/address.js';
import { preallocatedAccount, preallocatedIdentity } from '../../src/transaction/key.js';
import { attemptOf, bundleOf, Desk, shareOf, success, temporaryFolder } from '../journal/support.js';
import { recordedLine } from '../study/recordings.js';
import { attemptStoryOf, bundleStoryOf, candidateOf } from '../study/support.js';
import { ed25519Key } from '../support/build.js';
import { cli, temporaryFolder as commandFolder, jsonLines } from './support.js';

const journals = temporaryFolder();
const folder = commandFolder();
const maker = ed25519Key(100).publicKey;
const account = formatAddress(preallocatedAccount(maker), 2);

/** A journal with a bundle that settled at the second attempt, with all of its story. */
function told(): { desk: Desk; id: string } {
  const desk = new Desk(journals);
  const story = bundleStoryOf('resource_tdx_2_1abc', account);
  const [first, second] = story.orders!;
  const orders = [{ ...first!, maker: formatAddress(preallocatedIdentity(maker), 2) }, second!];
  const bundle = { ...bundleOf(['a', 'b'], desk.now), details: { orders } };
  desk.journal.receive(bundle);
  const attempt = { ...attemptOf('txid_first', [bundle.id], desk.now), details: attemptStoryOf([bundle.id, 'ffff']) };
  desk.now += 12;
  desk.journal.planAttempt(attempt);
  desk.journal.recordSubmission('txid_first');
  desk.journal.recordAttemptState('txid_first', { state: 'rejected', message: 'no \u001b[31mluck' });
  desk.journal.planAttempt({ ...attempt, transactionId: 'txid_second' });
  desk.now += 8;
  desk.journal.recordSubmission('txid_second');
  desk.now += 700;
  desk.journal.recordAttemptState('txid_second', success);
  desk.journal.recordParties([
    { kind: 'maker', id: preallocatedIdentity(maker), outcome: 'could-not-pay' },
    { kind: 'account', id: preallocatedAccount(maker), outcome: 'settled' },
  ]);
  return { desk, id: bundle.id };
}

describe('explain a bundle of a journal', () => {
  it('tells its whole story, by any id', async () => {
    const { desk, id } = told();
    for (const name of [id, id.slice(0, 8), 'txid_second']) {
      const { status, stdout } = await cli(['explain', name, '--journal', desk.path]);
      expect(status).toBe(0);
      expect(stdout).toMatch(new RegExp(`^bundle +${id}\nstatus +settled\n`));
      expect(stdout).toMatch(/ +100 +XRD +5.5 +resource_tdx_2_1abc +0.5 +account_tdx_2_/);
      expect(stdout).toMatch(/resource_tdx_2_1abc +5.6 +5.5 +0.1\n/);
      expect(stdout).toMatch(/maker \S+ +5.71 % +1 % +0 +1 +0\n/);
      expect(stdout).toMatch(/account \S+ +5.44 % +5.71 % +1 +0 +0\n/);
      expect(stdout).toMatch(/→ +\w{8} \+ ffff +1 +0 +0.98 +0.002 +97 % +1 % +0.51 +0.0124 +chosen\n/);
      expect(stdout).toContain('another is worth more');
      expect(stdout).toMatch(/attempt 1\n[\s\S]*state +rejected\n[\s\S]*attempt 2\n[\s\S]*state +committed-success\n/);
      expect(stdout).toMatch(/preview +settles, fee 0.97\n/);
      expect(stdout).toMatch(/stages +decoded 310 µs, planned 1450 µs, signed 1602 µs\n/);
      expect(stdout).toMatch(/submitted +\S+ {2}\(\+8 ms\)\n/);
      expect(stdout).toMatch(/money\n +reward +1\n +surplus +0\n +fee +0.98\n +tip +0.00\d+\n +profit +0.02\n/);
      expect(stdout).not.toContain('\u001b');
      expect(stdout).not.toContain('not known');
    }
  });

  it('prints JSON of a fixed shape', async () => {
    const { desk, id } = told();
    const [object] = jsonLines(await cli(['explain', id, '--json', '--journal', desk.path]));
    expect(Object.keys(object)).toEqual([
      ...['bundle', 'status', 'reason', 'winner', 'source', 'receivedAt', 'expiresAt', 'finishedAt', 'copies'],
      ...[
        'wrapperIds',
        'orders',
        'matching',
        'chances',
        'considered',
        'simulated',
        'attempts',
        'loss',
        'money',
        'gaps',
      ],
    ]);
    expect(object).toMatchObject({
      wrapperIds: ['a', 'b'],
      matching: [
        { sold: '100', asked: '100', left: '0' },
        { sold: '5.6', asked: '5.5', left: '0.1' },
      ],
      attempts: [
        { n: 1, state: 'rejected', feeCharged: null },
        { n: 2, feeCharged: '0.98', xrdChange: '0.02', policy: 'best', preview: { outcome: 'settles' } },
      ],
      money: { profit: '0.02' },
      gaps: [],
    });
  });

  it('tells who won what was lost', async () => {
    const desk = new Desk(journals);
    const loss = {
      ...{ winner: 'txid_rival', winnerAccount: 'account_x', winnerFee: '1.2', winnerTip: '0.1', ourTip: '0' },
      ...{ committedAt: desk.now + 100, lateMs: 40, wouldHaveWon: 'being 41 ms earlier' },
    };
    const bundle = { ...bundleOf(['a']), details: { ...bundleStoryOf(), loss, considered: [candidateOf(['x'])] } };
    desk.journal.receiveEnded(bundle, { outcome: 'lost', winner: 'txid_rival' });
    const early = { ...bundleOf(['b']), details: { loss: { ...loss, lateMs: -3 } } };
    desk.journal.receiveEnded(early, { outcome: 'lost', winner: 'txid_rival' });
    const explain = async (wrapper: string) =>
      (await cli(['explain', bundleIdOf([wrapper]), '--journal', desk.path])).stdout;
    const late = await explain('a');
    expect(late).toMatch(/lost\n +to +account_x\n +by +txid_rival\n +committed +2026\S+\n +we were +40 ms later\n/);
    expect(late).toMatch(/would have won +being 41 ms earlier\n?/);
    expect(await explain('b')).toMatch(/we were +3 ms earlier\n/);
  });

  it('says what is not kept: an old journal, a pruned one', async () => {
    const { desk, id } = told();
    desk.now += 1e9;
    desk.journal.prune({ olderThan: 1 });
    const { stdout } = await cli(['explain', id, '--journal', desk.path]);
    expect(stdout).toContain('orders\n  wrapper a\n  wrapper b\n');
    expect(stdout).toMatch(/not known\n {2}the orders are not kept: pruned, .*\n {2}what was considered is not kept/);
    expect(stdout).toMatch(/profit +0.02\n/);
    const lost = bundleOf(['z']);
    desk.journal.receiveEnded(lost, { outcome: 'lost' });
    expect((await cli(['explain', lost.id, '--journal', desk.path])).stdout).toContain('who won, and by how much');
    desk.journal.receive(bundleOf(['q']));
    const queued = await cli(['explain', bundleIdOf(['q']), '--journal', desk.path]);
    expect(queued.stdout).not.toContain('what was considered');
  });

  it('shows each bundle of a transaction', async () => {
    const desk = new Desk(journals);
    const ids = [desk.receive('a'), desk.receive('b')];
    desk.journal.planAttempt({ ...attemptOf('txid_both', []), bundles: ids.map((id) => shareOf(id)) });
    const { stdout } = await cli(['explain', 'txid_both', '--journal', desk.path]);
    expect(stdout.match(/^bundle/gm)).toHaveLength(2);
    expect(stdout).toContain('attempt 1 (its share; 2 bundles)');
    const some = await cli(['explain', 'txid_b', '--journal', desk.path]);
    expect(some.status).toBe(2);
    expect(some.stderr).toMatch(
      /2 bundles begin with txid_b \[bad-usage\]\nhint: give more of the id: txid_both, txid_both/,
    );
  });

  it('says what it does not know', async () => {
    const { path } = new Desk(journals);
    expect(await cli(['explain', 'none', '--journal', path])).toMatchObject({
      status: 1,
      stderr: 'error: no bundle or transaction begins with none [unknown-bundle]\n',
    });
    expect(await cli(['explain', 'none', '--journal', `${path}.gone`])).toMatchObject({ status: 3 });
    expect(await cli(['explain'])).toMatchObject({ status: 2 });
  });
});

describe('explain a line of a recording', () => {
  const lines = [recordedLine(1), recordedLine(2, 0, { frame: 'none' }), recordedLine(3, 0, { timestamp: 9000n })];
  const file = folder.write('run.jsonl', `${lines.join('')}{}\n`);

  it('decides without a journal', async () => {
    const { status, stdout } = await cli(['explain', `${file}:1`]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/status +would-settle\nsource +\S+run.jsonl:1\n/);
    expect(stdout).toMatch(
      /decision\n +policy +best\n +tip +0 %\n +fee model +an estimate\n +not known +whether account account_\S+…\S+ has a vault for [^\n]+\n +supposed +the features of \S+,/,
    );
    expect(stdout).toMatch(/→ +\w{8} +1 /);
    expect(stdout).toMatch(/maker \S+ +1 % +1 % +0 +0 +0\n/);
    expect(stdout).toContain('a recording tells nothing of rivals');
    const [object] = jsonLines(await cli(['explain', `${file}:1`, '--json', '--policy', 'single']));
    expect(object).toMatchObject({ status: 'would-settle', attempts: [{ n: null, policy: 'single' }] });
    expect(Number(object.money.profit)).toBeCloseTo(Number(object.money.reward) - Number(object.money.fee), 12);
  });

  it('says that recorded balances go before the chances', async () => {
    const balances = { [formatAddress(`51${'07'.repeat(29)}`, 242)]: {} };
    const known = folder.write('known.jsonl', JSON.stringify({ ...JSON.parse(recordedLine(1)), balances }));
    const { stdout } = await cli(['explain', `${known}:1`]);
    expect(stdout).toContain('what accounts held by it goes before the chances of the policy');
    expect(stdout).not.toContain('nor of what an account can pay');
  });

  it('tells of a bundle that is declined, expired, or none', async () => {
    const strict = folder.write('strict.json', JSON.stringify({ name: 'strict', minProfit: '5' }));
    const declined = await cli(['explain', `${file}:1`, '--policy', strict]);
    expect(declined.stdout).toMatch(/status +declined\nreason +min-profit: /);
    expect((await cli(['explain', `${file}:2`])).stdout).toMatch(/status +invalid\nreason +bad-json: /);
    expect((await cli(['explain', `${file}:3`])).stdout).toMatch(/status +expired\nreason +expired: params\[0\]/);
  });

  it('says which line there is not', async () => {
    const explain = async (name: string, ...args: string[]) => cli(['explain', name, ...args]);
    expect(await explain(`${file}:9`)).toMatchObject({ status: 1, stderr: expect.stringContaining('[unknown-line]') });
    expect(await explain(`${file}:4`)).toMatchObject({ status: 1, stderr: expect.stringContaining('receivedAt') });
    expect(await explain(`${file}.gone:1`)).toMatchObject({ status: 3 });
    expect(await explain(`${file}:1`, '--policy', 'nobody')).toMatchObject({ status: 3 });
  });
});
