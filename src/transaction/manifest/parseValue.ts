import { parseAmount } from '../../base/amount.js';
import { fromHex } from '../../base/bytes.js';
import { SolverError } from '../../base/error.js';
import type { Expression, LocalId } from '../../sbor/custom.js';
import { KIND, type KindName, MAX_DEPTH } from '../../sbor/kind.js';
import type { Value } from '../../sbor/value.js';
import { parseAddress } from '../address.js';
import type { Network } from '../network.js';
import { badManifest, type Token, tokens } from './lexer.js';

/** What an intent makes by name, in the order in which it makes them. */
export type MadeKind = 'Bucket' | 'Proof';

/** Far above any order; a manifest of 1,000 instructions is no longer. */
const MAX_TEXT = 256 * 1024;

/** Reads values of manifest text one after the other. Every error is `bad-manifest`, with the line as its path. */
export class ManifestReader {
  private readonly source: Generator<Token>;
  private current: Token;
  private readonly names: Record<MadeKind, string[]> = { Bucket: [], Proof: [] };

  constructor(
    text: string,
    private readonly network: Network,
  ) {
    if (text.length > MAX_TEXT) throw badManifest(1, `at most ${MAX_TEXT} characters, got ${text.length}`);
    this.source = tokens(text);
    this.current = this.source.next().value as Token;
  }

  get line(): number {
    return this.current.line;
  }

  get atEnd(): boolean {
    return this.current.kind === 'end';
  }

  /** Whether the next token is this sign; it is not taken. */
  sees(sign: string): boolean {
    return this.current.kind === 'sign' && this.current.text === sign;
  }

  take(kind: Token['kind'], wanted: string = `a ${kind}`): string {
    const { current } = this;
    if (current.kind !== kind) throw badManifest(current.line, `${wanted}, got ${current.text}`);
    if (kind !== 'end') this.current = this.source.next().value as Token;
    return current.text;
  }

  sign(sign: string): void {
    if (!this.sees(sign)) throw badManifest(this.line, `${sign}, got ${this.current.text}`);
    this.take('sign');
  }

  /** The name that an instruction gives to what it makes: `Bucket("sell")`. */
  define(kind: MadeKind): void {
    const line = this.line;
    if (this.take('name') !== kind) throw badManifest(line, `a new ${kind}`);
    const name = this.text();
    if (this.names[kind].includes(name)) throw badManifest(line, `a new name, got ${kind}("${name}") again`);
    this.names[kind].push(name);
  }

  value(depth = 0): Value {
    if (depth > MAX_DEPTH) throw badManifest(this.line, `at most ${MAX_DEPTH} levels`);
    const line = this.line;
    if (this.current.kind === 'string') return { kind: 'String', value: this.take('string') };
    if (this.current.kind === 'number') return numberValue(this.take('number'), line);
    return this.named(this.take('name', 'a value'), line, depth);
  }

  private named(name: string, line: number, depth: number): Value {
    switch (name) {
      case 'true':
      case 'false':
        return { kind: 'Bool', value: name === 'true' };
      case 'Tuple':
        return { kind: 'Tuple', fields: this.list(() => this.value(depth + 1)) };
      case 'Enum':
        return { kind: 'Enum', discriminator: this.discriminator(), fields: this.list(() => this.value(depth + 1)) };
      case 'Array':
        return this.array(depth);
      case 'Map':
        return this.map(depth);
      default:
        return this.literal(name, this.text(), line);
    }
  }

  private literal(name: string, text: string, line: number): Value {
    try {
      switch (name) {
        case 'Address':
          return { kind: 'Address', value: parseAddress(text, this.network) };
        case 'Decimal':
          return { kind: 'Decimal', value: parseAmount(text) };
        case 'Bytes':
          return { kind: 'Bytes', value: fromHex(text) };
        case 'NonFungibleLocalId':
          return { kind: 'NonFungibleLocalId', value: localId(text, line) };
        case 'NonFungibleGlobalId':
          return this.globalId(text, line);
        case 'Expression':
          return { kind: 'Expression', value: expression(text, line) };
        case 'Bucket':
        case 'Proof':
          return { kind: name, value: this.reference(name, text, line) };
        default:
          throw badManifest(line, `a kind of value that is read here, got ${name}`);
      }
    } catch (cause) {
      if (!(cause instanceof SolverError) || cause.code === 'bad-manifest') throw cause;
      throw badManifest(line, `${name} of such a text: ${cause.message}`, cause);
    }
  }

  private reference(kind: MadeKind, name: string, line: number): number {
    const index = this.names[kind].indexOf(name);
    if (index < 0) throw badManifest(line, `a ${kind} that was made before, got "${name}"`);
    return index;
  }

  private globalId(text: string, line: number): Value {
    const at = text.indexOf(':');
    const resource: Value = { kind: 'Address', value: parseAddress(text.slice(0, at), this.network) };
    const id: Value = { kind: 'NonFungibleLocalId', value: localId(text.slice(at + 1), line) };
    return { kind: 'Tuple', fields: [resource, id] };
  }

  private array(depth: number): Value {
    this.sign('<');
    const elementKind = this.kind();
    this.sign('>');
    return { kind: 'Array', elementKind, elements: this.list(() => this.value(depth + 1)) };
  }

  private map(depth: number): Value {
    this.sign('<');
    const keyKind = this.kind();
    this.sign(',');
    const valueKind = this.kind();
    this.sign('>');
    const entries = this.list(() => {
      const key = this.value(depth + 1);
      this.sign('=>');
      return [key, this.value(depth + 1)] as const;
    });
    return { kind: 'Map', keyKind, valueKind, entries };
  }

  private kind(): KindName {
    const line = this.line;
    const name = this.take('name');
    if (Object.hasOwn(KIND, name)) return name as KindName;
    throw badManifest(line, `a kind of value, got ${name}`);
  }

  private discriminator(): number {
    const line = this.line;
    this.sign('<');
    const value = numberValue(this.take('number'), line);
    if (value.kind !== 'U8') throw badManifest(line, 'a discriminator such as 2u8');
    this.sign('>');
    return Number(value.value);
  }

  private list<T>(one: () => T): T[] {
    const items: T[] = [];
    this.sign('(');
    while (!this.sees(')')) {
      if (items.length > 0) this.sign(',');
      items.push(one());
    }
    this.sign(')');
    return items;
  }

  /** `("text")` */
  private text(): string {
    this.sign('(');
    const text = this.take('string');
    this.sign(')');
    return text;
  }
}

type NumberValue = Extract<Value, { value: number | bigint }>;

function numberValue(text: string, line: number): NumberValue {
  const [, digits, sign, bits] = /^(-?\d+)([iu])(\d+)$/.exec(text)!;
  const number = BigInt(digits!);
  const size = Number(bits);
  const fits = sign === 'i' ? BigInt.asIntN(size, number) === number : BigInt.asUintN(size, number) === number;
  if (!SIZES.has(size) || !fits) throw badManifest(line, `a number of its type, got ${text}`);
  const kind = `${sign!.toUpperCase()}${size}`;
  return { kind, value: size > 32 ? number : Number(number) } as NumberValue;
}

const SIZES: ReadonlySet<number> = new Set([8, 16, 32, 64, 128]);

const LOCAL_ID = /^(<\w{1,64}>|#\d{1,20}#|\[([0-9a-f]{2}){1,64}\]|\{[0-9a-f]{16}(-[0-9a-f]{16}){3}\})$/;

function localId(text: string, line: number): LocalId {
  const isTooLarge = text.startsWith('#') && LOCAL_ID.test(text) && BigInt(text.slice(1, -1)) >= 2n ** 64n;
  if (isTooLarge || !LOCAL_ID.test(text)) throw badManifest(line, `a non-fungible local id, got "${text}"`);
  return text;
}

function expression(text: string, line: number): Expression {
  if (text === 'ENTIRE_WORKTOP' || text === 'ENTIRE_AUTH_ZONE') return text;
  throw badManifest(line, `ENTIRE_WORKTOP or ENTIRE_AUTH_ZONE, got "${text}"`);
}
