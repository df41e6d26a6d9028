import { bech32m } from '@scure/base';
import type { Bytes } from './bytes.js';
import { SolverError } from './error.js';

/** Bech32m text of `data`, with human-readable part `hrp`. */
export function encodeBech32m(hrp: string, data: Bytes): string {
  return bech32m.encode(hrp, bech32m.toWords(data), false);
}

/** Reads Bech32m text of any length. Error: `bad-bech32m` (characters, case or checksum). */
export function decodeBech32m(text: string): { hrp: string; data: Bytes } {
  try {
    const { prefix, words } = bech32m.decode(text as `${string}1${string}`, false);
    return { hrp: prefix, data: bech32m.fromWords(words) };
  } catch (cause) {
    throw new SolverError('bad-bech32m', `expected Bech32m text with a right checksum, got ${shorten(text)}`, {
      cause,
    });
  }
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
