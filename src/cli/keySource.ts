import { freeLocked, lockedMemory, type SolverKey } from '../transaction/solverKey.js';
import { CliError, EXIT } from './error.js';
import type { Io } from './io.js';
import { readKeyFile } from './keyFile.js';
import { MAX_KEY_TEXT, parseKeyText } from './keyText.js';

export const KEY_VARIABLE = 'ANTHIC_SOLVER_KEY';

/**
 * The solver's key from the file named on the command line, else from the environment; undefined where neither gives
 * one. A key in the environment is removed from it in either case, so that no child process inherits it.
 */
export function loadSolverKey(keyFile: string | undefined, io: Pick<Io, 'env' | 'stderr'>): SolverKey | undefined {
  const text = io.env[KEY_VARIABLE];
  delete io.env[KEY_VARIABLE];
  if (keyFile !== undefined) return readKeyFile(keyFile);
  if (text === undefined || text === '') return undefined;
  io.stderr.write(
    `warning: the key was read from ${KEY_VARIABLE}, where other processes of this user can see it; prefer --key-file\n`,
  );
  return parseVariable(text);
}

function parseVariable(text: string): SolverKey {
  // The environment is text already; from here on only locked memory holds the key.
  const locked = lockedMemory(Math.min(text.length, MAX_KEY_TEXT + 1));
  for (let i = 0; i < locked.length; i++) locked[i] = Math.min(text.charCodeAt(i), 0xff);
  try {
    return parseKeyText(locked);
  } catch (error) {
    throw new CliError(EXIT.usage, 'bad-key', `${KEY_VARIABLE}: ${(error as Error).message}`);
  } finally {
    freeLocked(locked);
  }
}
