import { LIMITS } from '../limits.js';
import type { Message } from '../message.js';
import { broken } from './error.js';

type Plaintext = Extract<Message, { type: 'Plaintext' }>['message'];
type Encrypted = Extract<Message, { type: 'Encrypted' }>['message'];

/** The rules of messages (docs/protocol.md §5.1, §10.4). Lengths are in bytes; what is encrypted is not looked into. */
export function checkMessage(message: Message): void {
  switch (message.type) {
    case 'None':
      break;
    case 'Plaintext':
      checkPlaintext(message.message);
      break;
    case 'Encrypted':
      checkEncrypted(message.message);
  }
}

function checkPlaintext({ mimeType, content }: Plaintext): void {
  const mime = Buffer.byteLength(mimeType);
  if (mime > LIMITS.mimeTypeBytes) {
    throw broken('MimeTypeTooLong', `expected a MIME type of at most ${LIMITS.mimeTypeBytes} bytes, got ${mime}`);
  }
  const length = content.type === 'String' ? Buffer.byteLength(content.text) : content.bytes.length;
  if (length > LIMITS.plaintextMessageBytes) {
    const wanted = `a message of at most ${LIMITS.plaintextMessageBytes} bytes`;
    throw broken('PlaintextMessageTooLong', `expected ${wanted}, got ${length}`);
  }
}

function checkEncrypted({ encrypted, decryptorsByCurve }: Encrypted): void {
  if (encrypted.length > LIMITS.encryptedMessageBytes) {
    const wanted = `an encrypted message of at most ${LIMITS.encryptedMessageBytes} bytes`;
    throw broken('EncryptedMessageTooLong', `expected ${wanted}, got ${encrypted.length}`);
  }
  if (decryptorsByCurve.length === 0)
    throw broken('NoDecryptors', 'expected decryptors of at least one curve, got none');
  let total = 0;
  for (const [curve, { type, decryptors }] of decryptorsByCurve) {
    if (curve.type !== type) {
      throw broken('MismatchingDecryptorCurves', `expected decryptors of ${curve.type}, got ${type}`);
    }
    if (decryptors.length === 0) {
      throw broken('NoDecryptorsForCurveType', `expected at least one decryptor of ${type}, got none`);
    }
    total += decryptors.length;
  }
  if (total > LIMITS.decryptors) {
    throw broken('TooManyDecryptors', `expected at most ${LIMITS.decryptors} decryptors, got ${total}`);
  }
}
