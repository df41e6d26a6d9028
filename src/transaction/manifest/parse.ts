import { SolverError } from '../../base/error.js';
import { decodePayload, encodePayload } from '../../sbor/codec.js';
import { type Value, value } from '../../sbor/value.js';
import { type Instruction, instruction } from '../instruction.js';
import { type Network, networkById } from '../network.js';
import { badManifest } from './lexer.js';
import { type MadeKind, ManifestReader } from './parseValue.js';

/** How one instruction stands in text: its discriminator, how many values it has, what it makes. */
interface Notation {
  readonly discriminator: number;
  /** Values of its own; for a call followed by any number of arguments. */
  readonly fields: number;
  readonly takesArguments?: true;
  readonly makes?: MadeKind;
}

/** What limit orders and what stands in front of them are written with. Anything else is refused by name. */
const NOTATIONS: Readonly<Record<string, Notation>> = {
  TAKE_FROM_WORKTOP: { discriminator: 0x00, fields: 2, makes: 'Bucket' },
  TAKE_NON_FUNGIBLES_FROM_WORKTOP: { discriminator: 0x01, fields: 2, makes: 'Bucket' },
  TAKE_ALL_FROM_WORKTOP: { discriminator: 0x02, fields: 1, makes: 'Bucket' },
  RETURN_TO_WORKTOP: { discriminator: 0x03, fields: 1 },
  ASSERT_WORKTOP_CONTAINS: { discriminator: 0x04, fields: 2 },
  ASSERT_WORKTOP_RESOURCES_ONLY: { discriminator: 0x08, fields: 1 },
  ASSERT_WORKTOP_RESOURCES_INCLUDE: { discriminator: 0x09, fields: 1 },
  ASSERT_NEXT_CALL_RETURNS_ONLY: { discriminator: 0x0a, fields: 1 },
  ASSERT_NEXT_CALL_RETURNS_INCLUDE: { discriminator: 0x0b, fields: 1 },
  CREATE_PROOF_FROM_AUTH_ZONE_OF_AMOUNT: { discriminator: 0x14, fields: 2, makes: 'Proof' },
  CREATE_PROOF_FROM_AUTH_ZONE_OF_NON_FUNGIBLES: { discriminator: 0x15, fields: 2, makes: 'Proof' },
  CREATE_PROOF_FROM_AUTH_ZONE_OF_ALL: { discriminator: 0x16, fields: 1, makes: 'Proof' },
  CALL_METHOD: { discriminator: 0x41, fields: 2, takesArguments: true },
  YIELD_TO_PARENT: { discriminator: 0x60, fields: 0, takesArguments: true },
  VERIFY_PARENT: { discriminator: 0x62, fields: 1 },
};

const WORKTOP_IS_EMPTY: Instruction = { type: 'ASSERT_WORKTOP_RESOURCES_ONLY', constraints: [] };

/**
 * Reads manifest text of the kind limit orders are written in, as `formatManifest` and `/construction/compose` write it.
 * Buckets and proofs are numbered as they are made, so that texts that differ in names and white space alone read the
 * same. Error: `bad-manifest`, with the line as its path.
 */
export function parseManifest(text: string, network: number | Network): Instruction[] {
  const reader = new ManifestReader(text, typeof network === 'number' ? networkById(network) : network);
  const list: Instruction[] = [];
  while (!reader.atEnd) list.push(readInstruction(reader));
  return list;
}

function readInstruction(reader: ManifestReader): Instruction {
  const { line } = reader;
  const name = reader.take('name', 'an instruction');
  if (name === 'ASSERT_WORKTOP_IS_EMPTY') {
    reader.sign(';');
    return WORKTOP_IS_EMPTY;
  }
  const notation = Object.hasOwn(NOTATIONS, name) ? NOTATIONS[name] : undefined;
  if (notation === undefined) throw badManifest(line, `an instruction of an order, got ${name}`);
  const fields: Value[] = [];
  while (fields.length < notation.fields) fields.push(reader.value());
  if (notation.takesArguments) {
    const rest: Value[] = [];
    while (!reader.sees(';')) rest.push(reader.value());
    fields.push({ kind: 'Tuple', fields: rest });
  }
  if (notation.makes !== undefined) reader.define(notation.makes);
  reader.sign(';');
  return typed(name, { kind: 'Enum', discriminator: notation.discriminator, fields }, line);
}

/** The typed instruction, by way of its bytes: the one table of instructions then decides what is one. */
function typed(name: string, untyped: Value, line: number): Instruction {
  try {
    return decodePayload(instruction, encodePayload(value, untyped));
  } catch (cause) {
    if (!(cause instanceof SolverError)) throw cause;
    throw badManifest(line, `the values of ${name}: ${cause.message}`, cause);
  }
}
