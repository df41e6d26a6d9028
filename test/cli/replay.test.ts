import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAmount } from '../../src/base/amount.js';
import { fromHex } from '../../src/base/bytes.js';
import { formatAddress, parseId } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { validateNotarized } from '../../src/transaction/validate.js';
import { ed25519Key } from '../support/build.js';
import { cli, jsonLines, temporaryFolder } from './support.js';

const DOCUMENTATION = 'fixtures/recordings/documentation.jsonl';
const SETTLEMENTS = 'fixtures/recordings/settlements.jsonl';
const folder = temporaryFolder();
const documented = readFileSync(DOCUMENTATION, 'utf8');

/** Every field there is, in order. */
const FIELDS = [
  'file',
  'line',
  'outcome',
  'reason',
  'orders',
  'transactionId',
  'transaction',
  'reward',
  'networkFee',
  'feeKnown',
  'assumed',
  'surplus',
  'profit',
  'micros',
];

function changed(changes: object): string {
  return `${JSON.stringify({ ...JSON.parse(documented), ...changes })}\n`;
}

describe('replay --json', () => {
  it('prints one object for each line, with every field', async () => {
    const outcome = await cli(['replay', '--json', DOCUMENTATION, SETTLEMENTS]);
    expect(outcome.status).toBe(0);
    const objects = jsonLines(outcome);
    expect(objects).toHaveLength(1 + 38);
    for (const object of objects) expect(Object.keys(object)).toEqual(FIELDS);
    expect(objects.map((each) => each.line).slice(0, 3)).toEqual([1, 1, 2]);
    expect(objects[0].file).toBe(DOCUMENTATION);
  });

  it('tells the documented bundle as it is', async () => {
    const [object] = jsonLines(await cli(['replay', '--json', DOCUMENTATION]));
    expect(object).toMatchObject({
      outcome: 'would-settle',
      reason: null,
      reward: '1',
      feeKnown: false,
      assumed: true,
      surplus: [],
    });
    expect(object.orders).toEqual([
      {
        orderId: expect.stringMatching(/^subtxid_tdx_2_1/),
        wrapperId: expect.stringMatching(/^subtxid_tdx_2_1/),
        account: expect.stringMatching(/^account_tdx_2_12/),
        sell: { resource: expect.stringMatching(/^resource_tdx_2_1/), amount: '90.345529' },
        buy: { resource: expect.stringMatching(/^resource_tdx_2_1/), amount: '0.00081', constraint: 'at-least' },
        fees: '0.092346',
        reward: '0.5',
        expiresAt: '2024-12-13T21:41:28Z',
        ownerUnproven: false,
      },
      expect.objectContaining({ fees: '0.000003', expiresAt: '2024-12-13T21:41:23Z', ownerUnproven: true }),
    ]);
    expect(parseAmount(object.profit)).toBe(parseAmount(object.reward) - parseAmount(object.networkFee));
    expect(parseId('txid', object.transactionId, 2)).toHaveLength(32);
    const transaction = decodeTransaction('NotarizedTransactionV2', fromHex(object.transaction));
    expect(validateNotarized(transaction, 2).signers).toHaveLength(5);
  });

  it('leaves null what has no value', async () => {
    const [expired] = jsonLines(await cli(['replay', '--json', '-'], changed({ epoch: 61334 })));
    expect(expired).toMatchObject({
      file: '-',
      outcome: 'expired',
      reason: { code: 'expired' },
      transactionId: null,
      transaction: null,
      networkFee: null,
      feeKnown: null,
      assumed: null,
      surplus: null,
      profit: null,
    });
    expect(expired.orders).toHaveLength(2);
  });

  it('goes on after a broken line, and skips blank ones', async () => {
    const text = `{"receivedAt"\n\n${documented}${documented}${changed({ frame: '{}' })}${changed({ network: 1 })}`;
    const objects = jsonLines(await cli(['replay', '--json', '-'], text));
    expect(objects.map(({ line, outcome, reason }) => [line, outcome, reason?.code ?? null])).toEqual([
      [1, 'invalid', 'bad-recording'],
      [3, 'would-settle', null],
      [4, 'duplicate', 'duplicate'],
      [5, 'invalid', 'other-method'],
      [6, 'invalid', 'InvalidNetwork'],
    ]);
    expect(objects[0].orders).toEqual([]);
    // What can be read of a bundle for another network is shown in that network's addresses.
    expect(objects[4].orders).toHaveLength(2);
  });

  it('sees a duplicate across files', async () => {
    const objects = jsonLines(await cli(['replay', '--json', DOCUMENTATION, DOCUMENTATION]));
    expect(objects.map((each) => each.outcome)).toEqual(['would-settle', 'duplicate']);
  });

  it('declines on request only', async () => {
    const [declined] = jsonLines(await cli(['replay', '--json', '--min-profit', '0.5', DOCUMENTATION]));
    expect(declined).toMatchObject({ outcome: 'declined', reason: { code: 'min-profit' }, transaction: null });
    expect(declined.profit).toMatch(/^-?0\.\d+$/);
    const [dear] = jsonLines(await cli(['replay', '--json', '--max-fee', '0.5', DOCUMENTATION]));
    expect(dear).toMatchObject({ outcome: 'declined', reason: { code: 'max-fee' } });
  });

  it('pins wrapper signers', async () => {
    const key = 'd047686b25ca256ddd547b0f3b139d512a864859ec3ac26de9c9273bd4b7c9ac';
    const [pinned] = jsonLines(await cli(['replay', '--json', '--wrapper-key', key, DOCUMENTATION]));
    expect(pinned.outcome).toBe('would-settle');
    const [other] = jsonLines(await cli(['replay', '--json', '--wrapper-key', '00'.repeat(32), DOCUMENTATION]));
    expect(other).toMatchObject({ outcome: 'invalid', reason: { code: 'unknown-wrapper-signer' } });
  });

  it('composes the recipe of the documentation', async () => {
    const [cheapest] = jsonLines(await cli(['replay', '--json', SETTLEMENTS]));
    const [template] = jsonLines(await cli(['replay', '--json', '--composition', 'template', SETTLEMENTS]));
    expect(cheapest.networkFee).toBe('0.98231109492');
    expect(template.networkFee).toBe('1.00192415624');
  });
});

describe('replay', () => {
  it('prints a table, and says whose key signs', async () => {
    const { stdout, status } = await cli(['replay', DOCUMENTATION, SETTLEMENTS]);
    expect(status).toBe(0);
    expect(stdout).toContain('throwaway key');
    expect(stdout).toContain('documentation.jsonl:1');
    expect(stdout).toContain('sells 90.345529 resource_tdx_2');
    expect(stdout).toContain('(owner unproven)');
    expect(stdout).toContain('deficit: ');
    expect(stdout).toMatch(/39 lines: 37 would-settle, 1 unmatched, 1 expired/);
    expect(stdout).toMatch(/would settle: reward 53.5, network fee \d+\.\d+, profit -?\d\.\d+ XRD/);
  });

  it('counts what is no bundle apart', async () => {
    const { stdout } = await cli(['replay', '-'], changed({ frame: '[]' }));
    expect(stdout).toContain('1 lines: 1 no bundle');
    expect((await cli(['replay', '-'], '')).stdout).toContain('nothing to read');
  });

  it('signs with a key file, for another account where one is given', async () => {
    const keyFile = folder.write('solver.key', `ed25519:${'07'.repeat(32)}\n`);
    const created = `c1${'05'.repeat(29)}`;
    const account = formatAddress(created, 2);
    const outcome = await cli(['replay', '--json', '--key-file', keyFile, '--account', account, DOCUMENTATION]);
    expect(outcome.stderr).toBe('');
    const [object] = jsonLines(outcome);
    const { signedTransactionIntent } = decodeTransaction('NotarizedTransactionV2', fromHex(object.transaction));
    const { rootIntentCore } = signedTransactionIntent.transactionIntent;
    const called = rootIntentCore.instructions.value.flatMap((each) => ('address' in each ? [each.address] : []));
    expect(new Set(called)).toEqual(new Set([created]));
  });

  it('wants recordings of the network of its account', async () => {
    const account = formatAddress(`c1${'05'.repeat(29)}`, 1);
    const [object] = jsonLines(await cli(['replay', '--json', '--account', account, DOCUMENTATION]));
    expect(object).toMatchObject({ outcome: 'invalid', reason: { code: 'wrong-network' } });
  });

  it('says on stderr that a throwaway key signs, where stdout is for a program', async () => {
    const { stderr } = await cli(['replay', '--json', DOCUMENTATION]);
    expect(stderr).toContain('throwaway key');
  });

  it.each([
    [['replay']],
    [['replay', '--composition', 'best', DOCUMENTATION]],
    [['replay', '--min-profit', 'much', DOCUMENTATION]],
    [['replay', '--max-fee', '', DOCUMENTATION]],
    [['replay', '--wrapper-key', 'abc', DOCUMENTATION]],
    [['replay', '--account', 'account_sim1nonsense', DOCUMENTATION]],
    [['replay', '--account', formatAddress(preallocatedAccount(ed25519Key(3).publicKey), 2), DOCUMENTATION]],
    [
      [
        'replay',
        '--account',
        formatAddress('5da66318c6318c61f5a61b4c6318c6318cf794aa8d295f14e6318c6318c6', 1),
        DOCUMENTATION,
      ],
    ],
  ])('refuses bad usage: %j', async (args) => {
    const { status, stdout, stderr } = await cli(args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toBe('');
  });

  it('reads the other files when one cannot be read, and ends with 3', async () => {
    const outcome = await cli(['replay', '--json', folder.path('none'), DOCUMENTATION, folder.path('nothing')]);
    expect(outcome.status).toBe(3);
    expect(jsonLines(outcome)).toHaveLength(1);
    expect(outcome.stderr).toContain('none');
    expect(outcome.stderr).toContain('nothing');
  });
});
