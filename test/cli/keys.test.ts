import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/bytes.js';
import { CliError } from '../../src/cli/error.js';
import { createKeyFile, readKeyFile } from '../../src/cli/keyFile.js';
import { KEY_VARIABLE, loadSolverKey } from '../../src/cli/keySource.js';
import { parseKeyText } from '../../src/cli/keyText.js';
import type { SolverKey } from '../../src/transaction/solverKey.js';
import { Sink, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const vectors = JSON.parse(readFileSync('fixtures/vectors/crypto.json', 'utf8'));
const ED = vectors.ed25519;
const SECP = vectors.secp256k1;

function publicKey(key: SolverKey): string {
  const hex = toHex(key.publicKey.key);
  key.dispose();
  return hex;
}

/** The error of an action, which must be a typed one. */
function refusal(action: () => unknown): CliError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(CliError);
    return error as CliError;
  }
  throw new Error('expected a refusal');
}

describe('the text of a key', () => {
  it.each([
    [`ed25519:${ED.private_key}`, ED.public_key],
    [ED.private_key, ED.public_key],
    [`${ED.private_key}\n`, ED.public_key],
    [`ed25519:${ED.private_key.toUpperCase()} \t\r\n`, ED.public_key],
    [`secp256k1:${SECP.private_key}\r\n`, SECP.public_key],
  ])('%j', (text, expected) => {
    expect(publicKey(parseKeyText(Buffer.from(text)))).toBe(expected);
  });

  it.each([
    '',
    '\n\n',
    'ed25519:',
    ED.private_key.slice(1),
    `${ED.private_key}0`,
    ` ${ED.private_key}`,
    `ED25519:${ED.private_key}`,
    `p256:${ED.private_key}`,
    `ed25519:${'g'.repeat(64)}`,
    `ed25519:${'0'.repeat(63)}/`,
    `ed25519:${'0'.repeat(63)}:`,
    `ed25519:${'0'.repeat(63)}@`,
    `secp256k1:${'0'.repeat(64)}`,
    `secp256k1:${'f'.repeat(64)}`,
    `0x${ED.private_key.slice(2)}`,
  ])('refuses %j without repeating it', (text) => {
    const bytes = Buffer.from(text);
    expect(() => parseKeyText(bytes)).toThrow(expect.objectContaining({ code: 'bad-key' }));
    try {
      parseKeyText(bytes);
    } catch (error) {
      expect(String((error as Error).stack)).not.toMatch(/[0-9a-f]{32}|g{8}/);
    }
  });
});

describe('key files', () => {
  it('reads one that only its owner may read', () => {
    const file = folder.write('ok.key', `secp256k1:${SECP.private_key}\n`);
    expect(publicKey(readKeyFile(file))).toBe(SECP.public_key);
    chmodSync(file, 0o400);
    expect(publicKey(readKeyFile(file))).toBe(SECP.public_key);
    symlinkSync(file, folder.path('link.key'));
    expect(publicKey(readKeyFile(folder.path('link.key')))).toBe(SECP.public_key);
  });

  it.each([0o640, 0o604, 0o644, 0o660, 0o610, 0o601, 0o622, 0o777])('refuses mode %o', (mode) => {
    const file = folder.write('open.key', ED.private_key);
    chmodSync(file, mode);
    const error = refusal(() => readKeyFile(file));
    expect(error).toMatchObject({ code: 'key-file-open-to-others', exitStatus: 3 });
    expect(error.hint).toContain('chmod 600');
    chmodSync(file, 0o600);
  });

  it('refuses what is no regular file, or not there', () => {
    mkdirSync(folder.path('directory'), { mode: 0o700 });
    const fifo = folder.path('fifo');
    execFileSync('mkfifo', ['-m', '600', fifo]);
    for (const path of [folder.path('directory'), fifo, folder.path('missing'), '/dev/zero']) {
      expect(refusal(() => readKeyFile(path))).toMatchObject({ code: 'unreadable-file', exitStatus: 3 });
    }
  });

  it.each(['', 'nonsense', `${ED.private_key}${ED.private_key}`, `ed25519:${'z'.repeat(64)}`, 'x'.repeat(100_000)])(
    'refuses a file that holds no key (%#)',
    (text) => {
      const error = refusal(() => readKeyFile(folder.write('bad.key', text)));
      expect(error).toMatchObject({ code: 'bad-key', exitStatus: 3 });
      expect(error.message).not.toContain(text.slice(-6) || '\0');
    },
  );

  it.each(['Ed25519', 'Secp256k1'] as const)('makes a file for its owner only (%s)', (curve) => {
    const file = folder.path(`new-${curve}.key`);
    const key = createKeyFile(file, curve);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^${curve.toLowerCase()}:[0-9a-f]{64}\n$`));
    expect(readKeyFile(file).publicKey).toEqual(key.publicKey);
  });

  it('never overwrites', () => {
    const file = folder.write('kept.key', 'kept');
    expect(refusal(() => createKeyFile(file, 'Ed25519'))).toMatchObject({ code: 'file-exists', exitStatus: 1 });
    symlinkSync(folder.path('nowhere'), folder.path('dangling.key'));
    expect(refusal(() => createKeyFile(folder.path('dangling.key'), 'Ed25519')).code).toBe('file-exists');
    expect(readFileSync(file, 'utf8')).toBe('kept');
    expect(existsSync(folder.path('nowhere'))).toBe(false);
  });

  it('says why it cannot write', () => {
    const error = refusal(() => createKeyFile(folder.path('no/such/folder.key'), 'Ed25519'));
    expect(error).toMatchObject({ code: 'unwritable-file', exitStatus: 1 });
    expect(error.message).toContain('no such file or directory');
  });
});

describe('where the key comes from', () => {
  it('takes the file, and removes the variable all the same', () => {
    const env = { [KEY_VARIABLE]: ED.private_key };
    const stderr = new Sink();
    const file = folder.write('source.key', `secp256k1:${SECP.private_key}`);
    expect(publicKey(loadSolverKey(file, { env, stderr })!)).toBe(SECP.public_key);
    expect(env).toEqual({});
    expect(stderr.text).toBe('');
  });

  it('takes the variable with a warning that does not tell it', () => {
    const env = { [KEY_VARIABLE]: `ed25519:${ED.private_key}`, OTHER: 'stays' };
    const stderr = new Sink();
    expect(publicKey(loadSolverKey(undefined, { env, stderr })!)).toBe(ED.public_key);
    expect(env).toEqual({ OTHER: 'stays' });
    expect(stderr.text).toMatch(/^warning: .*ANTHIC_SOLVER_KEY.*--key-file\n$/);
    expect(stderr.text).not.toContain(ED.private_key);
  });

  it('is content with neither', () => {
    expect(loadSolverKey(undefined, { env: {}, stderr: new Sink() })).toBeUndefined();
    expect(loadSolverKey(undefined, { env: { [KEY_VARIABLE]: '' }, stderr: new Sink() })).toBeUndefined();
  });

  it.each(['nonsense', 'ġ'.repeat(64), '0'.repeat(10_000)])('refuses a variable that holds no key (%#)', (text) => {
    const error = refusal(() => loadSolverKey(undefined, { env: { [KEY_VARIABLE]: text }, stderr: new Sink() }));
    expect(error).toMatchObject({ code: 'bad-key', exitStatus: 2 });
    expect(error.message).not.toContain(text.slice(0, 8));
  });
});
