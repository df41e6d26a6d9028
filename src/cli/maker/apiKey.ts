import { readFileSync } from 'node:fs';
import { ApiKey } from '../../anthic/apiKey.js';
import { unreadable, usageError } from '../error.js';
import type { Io } from '../io.js';

export const API_KEY_VARIABLE = 'ANTHIC_API_KEY';

/** The API key from a file, else from the environment, out of which it is taken in either case. */
export function loadApiKey(file: string | undefined, io: Pick<Io, 'env'>): ApiKey {
  const variable = io.env[API_KEY_VARIABLE];
  delete io.env[API_KEY_VARIABLE];
  if (file !== undefined) return new ApiKey(readText(file).trim());
  if (variable === undefined || variable === '') {
    throw usageError(`expected an API key: give --api-key-file or ${API_KEY_VARIABLE}`);
  }
  return new ApiKey(variable.trim());
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, cause);
  }
}
