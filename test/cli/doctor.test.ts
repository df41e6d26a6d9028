import { chmodSync, mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Check } from '../../src/cli/doctor/check.js';
import { attempt, pass } from '../../src/cli/doctor/check.js';
import { journalChecks } from '../../src/cli/doctor/journal.js';
import { coreDumpCheck, nativeChecks, versionCheck } from '../../src/cli/doctor/machine.js';
import { createKeyFile } from '../../src/cli/keyFile.js';
import { KEY_VARIABLE } from '../../src/cli/keySource.js';
import { Journal } from '../../src/journal/journal.js';
import { formatAddress } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { SolverKey } from '../../src/transaction/solverKey.js';
import { FakeGateway, XRD_ADDRESS } from '../ledger/fakeGateway.js';
import { type StreamServer, startStreamServer } from '../support/streamServer.js';
import { cli, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const keyFile = folder.path('solver.key');
const account = formatAddress(preallocatedAccount(createKeyFile(keyFile, 'Ed25519').publicKey), 2);

let stream: StreamServer;
let gateway: FakeGateway;

beforeEach(async () => {
  stream = await startStreamServer();
  gateway = await FakeGateway.start();
  gateway.timeMs = Date.now() - 1000;
  gateway.holdings.set(account, [[XRD_ADDRESS, '100.5']]);
});

afterEach(() => stream.close());

const settings = (...more: string[]): string[] => [
  ...['--network', 'stokenet', '--stream', stream.url, '--gateway', gateway.url],
  ...['--journal', folder.path('none.sqlite'), ...more],
];

async function examine(...more: string[]): Promise<{ status: number; ok: boolean; checks: Check[] }> {
  const outcome = await cli(['doctor', '--json', ...settings(...more)]);
  return { status: outcome.status, ...JSON.parse(outcome.stdout) };
}

/** The check whose name begins so. */
const named = ({ checks }: { readonly checks: readonly Check[] }, name: string): Check | undefined =>
  checks.find(({ check }) => check.startsWith(name));

/** This machine may write core dumps: what the whole says then is not the test's. */
const machineIsFit = coreDumpCheck().ok;

describe('doctor', () => {
  it('passes a solver that has all it needs', async () => {
    const found = await examine('--key-file', keyFile, '--min-balance', '50');
    expect(found.checks.filter(({ ok, check }) => !ok && check !== 'core dumps')).toEqual([]);
    expect(found.checks.map(({ check }) => check)).toEqual([
      ...['versions', 'sodium-native', 'secp256k1', 'better-sqlite3', 'core dumps', 'key', 'account'],
      ...[`stream ${stream.url}`, `gateway ${gateway.url.slice(7)}`, 'clock', 'balance', 'journal'],
    ]);
    expect(found).toMatchObject({ status: machineIsFit ? 0 : 1, ok: machineIsFit });
    expect(named(found, 'account')!.detail).toBe(account);
    expect(named(found, 'balance')!.detail).toBe('100.5 XRD');
    expect(gateway.calls('/transaction/submit')).toEqual([]);
  });

  it('prints a table, with what to do', async () => {
    const fine = await cli(['doctor', ...settings('--key-file', keyFile)]);
    if (machineIsFit) expect(fine.stdout).toMatch(/\nall 12 checks passed\n$/);
    expect(fine.stdout).toMatch(/^ok +key +Ed25519, public key [0-9a-f]{64}$/m);
    const unfit = await cli(['doctor', ...settings()]);
    expect(unfit.status).toBe(1);
    expect(unfit.stdout).toMatch(/^FAIL +key +no key is given\n +→ make one: anthic-solver keygen/m);
    expect(unfit.stdout).toMatch(/^FAIL +balance +there is no account to look at$/m);
    expect(unfit.stderr).toMatch(/^error: \d of 11 checks failed \[unfit\]\n$/);
  });

  it('tells wrong settings instead, all of them', async () => {
    const outcome = await cli(['doctor', '--queue-limit', '0', '--gateway', 'x']);
    expect(outcome.status).toBe(2);
    expect(outcome.stderr.split('\n').slice(0, 4)).toHaveLength(4);
    expect(outcome.stdout).toBe('');
  });
});

describe('key and account', () => {
  it('takes the key of the environment, and never shows it', async () => {
    const secret = '1f'.repeat(32);
    const outcome = await cli(['doctor', '--json', ...settings()], '', { [KEY_VARIABLE]: `ed25519:${secret}` });
    expect(named(JSON.parse(outcome.stdout), 'key')!.ok).toBe(true);
    expect(outcome.stdout + outcome.stderr).not.toContain(secret);
  });

  it('refuses a key file that others may read, and an account of another key', async () => {
    const open = folder.path('open.key');
    createKeyFile(open, 'Secp256k1');
    chmodSync(open, 0o644);
    expect(named(await examine('--key-file', open), 'key')).toMatchObject({
      ...{ ok: false, detail: expect.stringContaining('has mode 0644'), advice: expect.stringContaining('chmod 600') },
    });
    const other = formatAddress(preallocatedAccount(SolverKey.generate('Ed25519').publicKey), 2);
    const found = await examine('--key-file', keyFile, '--account', other);
    expect(named(found, 'key')!.ok).toBe(true);
    expect(named(found, 'account')).toMatchObject({ ok: false, advice: expect.stringContaining(account) });
  });

  it('says that a created account is not known to be the key’s', async () => {
    const created = formatAddress(`c1${'00'.repeat(29)}`, 2);
    const found = await examine('--key-file', keyFile, '--account', created);
    expect(named(found, 'account')!.detail).toContain('only the ledger knows');
    expect(named(found, 'balance')).toMatchObject({ ok: false, detail: '0 XRD' });
  });
});

describe('streams', () => {
  it.each([
    [{ type: 'status', status: 403 }, /^status, HTTP 403/, /path and credentials/],
    [{ type: 'garbage' }, /^\S/, /./],
    [{ type: 'reset' }, /^unreachable/, /firewall/],
  ] as const)('says what is wrong: %j', async (mode, detail, advice) => {
    stream.behave(mode);
    const found = named(await examine('--key-file', keyFile), 'stream')!;
    expect(found.ok).toBe(false);
    expect(found.detail).toMatch(detail);
    expect(found.advice).toMatch(advice);
  });
});

describe('Gateways, clock and balance', () => {
  const broken = async (...more: string[]): Promise<Check[]> =>
    (await examine('--key-file', keyFile, ...more)).checks.filter(({ ok, check }) => !ok && check !== 'core dumps');

  it('finds one of another network', async () => {
    gateway.networkId = 1;
    expect(await broken()).toMatchObject([
      { check: expect.stringMatching(/^gateway/), detail: 'is of network 1, expected 2 (stokenet)' },
      { check: 'clock', detail: 'no Gateway tells the time' },
      { check: 'balance', detail: 'no Gateway can be asked' },
    ]);
  });

  it('finds one that is late, which a good one makes up for', async () => {
    gateway.timeMs = Date.now() - 60_000;
    expect(await broken()).toMatchObject([
      { check: expect.stringMatching(/^gateway/), detail: expect.stringMatching(/: 60\.\d s old$/) },
      { check: 'clock', detail: expect.stringMatching(/^60\.\d s ahead of the ledger$/) },
    ]);
    const good = await FakeGateway.start();
    good.timeMs = Date.now();
    good.holdings = gateway.holdings;
    expect((await broken('--gateway', good.url)).map(({ check }) => check)).toEqual([
      `gateway ${gateway.url.slice(7)}`,
    ]);
  });

  it('finds a clock that is late', async () => {
    gateway.timeMs = Date.now() + 20_000;
    expect(await broken()).toMatchObject([{ check: 'clock', advice: expect.stringContaining('synchronize') }]);
  });

  it('finds too little XRD', async () => {
    expect(await broken('--min-balance', '101')).toMatchObject([
      { check: 'balance', detail: '100.5 XRD, below minBalance 101', advice: `send XRD to ${account}` },
    ]);
    gateway.on('/state/entity/page/fungible-vaults/', { json: {}, status: 500 });
    gateway.holdings.clear();
    expect((await broken())[0]).toMatchObject({ check: 'balance', ok: false });
  });

  it('finds one that does not answer', async () => {
    gateway.on('/status/network-configuration', { fault: 'reset' });
    expect((await broken())[0]).toMatchObject({ detail: expect.stringContaining('no connection') });
  });
});

describe('the journal', () => {
  const file = folder.path('journal.sqlite');

  it('is checked beside a solver that runs, limits included', async () => {
    const journal = Journal.open(file, { now: () => 1000 });
    expect(await journalChecks(file, 2)).toMatchObject([
      { ok: true, detail: '0 bundles received, 0 open, 0 attempts' },
      { check: 'limits', ok: true },
    ]);
    journal.receive({ id: 'x', items: [], receivedAt: 1000, source: 'test' });
    journal.stopLimit('max-failures', '5 in a row');
    expect((await journalChecks(file, 2))[1]).toMatchObject({ ok: false, detail: 'max-failures: 5 in a row' });
    journal.close();
  });

  it('is refused where it is of another network', async () => {
    const path = folder.path('mainnet.sqlite');
    const journal = Journal.open(path, { now: () => 1000 });
    journal.claimNetwork(1);
    expect((await journalChecks(path, 1))[0]).toMatchObject({ ok: true });
    expect((await journalChecks(path, 2))[0]).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^expected a journal of stokenet, \S+mainnet.sqlite is one of mainnet$/),
      advice: 'each network has a journal of its own',
    });
    journal.close();
  });

  it('is refused where it holds what cannot be', async () => {
    const { default: Sqlite } = await import('better-sqlite3');
    const db = new Sqlite(file);
    db.exec("update received set state = 'in-flight'");
    db.close();
    const [check] = await journalChecks(file, 2);
    expect(check).toMatchObject({ ok: false, advice: expect.stringContaining('journal verify') });
  });

  it('is refused where it is none, or cannot be written', async () => {
    expect(
      await journalChecks(folder.write('text.sqlite', 'not a database, and long enough to be read as one'), 2),
    ).toMatchObject([{ ok: false }]);
    expect(await journalChecks(folder.path('no/such/folder.sqlite'), 2)).toMatchObject([
      { ok: false, detail: expect.stringContaining('no such file or directory') },
    ]);
    mkdirSync(folder.path('sealed'));
    chmodSync(folder.path('sealed'), 0o500);
    const sealed = await journalChecks(folder.path('sealed/new.sqlite'), 2);
    // Root may write anywhere.
    expect(sealed[0]!.ok).toBe(process.getuid?.() === 0);
  });
});

describe('this machine', () => {
  it.each([
    ['20.19.0', true],
    ['22.1.0', true],
    ['20.18.9', false],
    ['18.20.0', false],
    ['nonsense', false],
  ])('Node %s', (version, ok) => {
    expect(versionCheck('1.0.0', version).ok).toBe(ok);
  });

  it.each([
    ['Max core file size        0                    unlimited            bytes', true],
    ['Max core file size        unlimited            unlimited            bytes', false],
    ['nothing of it', false],
  ])('core dumps: %s', (text, ok) => {
    expect(coreDumpCheck(() => text).ok).toBe(ok);
  });

  it('cannot tell of core dumps everywhere', () => {
    const unreadable = (): string => {
      throw new Error('ENOENT');
    };
    expect(coreDumpCheck(unreadable)).toMatchObject({ ok: true, detail: expect.stringContaining('cannot be read') });
  });

  it('says what to do about bindings that are missing or slow', async () => {
    const checks = await nativeChecks({
      crypto: async () => ({ sodium: true, secp256k1: false }),
      sqlite: () => Promise.reject(new Error('Could not locate the bindings file.\n → tried')),
    });
    expect(checks.map(({ ok, detail }) => [ok, detail])).toEqual([
      [true, 'native'],
      [false, 'runs as slow JavaScript'],
      [false, 'Could not locate the bindings file.'],
    ]);
    expect(checks[2]!.advice).toContain('npm rebuild');
  });

  it('takes whatever is thrown for what was found', async () => {
    expect(await attempt('x', 'do y', () => Promise.reject('text'))).toEqual({
      ...{ check: 'x', ok: false, detail: 'text', advice: 'do y' },
    });
    expect(await attempt('x', 'do y', () => pass('x', 'fine'))).toEqual({ check: 'x', ok: true, detail: 'fine' });
  });
});
