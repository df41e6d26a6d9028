import { type Attos, formatAmount } from '../base/amount.js';
import { isObject } from '../base/record.js';
import type { NodeId } from '../sbor/custom.js';
import { type Features, isFeature } from '../settlement/fee/features.js';
import { formatAddress } from '../transaction/address.js';
import { asAmount, asBoolean, byAccount, byAddress } from './recordedField.js';

/** What an account held moments before. */
export interface Held {
  readonly atLeast: Attos;
  /** Whether there was no more than that. */
  readonly isAll: boolean;
}

/** What fees depend on of an account beside its vaults. */
export interface KnownAccount {
  readonly exists: boolean | undefined;
  readonly ownerIsUsual: boolean | undefined;
}

/** What a token is like, or is likely to be like. */
export interface KnownToken {
  readonly features: Features;
  readonly isSure: boolean;
}

/** What a solver knew of the accounts and tokens of a bundle when it decided; what it did not know is missing. */
export interface Knowledge {
  readonly vaults: ReadonlyMap<NodeId, ReadonlyMap<NodeId, boolean>>;
  readonly held: ReadonlyMap<NodeId, ReadonlyMap<NodeId, Held>>;
  readonly accounts: ReadonlyMap<NodeId, KnownAccount>;
  readonly tokens: ReadonlyMap<NodeId, KnownToken>;
}

/** Fields of a recorded line, each of which may be missing. */
type Fields = Readonly<Partial<Record<keyof Knowledge, unknown>>>;

/** Reads the fields of a recorded line (docs/architecture.md, recordings). Error: `bad-recording`, with the field's name. */
export function readKnowledge({ vaults, held, accounts, tokens }: Fields, network: number): Knowledge {
  const account = 'an account, with `exists` and `ownerIsUsual` true, false or missing';
  const token = 'a token, with a list of features under either `features` or `likely`';
  return {
    vaults: byAccount(vaults, network, 'vaults', 'true or false', asBoolean),
    held: byAccount(held, network, 'held', 'an amount as text, with a + where it may be more', asHeld),
    accounts: byAddress(accounts, network, 'accounts', account, asAccount),
    tokens: byAddress(tokens, network, 'tokens', token, asToken),
  };
}

/** The same fields, to be written; those of which nothing is known are left out. */
export function knowledgeFields({ vaults, held, accounts, tokens }: Partial<Knowledge>, network: number): Fields {
  return {
    ...field('vaults', vaults, network, (resources) => byText(resources, network, (isThere) => isThere)),
    ...field('held', held, network, (resources) => byText(resources, network, heldText)),
    ...field('accounts', accounts, network, ({ exists, ownerIsUsual }) => ({ exists, ownerIsUsual })),
    ...field('tokens', tokens, network, ({ features, isSure }) => (isSure ? { features } : { likely: features })),
  };
}

function field<T>(
  name: keyof Knowledge,
  known: ReadonlyMap<NodeId, T> | undefined,
  network: number,
  write: (value: T) => unknown,
): Fields {
  return known === undefined || known.size === 0 ? {} : { [name]: byText(known, network, write) };
}

function byText<T>(
  known: ReadonlyMap<NodeId, T>,
  network: number,
  write: (value: T) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...known].map(([node, value]) => [formatAddress(node, network), write(value)]));
}

function heldText({ atLeast, isAll }: Held): string {
  return `${formatAmount(atLeast)}${isAll ? '' : '+'}`;
}

function asHeld(value: unknown): Held | undefined {
  if (typeof value !== 'string') return undefined;
  const isAll = !value.endsWith('+');
  const atLeast = asAmount(isAll ? value : value.slice(0, -1));
  return atLeast === undefined ? undefined : { atLeast, isAll };
}

function asAccount(value: unknown): KnownAccount | undefined {
  if (!isObject(value)) return undefined;
  const { exists, ownerIsUsual } = value;
  const isOk = [exists, ownerIsUsual].every((each) => each === undefined || typeof each === 'boolean');
  return isOk ? ({ exists, ownerIsUsual } as KnownAccount) : undefined;
}

function asToken(value: unknown): KnownToken | undefined {
  if (!isObject(value)) return undefined;
  const { features, likely } = value;
  const isSure = likely === undefined;
  const list = isSure ? features : likely;
  if (!isSure && features !== undefined) return undefined;
  return Array.isArray(list) && list.every(isFeature) ? { features: list, isSure } : undefined;
}
