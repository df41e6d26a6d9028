import { formatAmount } from '../../base/amount.js';
import { toHex } from '../../base/bytes.js';
import { type Address, ENTITY, entityOf } from '../../sbor/custom.js';
import type { Value } from '../../sbor/value.js';
import { formatAddress } from '../address.js';
import type { Network } from '../network.js';
import { formatNamed } from './names.js';
import { formatString } from './text.js';

const INDENT = '    ';
const PRECISE_DECIMALS = 36;

/**
 * A value in the notation of manifests. The first line is not indented; the lines below it are, so that the value stands
 * at `depth`.
 */
export function formatValue(value: Value, network: Network, depth: number): string {
  switch (value.kind) {
    case 'Bool':
      return String(value.value);
    case 'I8':
    case 'I16':
    case 'I32':
    case 'I64':
    case 'I128':
    case 'U8':
    case 'U16':
    case 'U32':
    case 'U64':
    case 'U128':
      return `${value.value}${value.kind.toLowerCase()}`;
    case 'String':
      return formatString(value.value);
    case 'Bytes':
      return `Bytes("${toHex(value.value)}")`;
    case 'Tuple': {
      const badge = globalId(value.fields, network);
      return badge ?? formatItems('Tuple', formatEach(value.fields, network, depth), depth);
    }
    case 'Enum':
      return formatItems(`Enum<${value.discriminator}u8>`, formatEach(value.fields, network, depth), depth);
    case 'Array':
      return formatItems(`Array<${value.elementKind}>`, formatEach(value.elements, network, depth), depth);
    case 'Map': {
      const entries = value.entries.map(
        ([key, item]) => `${formatValue(key, network, depth + 1)} => ${formatValue(item, network, depth + 1)}`,
      );
      return formatItems(`Map<${value.keyKind}, ${value.valueKind}>`, entries, depth);
    }
    case 'Address':
      return formatAddressValue(value.value, network);
    case 'Bucket':
    case 'Proof':
    case 'AddressReservation':
      return formatNamed(value.kind, value.value);
    case 'Decimal':
      return `Decimal("${formatAmount(value.value)}")`;
    case 'PreciseDecimal':
      return `PreciseDecimal("${formatPrecise(value.value)}")`;
    case 'Expression':
    case 'Blob':
    case 'NonFungibleLocalId':
      return `${value.kind}("${value.value}")`;
  }
}

function formatEach(values: readonly Value[], network: Network, depth: number): string[] {
  return values.map((value) => formatValue(value, network, depth + 1));
}

/** `Head(` and `)` around items, one a line; `Head()` where there is none. */
function formatItems(head: string, items: readonly string[], depth: number): string {
  if (items.length === 0) return `${head}()`;
  const inner = INDENT.repeat(depth + 1);
  return `${head}(\n${items.map((item) => inner + item).join(',\n')}\n${INDENT.repeat(depth)})`;
}

function formatAddressValue(address: Address, network: Network): string {
  if (typeof address !== 'string') return formatNamed('NamedAddress', address.namedAddress);
  return `Address("${formatAddress(address, network)}")`;
}

/** A pair of resource and local id is written as one global id, whatever it stands for. */
function globalId(fields: readonly Value[], network: Network): string | undefined {
  const [resource, id] = fields;
  if (fields.length !== 2 || resource?.kind !== 'Address' || id?.kind !== 'NonFungibleLocalId') return undefined;
  if (typeof resource.value !== 'string' || !isResource(entityOf(resource.value))) return undefined;
  return `NonFungibleGlobalId("${formatAddress(resource.value, network)}:${id.value}")`;
}

function isResource(entity: number): boolean {
  return entity === ENTITY.GlobalFungibleResourceManager || entity === ENTITY.GlobalNonFungibleResourceManager;
}

function formatPrecise(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(PRECISE_DECIMALS + 1, '0');
  const whole = digits.slice(0, -PRECISE_DECIMALS);
  const fraction = digits.slice(-PRECISE_DECIMALS).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
