import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import type { Curve } from '../transaction/key.js';
import { freeLocked, generateSecret, lockedMemory, SolverKey } from '../transaction/solverKey.js';
import { CliError, EXIT, systemCode, systemMessage, unreadable } from './error.js';
import { formatKeyText, MAX_KEY_TEXT, parseKeyText } from './keyText.js';

const GROUP_AND_OTHERS = 0o077;

/**
 * Reads the solver's key from a file, straight into locked memory. Errors (exit status 3): `unreadable-file`,
 * `key-file-open-to-others`, `bad-key`.
 */
export function readKeyFile(path: string): SolverKey {
  let fd: number;
  try {
    // Not blocking, so that a named pipe is refused below instead of waited for.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  try {
    checkKeyFile(path, fd);
    // One byte more than a key takes: a longer file then fails by its length, unread.
    const text = lockedMemory(MAX_KEY_TEXT + 1);
    try {
      return parseKeyText(text.subarray(0, readFully(path, fd, text)));
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw new CliError(EXIT.unreadable, 'bad-key', `${path}: ${(error as Error).message}`);
    } finally {
      freeLocked(text);
    }
  } finally {
    closeSync(fd);
  }
}

/** The checks are made on the open file, so that no other file can take its place in between. */
export function checkKeyFile(path: string, fd: number): void {
  const status = fstatSync(fd);
  if (!status.isFile()) throw unreadable(path, new Error('expected a regular file'));
  // Windows has no such bits: Node reports 0o666 there for every file.
  if (process.platform !== 'win32' && (status.mode & GROUP_AND_OTHERS) !== 0) {
    const mode = (status.mode & 0o777).toString(8).padStart(4, '0');
    throw new CliError(
      EXIT.unreadable,
      'key-file-open-to-others',
      `${path} has mode ${mode}: expected a key file that only its owner may use`,
      { hint: `chmod 600 ${path}, and treat the key as known to whoever could read it` },
    );
  }
}

function readFully(path: string, fd: number, into: Buffer): number {
  try {
    let length = 0;
    while (length < into.length) {
      const count = readSync(fd, into, length, into.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return length;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/**
 * Makes a new key and writes it to a file that must not exist yet, for its owner only. Returns the key.
 * Errors: `file-exists`, `unwritable-file` (exit status 1).
 */
export function createKeyFile(path: string, curve: Curve): SolverKey {
  let fd: number;
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST') {
      throw new CliError(EXIT.failure, 'file-exists', `${path} exists: a key file is never overwritten`, { cause });
    }
    throw unwritable(path, cause);
  }
  const secret = generateSecret(curve);
  const text = formatKeyText(curve, secret);
  try {
    fchmodSync(fd, 0o600);
    let written = 0;
    while (written < text.length) written += writeSync(fd, text, written);
    fsyncSync(fd);
  } catch (cause) {
    freeLocked(secret);
    unlinkSync(path);
    throw unwritable(path, cause);
  } finally {
    freeLocked(text);
    closeSync(fd);
  }
  return SolverKey.fromBytes(curve, secret);
}

function unwritable(path: string, cause: unknown): CliError {
  return new CliError(EXIT.failure, 'unwritable-file', `cannot write ${path}: ${systemMessage(cause)}`, { cause });
}
