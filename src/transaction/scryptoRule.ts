import { fromHex, toHex } from '../base/bytes.js';
import { SolverError } from '../base/error.js';
import { decodePayload, encodePayload } from '../sbor/codec.js';
import { NODE_ID_LENGTH } from '../sbor/custom.js';
import { KIND, MANIFEST_PREFIX } from '../sbor/kind.js';
import { hexByte, Reader } from '../sbor/reader.js';
import { Writer } from '../sbor/writer.js';
import { type AccessRule, accessRule } from './accessRule.js';

/**
 * Access rules as components and APIs hand them out: Scrypto SBOR, which differs from the Manifest SBOR of instructions in
 * its prefix, in the kinds of custom values, and in that an address is never a named one. Between the two nothing is
 * interpreted but those bytes; the rule itself is read by its one codec.
 */

/** How one of the two writes what they do not write alike. */
interface Dialect {
  readonly name: string;
  readonly prefix: number;
  readonly decimal: number;
  readonly localId: number;
  /** The byte before a static address, where there is one. */
  readonly addressTag: readonly number[];
}

const MANIFEST: Dialect = {
  name: 'Manifest SBOR',
  prefix: MANIFEST_PREFIX,
  decimal: KIND.Decimal,
  localId: KIND.NonFungibleLocalId,
  addressTag: [0],
};
const SCRYPTO: Dialect = { name: 'Scrypto SBOR', prefix: 0x5c, decimal: 0xa0, localId: 0xc0, addressTag: [] };

const DECIMAL_LENGTH = 24;
/** Far above any rule there is. */
const MAX_HEX = 64 * 1024;

/** Reads a rule such as `/trade/info` gives: hex of Scrypto SBOR. Error: `bad-access-rule`. */
export function decodeAccessRuleScrypto(hex: string): AccessRule {
  if (hex.length > MAX_HEX) throw badRule(`expected at most ${MAX_HEX} hex digits, got ${hex.length}`);
  try {
    return decodePayload(accessRule, transcode(fromHex(hex), SCRYPTO, MANIFEST));
  } catch (cause) {
    if (!(cause instanceof SolverError) || cause.code === 'bad-access-rule') throw cause;
    throw badRule(`expected an access rule in Scrypto SBOR: ${cause.message}`, cause);
  }
}

/** The rule as `/trade/info` gives it. */
export function encodeAccessRuleScrypto(rule: AccessRule): string {
  return toHex(transcode(encodePayload(accessRule, rule), MANIFEST, SCRYPTO));
}

function badRule(message: string, cause?: unknown): SolverError {
  return new SolverError('bad-access-rule', message, { cause });
}

function transcode(payload: Uint8Array, from: Dialect, to: Dialect): Uint8Array {
  const reader = new Reader(payload);
  const prefix = reader.byte();
  if (prefix !== from.prefix) throw badRule(`expected ${from.name}, which starts ${hexByte(from.prefix)}`);
  const writer = new Writer(payload.length + 64);
  writer.byte(to.prefix);
  new Transcoder(reader, writer, from, to).value();
  reader.end();
  return writer.finish();
}

class Transcoder {
  constructor(
    private readonly reader: Reader,
    private readonly writer: Writer,
    private readonly from: Dialect,
    private readonly to: Dialect,
  ) {}

  value(): void {
    this.body(this.kind());
  }

  private kind(): number {
    const { from, to } = this;
    const kind = this.reader.byte();
    if (kind === from.decimal) this.writer.byte(to.decimal);
    else if (kind === from.localId) this.writer.byte(to.localId);
    else this.writer.byte(kind);
    return kind;
  }

  private body(kind: number): void {
    const { reader, from } = this;
    reader.descend();
    if (kind === KIND.Tuple) this.each(() => this.value());
    else if (kind === KIND.Enum) {
      this.bytes(1);
      this.each(() => this.value());
    } else if (kind === KIND.Array) {
      const element = this.kind();
      this.each(() => this.body(element));
    } else if (kind === KIND.U8) this.bytes(1);
    else if (kind === KIND.Address) this.address();
    else if (kind === from.decimal) this.bytes(DECIMAL_LENGTH);
    else if (kind === from.localId) this.localId();
    else throw badRule(`expected a kind of value that access rules have, got ${hexByte(kind)}`);
    reader.ascend();
  }

  private each(one: () => void): void {
    for (let left = this.size(); left > 0; left--) one();
  }

  private size(): number {
    const size = this.reader.size();
    this.writer.size(size);
    return size;
  }

  private bytes(length: number): void {
    this.writer.put(this.reader.take(length));
  }

  private address(): void {
    for (const tag of this.from.addressTag) {
      if (this.reader.byte() !== tag) throw badRule('expected an address that is no named one');
    }
    for (const tag of this.to.addressTag) this.writer.byte(tag);
    this.bytes(NODE_ID_LENGTH);
  }

  private localId(): void {
    const form = this.reader.byte();
    this.writer.byte(form);
    if (form === 1) this.bytes(8);
    else if (form === 3) this.bytes(32);
    else this.bytes(this.size());
  }
}
