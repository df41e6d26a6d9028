import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { decodePayload, encodePayload } from '../../src/sbor/codec.js';
import { DecodeError } from '../../src/sbor/error.js';
import { type Value, value } from '../../src/sbor/value.js';

/** Payloads with the verdict of the official decoder, and the stream of its own unit test. */

interface Case {
  case: string;
  hex: string;
  expect: string;
  rust_error: string | null;
}

const { cases } = JSON.parse(readFileSync('fixtures/vectors/sbor/manifest_value_decode_cases.json', 'utf8')) as {
  cases: Case[];
};

function verdict(payload: Uint8Array): string {
  try {
    const tree = decodePayload(value, payload);
    expect(toHex(encodePayload(value, tree))).toBe(toHex(payload));
    return 'ok';
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
}

describe('the official verdict', () => {
  it('covers all cases', () => expect(cases).toHaveLength(70));

  it.each(cases)('$case', ({ hex, expect: expected, rust_error }) => {
    const actual = verdict(fromHex(hex));
    if (expected === 'ok') expect(actual).toBe('ok');
    else expect(rust_error).toContain(actual);
  });
});

describe('the stream of basic values', () => {
  const { hex } = JSON.parse(readFileSync('fixtures/vectors/crypto.json', 'utf8')).sbor_basic_stream as { hex: string };

  it('reads value by value to its end', () => {
    // A tuple of as many fields makes one payload of the stream.
    for (let count = 1; count < 64; count++) {
      const payload = fromHex(`4d21${count.toString(16).padStart(2, '0')}${hex}`);
      let tree: Value;
      try {
        tree = decodePayload(value, payload);
      } catch {
        continue;
      }
      expect(toHex(encodePayload(value, tree))).toBe(toHex(payload));
      const kinds = (tree as Extract<Value, { kind: 'Tuple' }>).fields.map((field) => field.kind);
      expect(kinds.slice(0, 14)).toEqual([
        'Tuple',
        'Bool',
        'I8',
        'I16',
        'I32',
        'I64',
        'I128',
        'U8',
        'U16',
        'U32',
        'U64',
        'U128',
        'String',
        'Array',
      ]);
      return;
    }
    expect.unreachable('expected the stream to fill a tuple');
  });
});
