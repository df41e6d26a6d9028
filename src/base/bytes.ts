import { SolverError } from './error.js';

/** Bytes as they travel. A view, never a copy, unless a function says otherwise. */
export type Bytes = Uint8Array;

/** A Buffer over the same memory: Node's native hex, UTF-8 and comparison work on it without a copy. */
export function bufferOf(bytes: Bytes): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Lower-case hex. */
export function toHex(bytes: Bytes): string {
  return bufferOf(bytes).toString('hex');
}

/**
 * Hex text of either case to bytes; nothing else is accepted (no prefix, no white space).
 * Error: `bad-hex` with the offset of the first character that is none, or the odd length.
 */
export function fromHex(text: string): Buffer {
  if (text.length % 2 !== 0) {
    throw new SolverError('bad-hex', `expected an even number of hex digits, got ${text.length}`);
  }
  const bytes = Buffer.from(text, 'hex');
  // Node stops at the first bad pair without a word, so the length tells.
  if (bytes.length * 2 !== text.length) {
    const at = text.search(/[^0-9a-fA-F]/);
    throw new SolverError('bad-hex', `expected hex digits, got ${JSON.stringify(text.charAt(at))} at offset ${at}`);
  }
  return bytes;
}

export function equalBytes(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && bufferOf(a).equals(b);
}
