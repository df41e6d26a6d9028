import { formatAmount } from '../../base/amount.js';
import { type Bytes, fromHex } from '../../base/bytes.js';
import { nonFungibleLocalId } from '../../sbor/custom.js';
import { DecodeError } from '../../sbor/error.js';
import { KIND } from '../../sbor/kind.js';
import { Reader } from '../../sbor/reader.js';
import { formatAddress } from '../../transaction/address.js';
import type { Network } from '../../transaction/network.js';

/**
 * Scrypto SBOR, in which events and outputs are written, as the Gateway's programmatic JSON: every value an object with
 * its kind, numbers as text. Kinds up to 0x23 are those of Manifest SBOR; the custom ones are its own.
 */

export type Programmatic = { readonly kind: string } & Readonly<Record<string, unknown>>;

const SCRYPTO_PREFIX = 0x5c;
const NODE_ID = 30;

/** Custom kinds of Scrypto SBOR. */
const CUSTOM = { Reference: 0x80, Own: 0x90, Decimal: 0xa0, PreciseDecimal: 0xb0, NonFungibleLocalId: 0xc0 } as const;

const NAMES = new Map<number, string>(
  [...Object.entries(KIND).filter(([, kind]) => kind <= KIND.Map), ...Object.entries(CUSTOM)].map(([name, kind]) => [
    kind,
    name,
  ]),
);

const INTEGERS = new Map<number, readonly [size: number, signed: boolean]>([
  [KIND.I8, [1, true]],
  [KIND.I16, [2, true]],
  [KIND.I32, [4, true]],
  [KIND.I64, [8, true]],
  [KIND.I128, [16, true]],
  [KIND.U8, [1, false]],
  [KIND.U16, [2, false]],
  [KIND.U32, [4, false]],
  [KIND.U64, [8, false]],
  [KIND.U128, [16, false]],
]);

/** Errors: `DecodeError`s, for what is no Scrypto SBOR. */
export function scryptoJson(hex: string, network: Network): Programmatic {
  const reader = new Reader(fromHex(hex));
  if (reader.byte() !== SCRYPTO_PREFIX) throw new DecodeError('UnexpectedPayloadPrefix', 0, 'expected 0x5c');
  const json = child(reader, network);
  reader.end();
  return json;
}

function child(reader: Reader, network: Network): Programmatic {
  return value(reader, reader.byte(), network);
}

function value(reader: Reader, kind: number, network: Network): Programmatic {
  const name = kindOf(kind, reader);
  reader.descend();
  const json = { kind: name, ...content(reader, kind, network) };
  reader.ascend();
  return json;
}

function kindOf(kind: number, reader: Reader): string {
  const name = NAMES.get(kind);
  if (name === undefined) throw new DecodeError('UnknownValueKind', reader.offset - 1, `got ${kind}`);
  return name;
}

function content(reader: Reader, kind: number, network: Network): Record<string, unknown> {
  const integer = INTEGERS.get(kind);
  if (integer !== undefined) return { value: readInteger(reader.take(integer[0]), integer[1]).toString() };
  switch (kind) {
    case KIND.Bool:
      return { value: reader.byte() === 1 };
    case KIND.String:
      return { value: Buffer.from(reader.take(reader.size())).toString('utf8') };
    case KIND.Tuple:
      return { fields: times(reader.size(), () => child(reader, network)) };
    case KIND.Enum: {
      const variant = reader.byte();
      return { variant_id: `${variant}`, fields: times(reader.size(), () => child(reader, network)) };
    }
    case KIND.Array:
      return array(reader, network);
    case KIND.Map:
      return map(reader, network);
    case CUSTOM.Reference:
    case CUSTOM.Own:
      return { value: address(reader.take(NODE_ID), network) };
    case CUSTOM.Decimal:
      return { value: formatAmount(readInteger(reader.take(24), true)) };
    case CUSTOM.PreciseDecimal:
      return { value: preciseDecimal(readInteger(reader.take(32), true)) };
    default:
      return { value: nonFungibleLocalId.decode(reader, KIND.NonFungibleLocalId) };
  }
}

function array(reader: Reader, network: Network): Record<string, unknown> {
  const element = reader.byte();
  const element_kind = kindOf(element, reader);
  const size = reader.size();
  if (element === KIND.U8) {
    const hex = Buffer.from(reader.take(size)).toString('hex');
    return { kind: 'Bytes', element_kind, hex };
  }
  return { element_kind, elements: times(size, () => value(reader, element, network)) };
}

function map(reader: Reader, network: Network): Record<string, unknown> {
  const [key, item] = [reader.byte(), reader.byte()];
  const kinds = { key_kind: kindOf(key, reader), value_kind: kindOf(item, reader) };
  const entry = () => ({ key: value(reader, key, network), value: value(reader, item, network) });
  return { ...kinds, entries: times(reader.size(), entry) };
}

function times<T>(count: number, read: () => T): T[] {
  const items: T[] = [];
  while (items.length < count) items.push(read());
  return items;
}

/** Little-endian. */
function readInteger(bytes: Bytes, signed: boolean): bigint {
  const magnitude = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  return signed ? BigInt.asIntN(8 * bytes.length, magnitude) : magnitude;
}

/** 36 decimals, where an amount has 18. */
function preciseDecimal(value: bigint): string {
  const unit = 10n ** 36n;
  const magnitude = value < 0n ? -value : value;
  const fraction = (magnitude % unit).toString().padStart(36, '0').replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${magnitude / unit}${fraction === '' ? '' : `.${fraction}`}`;
}

function address(bytes: Bytes, network: Network): string {
  return formatAddress(Buffer.from(bytes).toString('hex'), network);
}
