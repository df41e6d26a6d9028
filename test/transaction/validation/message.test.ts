import { expect, it } from 'vitest';
import type { Message } from '../../../src/transaction/message.js';
import { makeNotarized, makeSignedPartial } from '../../support/build.js';
import { judgeNotarized, judgeSignedPartial } from '../../support/verdict.js';

// docs/protocol.md §5.1 and §10.4.

type Curve = 'Ed25519' | 'Secp256k1';
type Entries = Extract<Message, { type: 'Encrypted' }>['message']['decryptorsByCurve'];
type CurveType = Entries[number][0];
type Decryptors = Entries[number][1];

const plaintext = (mimeType: string, text: string | Buffer): Message => ({
  type: 'Plaintext',
  message: {
    mimeType,
    content: typeof text === 'string' ? { type: 'String', text } : { type: 'Bytes', bytes: text },
  },
});

/** Per entry: the curve it is listed under, how many decryptors, and the curve they are of. */
function encrypted(length: number, ...entries: (readonly [listed: Curve, count: number, actual?: Curve])[]): Message {
  return {
    type: 'Encrypted',
    message: {
      encrypted: Buffer.alloc(length),
      decryptorsByCurve: entries.map(([listed, count, actual = listed]) => {
        const decryptors = Array.from({ length: count }, (_, i) => [Buffer.alloc(8, i), Buffer.alloc(40)] as const);
        const ephemeralPublicKey = Buffer.alloc(actual === 'Ed25519' ? 32 : 33);
        return [{ type: listed } as CurveType, { type: actual, ephemeralPublicKey, decryptors } as Decryptors];
      }),
    },
  };
}

it.each<[string, Message, string]>([
  ['none', { type: 'None' }, 'ok'],
  ['text', plaintext('text/plain', 'Hello world!'), 'ok'],
  ['bytes', plaintext('application/json', Buffer.from('{}')), 'ok'],
  ['longest MIME type', plaintext('m'.repeat(128), ''), 'ok'],
  ['longer MIME type', plaintext('m'.repeat(129), ''), 'MimeTypeTooLong'],
  ['longest text, in bytes', plaintext('', 'é'.repeat(1024)), 'ok'],
  ['longer text, in bytes', plaintext('', `${'é'.repeat(1024)}x`), 'PlaintextMessageTooLong'],
  ['longest bytes', plaintext('', Buffer.alloc(2048)), 'ok'],
  ['longer bytes', plaintext('', Buffer.alloc(2049)), 'PlaintextMessageTooLong'],
  ['MIME type before text', plaintext('m'.repeat(129), 'x'.repeat(2049)), 'MimeTypeTooLong'],
  ['both curves', encrypted(0, ['Ed25519', 1], ['Secp256k1', 2]), 'ok'],
  ['longest encrypted', encrypted(2076, ['Ed25519', 1]), 'ok'],
  ['longer encrypted', encrypted(2077, ['Ed25519', 1]), 'EncryptedMessageTooLong'],
  ['length before decryptors', encrypted(2077), 'EncryptedMessageTooLong'],
  ['no curve', encrypted(0), 'NoDecryptors'],
  ['another curve', encrypted(0, ['Ed25519', 1, 'Secp256k1']), 'MismatchingDecryptorCurves'],
  ['another curve before none of it', encrypted(0, ['Ed25519', 0, 'Secp256k1']), 'MismatchingDecryptorCurves'],
  ['none of a curve', encrypted(0, ['Ed25519', 1], ['Secp256k1', 0]), 'NoDecryptorsForCurveType'],
  ['entries in order', encrypted(0, ['Secp256k1', 0], ['Ed25519', 1, 'Secp256k1']), 'NoDecryptorsForCurveType'],
  ['20 in all', encrypted(0, ['Ed25519', 10], ['Secp256k1', 10]), 'ok'],
  ['21 in all', encrypted(0, ['Ed25519', 10], ['Secp256k1', 11]), 'TooManyDecryptors'],
  ['none of a curve before 21', encrypted(0, ['Ed25519', 21], ['Secp256k1', 0]), 'NoDecryptorsForCurveType'],
])('%s', (_, message, code) => {
  const at = (location: string) => (code === 'ok' ? 'ok' : `${code}@${location}`);
  const partial = makeSignedPartial({ message });
  expect(judgeNotarized(makeNotarized({ message }))).toBe(at('RootTransactionIntent'));
  expect(judgeNotarized(makeNotarized({ children: [partial] }))).toBe(at('NonRootSubintent(0)'));
  expect(judgeSignedPartial(partial)).toBe(at('RootSubintent'));
});
