import { describe, expect, it } from 'vitest';
import { formatAmount, parseAmount, units } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import { formatAddress } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { validateNotarized } from '../../src/transaction/validate.js';
import { ed25519Key } from '../support/build.js';
import { makeFrame, makeItem, makePair, type OrderOptions, token } from '../support/bundles.js';
import { recorded } from '../support/waiting.js';
import { cli, jsonLines, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const FOUR = recorded('4xpair').lines;
const SETTLEMENTS = 'fixtures/recordings/settlements.jsonl';

function changed(line: string, changes: object): string {
  return JSON.stringify({ ...JSON.parse(line), ...changes });
}

function at(line: string, milliseconds: number): string {
  return changed(line, { receivedAt: new Date(Date.parse(JSON.parse(line).receivedAt) + milliseconds).toISOString() });
}

async function replay(lines: readonly string[], ...args: string[]) {
  return jsonLines(await cli(['replay', '--json', ...args, '-'], `${lines.join('\n')}\n`));
}

const sumOf = (objects: readonly any[], field: string) =>
  objects.reduce((sum, object) => sum + parseAmount(object[field]), 0n);

/** Which lines share a transaction: a letter for each transaction. */
function roots(objects: readonly any[]): string {
  const ids = [...new Set(objects.map(({ transactionId }) => transactionId))].filter((id) => id !== null);
  return objects.map(({ transactionId }) => 'ABCDEFGH'[ids.indexOf(transactionId)] ?? '-').join('');
}

describe('replay --policy', () => {
  it('settles bundles of one moment in one transaction, each with its share', async () => {
    const objects = await replay(FOUR, '--policy', 'best');
    expect(roots(objects)).toBe('AAAA');
    expect(new Set(objects.map(({ transaction }) => transaction)).size).toBe(1);
    const transaction = decodeTransaction('NotarizedTransactionV2', fromHex(objects[0].transaction));
    expect(validateNotarized(transaction, 242).signers).toHaveLength(17);
    for (const object of objects) {
      expect(object).toMatchObject({
        outcome: 'would-settle',
        reward: '1',
        assumed: true,
        feeKnown: true,
        surplus: [],
      });
      expect(parseAmount(object.profit)).toBe(units(1) - parseAmount(object.networkFee));
    }
    expect(sumOf(objects, 'profit')).toBeGreaterThan(parseAmount('0.7448'));
    expect(formatAmount(sumOf(objects, 'networkFee'))).toMatch(/^3\.2\d+$/);
  });

  it('decides as without a policy where each stands alone and no loss is feared', async () => {
    const plain = jsonLines(await cli(['replay', '--json', SETTLEMENTS]));
    const single = jsonLines(await cli(['replay', '--json', '--policy', 'single', '--min-profit=-100', SETTLEMENTS]));
    const essence = ({ line, outcome, reason, orders, reward, networkFee, profit, surplus }: any) => {
      return { line, outcome, reason, orders, reward, networkFee, profit, surplus };
    };
    expect(single.map(essence)).toEqual(plain.map(essence));
    expect(Object.keys(single[0])).toEqual(Object.keys(plain[0]));
  });

  it('lets nothing wait longer than the moment, unless the policy says so', async () => {
    const apart = [FOUR[0]!, at(FOUR[1]!, 1), at(FOUR[2]!, 100), at(FOUR[3]!, 101)];
    expect(roots(await replay(apart, '--policy', 'best'))).toBe('ABCD');
    const patient = folder.write('patient.json', JSON.stringify({ name: 'patient', mergeWindow: 100 }));
    expect(roots(await replay(apart, '--policy', patient))).toBe('AAAB');
    // A recording that goes back in time starts anew.
    expect(roots(await replay([at(FOUR[0]!, 5), FOUR[1]!], '--policy', patient))).toBe('AB');
  });

  it('waits no longer than the tightest expiry', async () => {
    const patient = folder.write('very.json', JSON.stringify({ name: 'very patient', mergeWindow: 60_000 }));
    const { proposerTimestamp } = JSON.parse(FOUR[1]!);
    const late = changed(at(FOUR[1]!, 30_000), { proposerTimestamp: proposerTimestamp + 1_000_000 });
    const objects = await replay([FOUR[0]!, late], '--policy', patient);
    expect(objects.map(({ outcome }) => outcome)).toEqual(['would-settle', 'expired']);
  });

  it('prints lines in their order, whatever waits', async () => {
    const lines = [FOUR[0]!, '{', FOUR[0]!, FOUR[1]!, changed(FOUR[2]!, { network: 2, vaults: null }), FOUR[3]!];
    const objects = await replay(lines, '--policy', 'best');
    expect(objects.map(({ line, outcome }) => [line, outcome])).toEqual([
      [1, 'would-settle'],
      [2, 'invalid'],
      [3, 'duplicate'],
      [4, 'would-settle'],
      [5, 'invalid'],
      [6, 'would-settle'],
    ]);
    expect(objects[0].transactionId).toBe(objects[3].transactionId);
    // Another network is another moment.
    expect(objects[5].transactionId).not.toBe(objects[0].transactionId);
  });

  it('finds what one bundle lacks in another', async () => {
    const [first] = recorded('pair').lines;
    const { params, ...rest } = JSON.parse(JSON.parse(first!).frame);
    const half = (index: number) => changed(first!, { frame: JSON.stringify({ ...rest, params: [params[index]] }) });
    const objects = await replay([half(0), half(1)], '--policy', 'best');
    expect(roots(objects)).toBe('AA');
    expect(formatAmount(sumOf(objects, 'networkFee'))).toBe('0.98231109492');
    expect((await replay([half(0), half(1)])).map(({ outcome }) => outcome)).toEqual(['unmatched', 'unmatched']);
  });

  it('takes limits from the command line before those of the policy', async () => {
    const greedy = folder.write('greedy.json', JSON.stringify({ name: 'greedy', minProfit: '5' }));
    const [declined] = await replay(FOUR.slice(0, 1), '--policy', greedy);
    expect(declined).toMatchObject({ outcome: 'declined', reason: { code: 'min-profit' }, transaction: null });
    expect(declined.profit).toMatch(/^0\.01/);
    const [wanted] = await replay(FOUR.slice(0, 1), '--policy', greedy, '--min-profit', '0.01');
    expect(wanted.outcome).toBe('would-settle');
    const [dear] = await replay(FOUR.slice(0, 1), '--policy', 'best', '--max-fee', '0.5');
    expect(dear).toMatchObject({ outcome: 'declined', reason: { code: 'max-fee' } });
  });

  /** Recorded pairs of one moment, with what each account holds of what its order sells: a thousand, unless told. */
  function recordedWith(pairs: readonly (readonly OrderOptions[])[], holds: (pair: number, side: number) => string) {
    const balances = pairs.map((pair, index) =>
      pair.map(({ user, sell }, side) => [
        formatAddress(preallocatedAccount(user!.publicKey), 242),
        { [formatAddress(sell.resource, 242)]: holds(index, side) },
      ]),
    );
    return pairs.map((pair, index) =>
      JSON.stringify({
        receivedAt: '2024-12-13T21:40:40.000Z',
        network: 242,
        epoch: 1,
        proposerTimestamp: 500,
        frame: makeFrame(pair.map((order) => makeItem(order))),
        balances: Object.fromEntries(balances[index]!),
      }),
    );
  }

  it('knows from recorded balances who can pay', async () => {
    const pairs = [0, 1].map((seed) => makePair(token(1), token(2), units(5), units(7), seed));
    const lines = recordedWith(pairs, (pair, side) => (pair === 1 && side === 0 ? '5' : '1000'));
    const [known, broke] = await replay(lines, '--policy', 'best');
    expect(known).toMatchObject({ outcome: 'would-settle', assumed: false });
    // It has what it sells, but not the fees beside it.
    expect(broke).toMatchObject({ outcome: 'declined', reason: { code: 'cannot-pay' } });
    // The contract knows nothing of balances.
    expect((await replay(lines)).map(({ outcome }) => outcome)).toEqual(['would-settle', 'would-settle']);
  });

  it.each([
    ['14', 'AA', [false, false]],
    // Enough for either, not for both: they share no root, and it is not known which of them is paid.
    ['13', 'AB', [true, true]],
  ])('knows what an account that sells twice can pay: 7 each of %s', async (holds, shared, assumed) => {
    const maker = ed25519Key(77);
    const pairs = [0, 1].map((seed) => {
      const [taker, other] = makePair(token(1), token(2), units(5), units(7), seed);
      return [taker!, { ...other!, user: maker }];
    });
    const lines = recordedWith(pairs, (_, side) => (side === 1 ? holds : '1000'));
    const objects = await replay(lines, '--policy', 'best');
    expect(objects.map(({ outcome }) => outcome)).toEqual(['would-settle', 'would-settle']);
    expect(roots(objects)).toBe(shared);
    expect(objects.map((object) => object.assumed)).toEqual(assumed);
  });

  it('knows of what a run has seen that something may have come in since', async () => {
    const pairs = [0, 1].map((seed) => makePair(token(1), token(2), units(5), units(7), seed));
    const lines = recordedWith(pairs, (pair, side) => (pair === 1 && side === 0 ? '5' : '1000')).map((line) => {
      const { balances, ...rest } = JSON.parse(line);
      return JSON.stringify({ ...rest, held: balances });
    });
    const [known, short] = await replay(lines, '--policy', 'single');
    expect(known).toMatchObject({ outcome: 'would-settle', assumed: false });
    // It stands before the lock, where failing costs nothing.
    expect(short).toMatchObject({ outcome: 'would-settle', assumed: true });
  });

  it('earns by an order only once, as a dry run does', async () => {
    const orders = [0, 1, 2].map((seed) => makePair(token(1), token(2), units(5), units(7), seed));
    const line = (seeds: readonly number[], wrapping: number, after = 0) => {
      const items = seeds.flatMap((seed) =>
        orders[seed]!.map((order) => makeItem(order, { header: { discriminator: BigInt(wrapping) } })),
      );
      const time = { receivedAt: new Date(Date.UTC(2024, 11, 13) + after).toISOString(), proposerTimestamp: 500 };
      return JSON.stringify({ ...time, network: 242, epoch: 1, frame: makeFrame(items) });
    };
    // In the same wrapper, in another one, and both later on.
    const lines = [line([0], 1), line([0, 1], 1), line([2], 1), line([2], 2), line([0], 3, 5), line([1], 1, 5)];
    const objects = await replay(lines, '--policy', 'best');
    expect(objects.map(({ outcome, reason }) => reason?.code ?? outcome)).toEqual([
      'would-settle',
      'overlap',
      'would-settle',
      'overlap',
      'overlap',
      'would-settle',
    ]);
    expect(objects[1]).toMatchObject({ outcome: 'declined', reward: '2', networkFee: null, transaction: null });
    const { stdout } = await cli(['replay', '--policy', 'best', '-'], `${lines.join('\n')}\n`);
    expect(stdout).toContain('overlap: another bundle would have settled one of its orders before');
    const [report] = jsonLines(await cli(['report', '--json', '-'], `${lines.join('\n')}\n`));
    expect(report.reasons).toEqual([{ reason: 'declined: overlap', bundles: 3 }]);
    expect(parseAmount(report.money[1].profit)).toBe(
      sumOf(
        objects.filter(({ outcome }) => outcome === 'would-settle'),
        'profit',
      ),
    );
    // By itself each is looked at as if there were no other.
    expect((await replay(lines)).every(({ outcome }) => outcome === 'would-settle')).toBe(true);
  });

  it('declines what loses, unless told otherwise', async () => {
    const order = makePair(token(1), token(2), units(5), units(7), 0).map((each) => makeItem(each, { reward: 1n }));
    const loss = changed(FOUR[0]!, { frame: makeFrame(order), vaults: null, epoch: 1, proposerTimestamp: 500 });
    const anyhow = folder.write('anyhow.json', JSON.stringify({ name: 'anyhow', minProfit: '-2' }));
    for (const [policy, outcome] of [
      ['single', 'declined'],
      ['best', 'declined'],
      [anyhow, 'would-settle'],
    ] as const) {
      expect(await replay([loss], '--policy', policy)).toMatchObject([{ outcome }]);
    }
    expect(await replay([loss], '--policy', 'best', '--min-profit=-2')).toMatchObject([{ outcome: 'would-settle' }]);
    expect(await replay([loss])).toMatchObject([{ outcome: 'would-settle' }]);
  });

  it('keeps memory bounded where a moment never ends', async () => {
    const lines = Array.from({ length: 300 }, (_, index) =>
      index === 0 ? FOUR[0]! : changed(FOUR[0]!, { frame: '[]' }),
    );
    const objects = await replay([...lines, FOUR[1]!], '--policy', 'best');
    expect(objects).toHaveLength(301);
    expect(objects[300].transactionId).not.toBe(objects[0].transactionId);
  });

  it('shows in the table which lines share a transaction', async () => {
    const { stdout } = await cli(['replay', '--policy', 'best', '-'], `${[...FOUR, at(FOUR[0]!, 1)].join('\n')}\n`);
    expect(stdout.match(/\(assumed\) {2}\(one of 4 in transaction #1\)/g)).toHaveLength(4);
    expect(stdout).toContain('4 bundles share 1 transactions');
    expect(stdout).toMatch(/would settle: reward 4, network fee 3\.2\d+, profit 0\.7\d+ XRD/);
  });

  it('refuses lines of another network than the addresses of the policy', async () => {
    const abroad = formatAddress(token(1), 2);
    const policy = folder.write(
      'abroad.json',
      JSON.stringify({ name: 'abroad', prices: { table: { [abroad]: '1' } } }),
    );
    const [object] = await replay(FOUR.slice(0, 1), '--policy', policy);
    expect(object).toMatchObject({ outcome: 'invalid', reason: { code: 'wrong-network' } });
    expect(object.reason.message).toContain(`prices.table.${abroad}`);
  });

  it.each([
    ['{', 'expected JSON'],
    ['{"name":"x","tips":1}', 'tips: expected no such field'],
    ['{"name":"x","tip":{"kind":"fixed","basisPoints":-1}}', 'tip.basisPoints: expected a whole number'],
  ])('refuses a policy file that holds %s', async (text, message) => {
    const { status, stderr, stdout } = await cli(['replay', '--policy', folder.write('bad.json', text), SETTLEMENTS]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
  });

  it('says so where a policy is neither a name nor a file, or comes beside a composition', async () => {
    const missing = await cli(['replay', '--policy', 'bset', SETTLEMENTS]);
    expect(missing.status).toBe(3);
    expect(missing.stderr).toContain('single, best');
    const both = await cli(['replay', '--policy', 'best', '--composition', 'template', SETTLEMENTS]);
    expect(both.status).toBe(2);
  });
});
