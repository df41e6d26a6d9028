import { describe, expect, it } from 'vitest';
import { formatString } from '../../../src/transaction/manifest/text.js';

describe('string literals', () => {
  it.each([
    ['plain', '"plain"'],
    ['', '""'],
    [' spaces stay ', '" spaces stay "'],
    ['say "no" \\ yes', '"say \\"no\\" \\\\ yes"'],
    ['\n\r\t\b\f', '"\\n\\r\\t\\b\\f"'],
    ['\u0000\u001b[31m\u007f', '"\\u0000\\u001b[31m\\u007f"'],
    ['naïve 日本 😀', '"naïve 日本 😀"'],
    // Reversal of direction, zero-width joiner, byte order mark, no-break space, line separator.
    ['\u202e\u200d\ufeff\u00a0\u2028', '"\\u202e\\u200d\\ufeff\\u00a0\\u2028"'],
    // A combining accent; a private and an unassigned code point, as two UTF-16 units each.
    ['e\u0301', '"e\\u0301"'],
    ['\u{f0000}\u{e0fff}', '"\\udb80\\udc00\\udb43\\udfff"'],
  ])('%j', (text, literal) => {
    expect(formatString(text)).toBe(literal);
  });
});
