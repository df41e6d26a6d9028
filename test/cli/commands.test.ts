import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { parseAddress } from '../../src/transaction/address.js';
import { cli, jsonLines, Sink, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const vectors = JSON.parse(readFileSync('fixtures/vectors/crypto.json', 'utf8'));
const version = JSON.parse(readFileSync('package.json', 'utf8')).version;

describe('the program', () => {
  it.each(['--version', '-V'])('%s', async (flag) => {
    expect(await cli([flag])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('tells every command and the exit statuses under --help', async () => {
    const { status, stdout } = await cli(['--help']);
    expect(status).toBe(0);
    for (const name of ['replay', 'inspect', 'keygen', 'account', 'Examples:', 'Exit status']) {
      expect(stdout).toContain(name);
    }
  });

  it.each(['replay', 'inspect', 'keygen', 'account'])('%s --help', async (name) => {
    const { status, stdout, stderr } = await cli([name, '--help']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: anthic-solver ${name}`);
    expect(stdout).toContain('--json');
    expect(await cli(['help', name])).toMatchObject({ status: 0, stdout });
  });

  it.each([
    [[]],
    [['nonsense']],
    [['toString']],
    [['--nonsense']],
    [['inspect']],
    [['inspect', '00', '01']],
    [['inspect', '00', '--nonsense']],
    [['inspect', '00', '--network', 'nowhere']],
    [['inspect', '00', '--network', '256']],
    [['keygen']],
    [['keygen', '--out', '/nowhere/x', '--curve', 'p256']],
    [['account', '--network', '1']],
    [['account', '--key-file', 'x']],
    // A key is never taken from the command line.
    [['account', '--key', '00', '--network', '1']],
  ])('exits with 2 and says why: %j', async (args) => {
    const { status, stdout, stderr } = await cli(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('prints one line for what it did not expect, and the stack only when asked', async () => {
    const failing = async (env: NodeJS.ProcessEnv) => {
      const stdout = new Sink();
      stdout.write = () => {
        throw new Error('something odd\nwith a second line');
      };
      const stderr = new Sink();
      const { run } = await import('../../src/cli/program.js');
      const status = await run(['inspect', '00'], { stdin: process.stdin, stdout, stderr, env });
      return { status, stderr: stderr.text };
    };
    expect(await failing({})).toEqual({ status: 1, stderr: 'error: something odd\n' });
    expect((await failing({ DEBUG: '1' })).stderr).toMatch(/\n\s+at /);
  });

  it('ends when nobody reads, and fails when the output breaks', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never);
    for (const [code, status] of [
      ['EPIPE', 0],
      ['ENOSPC', 1],
    ] as const) {
      const [stdout, stderr] = [new Sink(), new Sink()];
      const { run } = await import('../../src/cli/program.js');
      await run(['--version'], { stdin: process.stdin, stdout, stderr, env: {} });
      stdout.emit('error', Object.assign(new Error(code), { code }));
      expect(exit).toHaveBeenLastCalledWith(status);
      expect(stderr.text === '').toBe(code === 'EPIPE');
    }
    exit.mockRestore();
  });

  it('goes on without its terminal where it works for months', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as never);
    const { run } = await import('../../src/cli/program.js');
    const broken = () => Object.assign(new Error('write EIO'), { code: 'EIO' });
    for (const args of [['run'], ['maker'], ['maker', 'report']]) {
      const [stdout, stderr] = [new Sink(), new Sink()];
      await run([...args, '--help'], { stdin: process.stdin, stdout, stderr, env: {} });
      stdout.emit('error', broken());
      stderr.emit('error', broken());
      expect(exit).toHaveBeenCalledTimes(args.length - 1);
    }
    exit.mockRestore();
  });
});

describe('keygen and account', () => {
  it.each(['ed25519', 'secp256k1'])('make and read a key (%s)', async (curve) => {
    const file = folder.path(`${curve}.key`);
    const made = await cli(['keygen', '--out', file, '--curve', curve, '--json']);
    expect([made.status, made.stderr]).toEqual([0, '']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [key] = jsonLines(made);
    expect(Object.keys(key)).toEqual(['curve', 'publicKey', 'file']);
    const secret = readFileSync(file, 'utf8').trim().split(':')[1]!;
    expect(made.stdout).not.toContain(secret);

    const told = await cli(['account', '--key-file', file, '--network', 'stokenet', '--json']);
    const [account] = jsonLines(told);
    expect(account).toMatchObject({ network: 2, curve: key.curve, publicKey: key.publicKey });
    expect(parseAddress(account.account, 2)).toMatch(curve === 'ed25519' ? /^51/ : /^d1/);
    const text = await cli(['account', '--key-file', file, '--network', '2']);
    expect(text.stdout).toContain(account.account);
    expect(told.stdout + text.stdout).not.toContain(secret);

    const again = await cli(['keygen', '--out', file]);
    expect(again).toMatchObject({ status: 1, stdout: '' });
    expect(again.stderr).toMatch(/^error: .*never overwritten \[file-exists\]\n$/);
  });

  it('makes an Ed25519 key unless told otherwise, and says where it is', async () => {
    const file = folder.path('default.key');
    const { status, stdout } = await cli(['keygen', '--out', file]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Ed25519/);
    expect(stdout).toContain(file);
    expect(stdout).not.toContain(readFileSync(file, 'utf8').slice(8, 40));
  });

  it('tells the account of a known key', async () => {
    const file = folder.write('known.key', `ed25519:${vectors.ed25519.private_key}\n`);
    const { stdout } = await cli(['account', '--key-file', file, '--network', 'simulator', '--json']);
    expect(JSON.parse(stdout).publicKey).toBe(vectors.ed25519.public_key);
  });

  it('refuses a key file that others may read', async () => {
    const { status, stderr } = await cli([
      'account',
      '--key-file',
      folder.write('open.key', vectors.ed25519.private_key, 0o644),
      '--network',
      '1',
    ]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^error: .* \[key-file-open-to-others\]\nhint: chmod 600 /);
    expect(stderr).not.toContain(vectors.ed25519.private_key);
  });
});
