import type { Bytes } from '../../src/base/bytes.js';
import type { Message } from '../../src/transaction/message.js';
import { arbitraryBytes, arbitraryText } from './arbitraryLeaf.js';
import type { Chance } from './randomBundles.js';

export type Encrypted = Extract<Message, { type: 'Encrypted' }>['message'];
export type DecryptorEntry = Encrypted['decryptorsByCurve'][number];
export type Decryptors = DecryptorEntry[1];
type Curve = Decryptors['type'];

export function decryptorsOf(chance: Chance, type: Curve, count: number): Decryptors {
  const decryptors = Array.from({ length: count }, (): readonly [Bytes, Bytes] => [
    arbitraryBytes(chance, 8),
    arbitraryBytes(chance, 40),
  ]);
  return { type, ephemeralPublicKey: arbitraryBytes(chance, type === 'Ed25519' ? 32 : 33), decryptors };
}

/** An encrypted message of `length` bytes for so many decryptors of each curve; 0 leaves the curve out. */
export function encryptedMessage(chance: Chance, length: number, ed25519: number, secp256k1: number): Message {
  const curves: [Curve, number][] = [
    ['Ed25519', ed25519],
    ['Secp256k1', secp256k1],
  ];
  const listed = chance.shuffle(curves.filter(([, count]) => count > 0));
  return {
    type: 'Encrypted',
    message: {
      encrypted: arbitraryBytes(chance, length),
      decryptorsByCurve: listed.map(
        ([type, count]): DecryptorEntry => [{ type } as DecryptorEntry[0], decryptorsOf(chance, type, count)],
      ),
    },
  };
}

/** A message that keeps all rules. */
export function arbitraryMessage(chance: Chance): Message {
  switch (chance.below(6)) {
    case 0:
      return {
        type: 'Plaintext',
        message: { mimeType: 'text/plain', content: { type: 'String', text: text(chance) } },
      };
    case 1: {
      const bytes = arbitraryBytes(chance, chance.often(0.1) ? 2048 : chance.below(40));
      return { type: 'Plaintext', message: { mimeType: text(chance), content: { type: 'Bytes', bytes } } };
    }
    case 2: {
      const ed25519 = chance.below(11);
      const secp256k1 = ed25519 === 0 ? 1 + chance.below(20) : chance.below(11);
      const length = chance.often(0.1) ? 2076 : chance.below(60);
      return encryptedMessage(chance, length, ed25519, secp256k1);
    }
    default:
      return { type: 'None' };
  }
}

function text(chance: Chance): string {
  return chance.often(0.1) ? 'é'.repeat(64) : arbitraryText(chance);
}
