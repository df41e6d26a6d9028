import { closeSync, constants, openSync, readSync } from 'node:fs';
import { ApiKey } from '../anthic/apiKey.js';
import { CliError, EXIT, unreadable } from './error.js';
import type { Io } from './io.js';
import { checkKeyFile } from './keyFile.js';

export const API_KEY_VARIABLE = 'ANTHIC_API_KEY';

/** One more than any key has: a longer file then fails by its length. */
const MAX_FILE = 1024;

/**
 * The API key from the file named on the command line, else from the environment; undefined where neither gives one. A key
 * in the environment is removed from it in either case, so that no child process inherits it.
 * Errors: `unreadable-file`, `key-file-open-to-others`, `bad-api-key`.
 */
export function loadApiKey(file: string | undefined, io: Pick<Io, 'env'>): ApiKey | undefined {
  const variable = io.env[API_KEY_VARIABLE];
  delete io.env[API_KEY_VARIABLE];
  if (file !== undefined) return parse(readApiKeyFile(file), file, EXIT.unreadable);
  if (variable === undefined || variable === '') return undefined;
  return parse(variable, API_KEY_VARIABLE, EXIT.usage);
}

function parse(text: string, where: string, exitStatus: number): ApiKey {
  try {
    return new ApiKey(text.trim());
  } catch (error) {
    throw new CliError(exitStatus, 'bad-api-key', `${where}: ${(error as Error).message}`);
  }
}

function readApiKeyFile(path: string): string {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  try {
    checkKeyFile(path, fd);
    const bytes = Buffer.alloc(MAX_FILE);
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, MAX_FILE, 0));
  } finally {
    closeSync(fd);
  }
}
