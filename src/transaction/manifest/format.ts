import { KIND } from '../../sbor/kind.js';
import { Reader } from '../../sbor/reader.js';
import { type Value, value } from '../../sbor/value.js';
import { formatId } from '../address.js';
import type { Instruction, InstructionType } from '../instruction.js';
import type { IntentCore } from '../model.js';
import { type Network, networkById } from '../network.js';
import { aliasOf } from './alias.js';
import { formatNamed, type NamedKind } from './names.js';
import { formatValue } from './value.js';

/** What an instruction makes; its name stands behind the instruction's own fields. */
const NEW_IDS: Partial<Record<InstructionType, readonly NamedKind[]>> = {
  TAKE_FROM_WORKTOP: ['Bucket'],
  TAKE_NON_FUNGIBLES_FROM_WORKTOP: ['Bucket'],
  TAKE_ALL_FROM_WORKTOP: ['Bucket'],
  POP_FROM_AUTH_ZONE: ['Proof'],
  CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT: ['Proof'],
  CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES: ['Proof'],
  CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL: ['Proof'],
  CREATE_PROOF_FROM_BUCKET_OF_AMOUNT: ['Proof'],
  CREATE_PROOF_FROM_BUCKET_OF_NON_FUNGIBLES: ['Proof'],
  CREATE_PROOF_FROM_BUCKET_OF_ALL: ['Proof'],
  CLONE_PROOF: ['Proof'],
  ALLOCATE_GLOBAL_ADDRESS: ['AddressReservation', 'NamedAddress'],
};

/** The notation has arguments only as a list. A call with another value cannot be written in it (docs/protocol.md §4). */
const NOT_A_LIST = '# The one value below is passed bare, which this notation cannot say.';

/**
 * The manifest of an intent in the ledger's notation, as the official decompiler prints it. `network` decides how
 * addresses and ids look; by default the intent's own.
 */
export function formatManifest(core: IntentCore, network: number | Network = core.header.value.networkId): string {
  const target = typeof network === 'number' ? networkById(network) : network;
  const counts: Record<NamedKind, number> = {
    Bucket: 0,
    Proof: 0,
    AddressReservation: 0,
    NamedAddress: 0,
    NamedIntent: 0,
  };
  const newId = (kind: NamedKind): string => formatNamed(kind, counts[kind]++);
  const children = core.children.map((hash) =>
    formatLines('USE_CHILD', [newId('NamedIntent'), `Intent("${formatId('subtxid', hash, target)}")`]),
  );
  const fields = fieldsOf(core);
  const instructions = core.instructions.value.map((instruction, index) => {
    const created = (NEW_IDS[instruction.type] ?? []).map(newId);
    return formatInstruction(instruction, fields[index]!, created, target);
  });
  return [...children, ...instructions].join('');
}

/** The fields of each instruction, untyped and in wire order: that is how the notation shows them. */
function fieldsOf(core: IntentCore): readonly (readonly Value[])[] {
  const list = value.decode(new Reader(core.instructions.body), KIND.Array) as Extract<Value, { kind: 'Array' }>;
  return list.elements.map((element) => (element as Extract<Value, { kind: 'Enum' }>).fields);
}

function formatInstruction(
  instruction: Instruction,
  fields: readonly Value[],
  created: readonly string[],
  network: Network,
): string {
  if (instruction.type === 'ASSERT_WORKTOP_RESOURCES_ONLY' && instruction.constraints.length === 0) {
    return formatLines('ASSERT_WORKTOP_IS_EMPTY', []);
  }
  const alias = aliasOf(instruction);
  const name = alias?.name ?? instruction.type;
  const write = (field: Value): string => formatValue(field, network, 1);
  if (!('args' in instruction)) return formatLines(name, [...fields.map(write), ...created]);

  const leading = fields.slice(0, alias?.leadingFields ?? -1).map(write);
  if (instruction.type === 'YIELD_TO_CHILD') leading[0] = formatNamed('NamedIntent', instruction.child);
  const { args } = instruction;
  const rest = args.kind === 'Tuple' ? args.fields.map(write) : [NOT_A_LIST, write(args)];
  return formatLines(name, [...leading, ...rest]);
}

function formatLines(name: string, fields: readonly string[]): string {
  if (fields.length === 0) return `${name};\n`;
  return `${name}\n${fields.map((field) => `    ${field}\n`).join('')};\n`;
}
