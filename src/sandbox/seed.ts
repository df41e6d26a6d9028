import { parseAmount } from '../base/amount.js';
import { fromHex } from '../base/bytes.js';
import { SolverError } from '../base/error.js';
import { FEATURES, type Feature, isFeature } from '../settlement/fee/features.js';
import { formatAddress, XRD } from '../transaction/address.js';
import type { EngineKey, Funds, NewToken } from './engine/methods.js';
import { Fields } from './fields.js';
import type { World } from './world/world.js';

/** What a world holds before the first round. A resource is an address, `XRD`, or the symbol of a token named here. */
export interface Seed {
  readonly tokens: readonly NewToken[];
  readonly accounts: readonly SeedAccount[];
}

/** The account of a key; one of its own address owned by that key; or just an address that is preallocated. */
export interface SeedAccount {
  readonly name?: string;
  readonly publicKey?: EngineKey;
  readonly address?: string;
  readonly fund: readonly Funds[];
}

export interface Planted {
  readonly tokens: readonly { readonly symbol: string; readonly divisibility: number; readonly address: string }[];
  readonly accounts: readonly { readonly name: string | undefined; readonly address: string }[];
}

/** A seed from JSON: `{ tokens?, accounts? }`. Error: `bad-field`. */
export function parseSeed(json: unknown): Seed {
  const seed = Fields.of(json).only('tokens', 'accounts');
  return { tokens: seed.list('tokens', parseToken), accounts: seed.list('accounts', parseAccount) };
}

export function parseToken(json: unknown): NewToken {
  const token = Fields.of(json).only('symbol', 'divisibility', 'address', 'features');
  const divisibility = token.count('divisibility', 18);
  if (divisibility > 18) throw bad('divisibility', 'a divisibility of at most 18', divisibility);
  const address = token.string('address', undefined);
  return {
    symbol: token.string('symbol'),
    divisibility,
    ...(address === undefined ? {} : { address }),
    ...(token.has('features') ? { features: token.list('features', parseFeature) } : {}),
  };
}

function parseFeature(json: unknown): Feature {
  if (!isFeature(json)) throw bad('', `one of ${FEATURES.join(', ')}`, json);
  return json;
}

export function parseAccount(json: unknown): SeedAccount {
  const account = Fields.of(json).only('name', 'publicKey', 'address', 'fund');
  const name = account.string('name', undefined);
  const address = account.string('address', undefined);
  const key = account.optionalObject('publicKey');
  if (key === undefined && address === undefined) throw bad('publicKey', 'a public key or an address', undefined);
  return {
    ...(name === undefined ? {} : { name }),
    ...(key === undefined ? {} : { publicKey: parseKey(key) }),
    ...(address === undefined ? {} : { address }),
    fund: account.list('fund', parseFunds),
  };
}

const KEY_LENGTH = { Ed25519: 32, Secp256k1: 33 } as const;

function parseKey(fields: Fields): EngineKey {
  const curve = fields.only('curve', 'hex').oneOf('curve', ['Ed25519', 'Secp256k1']);
  const hex = fields.string('hex');
  if (!/^[0-9a-f]*$/i.test(hex) || hex.length !== 2 * KEY_LENGTH[curve]) {
    throw bad('publicKey.hex', `${KEY_LENGTH[curve]} bytes as hex`, hex);
  }
  return { curve, hex: fromHex(hex).toString('hex') };
}

export function parseFunds(json: unknown): Funds {
  const funds = Fields.of(json).only('resource', 'amount');
  const amount = funds.string('amount');
  if (parseAmountOr(amount) === undefined) throw bad('amount', 'an amount such as "12.5"', amount);
  return { resource: funds.string('resource'), amount };
}

function parseAmountOr(text: string): bigint | undefined {
  try {
    return parseAmount(text);
  } catch {
    return undefined;
  }
}

/** Makes tokens and accounts, in the order given. */
export async function plant(world: World, seed: Seed): Promise<Planted> {
  const bySymbol = new Map([['XRD', formatAddress(XRD, world.network)]]);
  const tokens: Planted['tokens'][number][] = [];
  for (const token of seed.tokens) {
    const { symbol, divisibility } = token;
    const address = await world.createToken(token);
    bySymbol.set(symbol, address);
    tokens.push({ symbol, divisibility, address });
  }
  const accounts: Planted['accounts'][number][] = [];
  for (const account of seed.accounts) {
    const fund = account.fund.map(({ resource, amount }) => ({ resource: bySymbol.get(resource) ?? resource, amount }));
    accounts.push({ name: account.name, address: await makeAccount(world, account, fund) });
  }
  return { tokens, accounts };
}

async function makeAccount(world: World, { publicKey, address }: SeedAccount, fund: readonly Funds[]): Promise<string> {
  if (publicKey === undefined) {
    for (const funds of fund) await world.fund(address!, funds);
    return address!;
  }
  return address === undefined
    ? world.createAccount(publicKey, fund)
    : world.createGlobalAccount(publicKey, fund, address);
}

function bad(path: string, wanted: string, value: unknown): SolverError {
  return new SolverError('bad-field', `expected ${wanted}, got ${JSON.stringify(value) ?? 'nothing'}`, { path });
}
