import { z } from 'zod';
import { parseStreamUrl } from '../../anthic/stream/url.js';
import { type Attos, formatAmount, parseAmount } from '../../base/amount.js';
import { parseGatewayUrl } from '../../ledger/url.js';
import { FEE_MAXIMUM, LEAST_FEE } from '../../settlement/policy.js';
import { type Network, parseNetwork } from '../../transaction/network.js';
import { parseSize } from '../journal/command.js';

/** What a setting can hold: how it is read from text or JSON, and how it is shown. */
export interface Kind<T> {
  /** Reads a value of a file, of the environment or of the command line. */
  readonly schema: z.ZodType<T>;
  /** In the help: `<xrd>`. Without one it is a switch. */
  readonly placeholder: string | undefined;
  /** Several values: a flag may be repeated, and commas part them in the environment. */
  readonly several?: boolean;
  /** Without secrets, fit for JSON. */
  readonly show: (value: T) => unknown;
}

/** `parse` throws an error whose message says what was expected. It must not quote what may be a secret. */
function kind<T>(placeholder: string, parse: (raw: unknown) => T, show: (value: T) => unknown): Kind<T> {
  const schema = z.unknown().transform((raw, context): T => {
    try {
      return parse(raw);
    } catch (error) {
      context.addIssue((error as Error).message);
      return z.NEVER;
    }
  });
  return { schema, placeholder, show };
}

const same = <T>(value: T): T => value;

function textOf(raw: unknown, wanted: string): string {
  if (typeof raw === 'string' && raw.trim() !== '') return raw.trim();
  throw new Error(`expected ${wanted}, got ${typeof raw === 'string' ? 'empty text' : nameOf(raw)}`);
}

function nameOf(raw: unknown): string {
  if (raw === null) return 'null';
  return Array.isArray(raw) ? 'an array' : `a ${typeof raw}`;
}

export const network: Kind<Network> = kind(
  '<id or name>',
  (raw) => parseNetwork(typeof raw === 'number' ? String(raw) : textOf(raw, 'the id or the name of a network')),
  ({ name }) => name,
);

const PRIVATE_KEY = /^((ed25519|secp256k1):)?(0x)?[0-9a-f]{64}$/i;

export const path: Kind<string> = kind(
  '<file>',
  (raw) => {
    const text = textOf(raw, 'the path of a file');
    if (PRIVATE_KEY.test(text)) throw new Error('expected the path of a file, got what looks like a private key');
    return text;
  },
  same,
);

export const text = (placeholder: string): Kind<string> => kind(placeholder, (raw) => textOf(raw, 'text'), same);

/** A JSON number would have lost digits before it is read. */
function attosOf(raw: unknown): Attos {
  if (typeof raw === 'number') throw new Error(`expected an amount as text, such as "0.5", got the number ${raw}`);
  return parseAmount(textOf(raw, 'an amount such as 0.5'));
}

export const amount: Kind<Attos> = kind('<xrd>', attosOf, formatAmount);

/** An amount that can be spent or kept. */
export const positiveAmount: Kind<Attos> = kind(
  '<xrd>',
  (raw) => {
    const value = attosOf(raw);
    if (value > 0n) return value;
    throw new Error(`expected an amount above 0, got ${formatAmount(value)}`);
  },
  formatAmount,
);

/** What fees may amount to. */
export const maximumFee: Kind<Attos> = kind(
  '<xrd>',
  (raw) => {
    const value = attosOf(raw);
    if (value >= LEAST_FEE) return value;
    throw new Error(`expected ${FEE_MAXIMUM}, got ${formatAmount(value)}`);
  },
  formatAmount,
);

export function integer(minimum: number, maximum: number, placeholder = '<number>'): Kind<number> {
  return kind(
    placeholder,
    (raw) => {
      const value = typeof raw === 'string' && /^\d{1,15}$/.test(raw.trim()) ? Number(raw) : raw;
      if (typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum) return value;
      const got = typeof raw === 'string' || typeof raw === 'number' ? JSON.stringify(raw) : nameOf(raw);
      throw new Error(`expected a whole number from ${minimum} to ${maximum}, got ${got}`);
    },
    same,
  );
}

export const milliseconds = (minimum: number, maximum: number): Kind<number> => integer(minimum, maximum, '<ms>');

export function size(minimum: number): Kind<number> {
  return kind(
    '<size>',
    (raw) => {
      const bytes = typeof raw === 'number' ? raw : parseSize(textOf(raw, 'a size such as 64MiB'));
      if (Number.isSafeInteger(bytes) && bytes >= minimum) return bytes;
      throw new Error(`expected at least ${minimum} bytes, got ${bytes}`);
    },
    same,
  );
}

export function choice<const T extends string>(...names: readonly T[]): Kind<T> {
  return kind(
    `<${names.join('|')}>`,
    (raw) => {
      const found = names.find((name) => name === textOf(raw, `one of ${names.join(', ')}`));
      if (found !== undefined) return found;
      throw new Error(`expected one of ${names.join(', ')}, got ${JSON.stringify(raw)}`);
    },
    same,
  );
}

const WORDS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
]);

export const flag: Kind<boolean> = {
  ...kind(
    '',
    (raw) => {
      const found = WORDS.get(typeof raw === 'string' ? raw.trim().toLowerCase() : raw);
      if (found !== undefined) return found;
      throw new Error(`expected true or false, got ${typeof raw === 'string' ? JSON.stringify(raw) : nameOf(raw)}`);
    },
    same,
  ),
  placeholder: undefined,
};

/** An array in a file; in text parted by commas. */
function list(placeholder: string, wanted: string, parse: (text: string) => string, show = same<string>) {
  const read = (raw: unknown): readonly string[] => {
    const parts = typeof raw === 'string' ? raw.split(',') : raw;
    if (!Array.isArray(parts)) throw new Error(`expected a list of ${wanted}, got ${nameOf(raw)}`);
    const values = parts.map((part) => parse(textOf(part, wanted)));
    if (values.length === 0) throw new Error(`expected at least one of ${wanted}, got none`);
    const twice = values.findIndex((value, index) => values.indexOf(value) !== index);
    if (twice >= 0) throw new Error(`expected no value twice, got ${show(values[twice]!)} again`);
    return values;
  };
  return { ...kind(placeholder, read, (values: readonly string[]) => values.map(show)), several: true };
}

/** Credentials and query of a stream's URL may be secrets: neither errors nor `config show` tell them. */
export const streamUrls: Kind<readonly string[]> = list(
  '<url>',
  'stream URLs',
  (url) => parseStreamUrl(url).url.href,
  (url) => {
    const { label } = parseStreamUrl(url);
    return label.length === url.length ? label : `${label} (credentials or query not shown)`;
  },
);

export const gatewayUrls: Kind<readonly string[]> = list(
  '<url>',
  'Gateway URLs',
  (url) => parseGatewayUrl(url).basePath,
);

export const publicKeys: Kind<readonly string[]> = list('<hex>', 'public keys', (key) => {
  if (/^([0-9a-f]{64}|[0-9a-f]{66})$/i.test(key)) return key.toLowerCase();
  throw new Error('expected a public key: 64 hex digits (Ed25519) or 66 (Secp256k1)');
});

/** The word that takes a limit away which another source sets. */
export const NONE = 'none';

/** `none` stands for no limit. */
export function orNone<T>(inner: Kind<T>): Kind<T | undefined> {
  const { schema, placeholder, show } = inner;
  const isNone = (raw: unknown): boolean => typeof raw === 'string' && raw.trim().toLowerCase() === NONE;
  return {
    schema: z.unknown().transform((raw, context): T | undefined => {
      if (isNone(raw)) return undefined;
      const read = schema.safeParse(raw);
      if (read.success) return read.data;
      for (const { message } of read.error.issues) context.addIssue(message);
      return z.NEVER;
    }),
    placeholder: `<${placeholder!.slice(1, -1)} or ${NONE}>`,
    show: (value) => (value === undefined ? NONE : show(value)),
  };
}
