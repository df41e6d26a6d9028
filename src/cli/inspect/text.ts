import { toHex } from '../../base/bytes.js';
import type { SignatureWithPublicKey } from '../../transaction/key.js';
import { formatManifest } from '../../transaction/manifest/format.js';
import { formatString } from '../../transaction/manifest/text.js';
import type { Message } from '../../transaction/message.js';
import type { IntentHeader, TransactionHeader } from '../../transaction/model.js';
import { networkById } from '../../transaction/network.js';
import { formatFields, indent } from '../output.js';
import type { Inspected } from './inspection.js';
import { formatOrder } from './order.js';
import type { Intent } from './outline.js';

type Field = readonly [label: string, value: string];

/** What `inspect` prints of a payload for a person to read. */
export function formatInspected({ inspection, outline, bytes }: Inspected): string {
  const { kind, error, signers } = inspection;
  const fields: Field[] = [
    ['kind', kind ?? 'unknown'],
    [
      'verdict',
      error === null ? 'valid' : `invalid: ${error.code}${error.path && ` at ${error.path}`}: ${error.message}`,
    ],
  ];
  if (bytes !== undefined) fields.push(['bytes', String(bytes.length)]);
  if (inspection.effectiveLength !== null) fields.push(['effective length', String(inspection.effectiveLength)]);
  if (outline?.header !== undefined) fields.push(...headerFields(outline.header));
  const parts = [formatFields(fields)];
  if (kind === 'SignedPartialTransactionV2' && outline !== undefined) parts.push(formatOrder(bytes!));
  const intents = outline?.intents ?? [];
  intents.forEach((intent, index) => {
    const title = index === 0 ? 'root' : `subintent ${index - 1}`;
    parts.push(`${title}\n${indent(formatIntent(intent, signers?.[index]))}`);
  });
  return parts.join('\n\n');
}

function headerFields(header: TransactionHeader): Field[] {
  const { type, key } = header.notaryPublicKey;
  return [
    ['notary', `${type} ${toHex(key)}${header.notaryIsSignatory ? ', also a signatory' : ''}`],
    ['tip', `${header.tipBasisPoints} basis points`],
  ];
}

function formatIntent(intent: Intent, signers: readonly string[] | undefined): string {
  const { core } = intent;
  const fields: Field[] = [['id', intent.id], ...signerFields(signers, intent.signatures)];
  fields.push(...intentHeaderFields(core.header.value), ['message', formatMessage(core.message.value)]);
  core.blobs.forEach((blob, index) => {
    fields.push([`blob ${index}`, `${blob.length} bytes`]);
  });
  return `${formatFields(fields)}\nmanifest\n${indent(formatManifest(core).trimEnd())}`;
}

function signerFields(
  keys: readonly string[] | undefined,
  found: readonly SignatureWithPublicKey[] | undefined,
): Field[] {
  if (keys === undefined) return [['signers', found === undefined ? 'not part of this kind' : 'not verified']];
  if (keys.length === 0) return [['signers', 'none']];
  // The two lengths tell the curves apart.
  return keys.map((key) => ['signer', `${key.length === 64 ? 'Ed25519' : 'Secp256k1'} ${key}`]);
}

function intentHeaderFields(header: IntentHeader): Field[] {
  const { minProposerTimestampInclusive: from, maxProposerTimestampExclusive: until } = header;
  const fields: Field[] = [
    ['network', `${networkById(header.networkId).name} (${header.networkId})`],
    ['epochs', `from ${header.startEpochInclusive}, before ${header.endEpochExclusive}`],
  ];
  if (from !== undefined) fields.push(['not before', formatInstant(from)]);
  if (until !== undefined) fields.push(['expires', formatInstant(until)]);
  fields.push(['discriminator', String(header.intentDiscriminator)]);
  return fields;
}

/** Unix seconds as a date, where they are one. */
function formatInstant(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return `${seconds} s`;
  return `${date.toISOString().replace('.000Z', 'Z')} (${seconds} s)`;
}

function formatMessage(message: Message): string {
  if (message.type === 'None') return 'none';
  if (message.type === 'Encrypted') return `encrypted, ${message.message.encrypted.length} bytes`;
  const { mimeType, content } = message.message;
  const shown = content.type === 'String' ? formatString(content.text) : toHex(content.bytes);
  return `${formatString(mimeType)} ${shown}`;
}
