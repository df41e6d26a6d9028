import type { Bytes } from '../base/bytes.js';
import { SolverError } from '../base/error.js';
import type { Curve } from '../transaction/key.js';
import { freeLocked, lockedMemory, SolverKey } from '../transaction/solverKey.js';

/**
 * The text of a private key: `ed25519:<64 hex>` or `secp256k1:<64 hex>`; 64 hex digits alone are an Ed25519 key. It is
 * read and written byte by byte inside locked memory: no string ever holds it, and no error repeats any of it.
 */
const CURVES: readonly (readonly [Curve, Bytes])[] = [
  ['Ed25519', Buffer.from('ed25519:')],
  ['Secp256k1', Buffer.from('secp256k1:')],
];
const SECRET_LENGTH = 32;
const HEX = Buffer.from('0123456789abcdef');

/** The longest text there is, with a line end. */
export const MAX_KEY_TEXT = 'secp256k1:'.length + 2 * SECRET_LENGTH + '\r\n'.length;

/** Reads a key from text in locked memory, which stays the caller's to free. Error: `bad-key`. */
export function parseKeyText(text: Buffer): SolverKey {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1]!)) end--;
  let start = 0;
  let curve: Curve = 'Ed25519';
  for (const [name, prefix] of CURVES) {
    if (text.subarray(0, prefix.length).equals(prefix)) {
      curve = name;
      start = prefix.length;
    }
  }
  if (end - start !== 2 * SECRET_LENGTH) throw badKey(`${2 * SECRET_LENGTH} hex digits, got ${end - start} characters`);
  const secret = lockedMemory(SECRET_LENGTH);
  for (let i = 0; i < SECRET_LENGTH; i++) {
    const high = nibble(text[start + 2 * i]!);
    const low = nibble(text[start + 2 * i + 1]!);
    if (high < 0 || low < 0) {
      freeLocked(secret);
      throw badKey('hex digits only');
    }
    secret[i] = (high << 4) | low;
  }
  return SolverKey.fromBytes(curve, secret);
}

/** Writes the text of a private key, line end included, to new locked memory, which the caller frees. */
export function formatKeyText(curve: Curve, secret: Buffer): Buffer {
  const [, prefix] = CURVES.find(([name]) => name === curve)!;
  const text = lockedMemory(prefix.length + 2 * secret.length + 1);
  text.set(prefix);
  let at = prefix.length;
  for (const byte of secret) {
    text[at++] = HEX[byte >> 4]!;
    text[at++] = HEX[byte & 0x0f]!;
  }
  text[at] = 0x0a;
  return text;
}

function badKey(wanted: string): SolverError {
  return new SolverError('bad-key', `expected a private key as ed25519:<64 hex> or secp256k1:<64 hex>: ${wanted}`);
}

function isSpace(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d || byte === 0x20 || byte === 0x09;
}

function nibble(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}
