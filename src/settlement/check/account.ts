import { units } from '../../base/amount.js';
import type { LocalId, NodeId } from '../../sbor/custom.js';
import type { Value } from '../../sbor/value.js';
import { isFungible, XRD } from '../../transaction/address.js';
import type { Arguments } from './args.js';
import { Bucket, Proof, UNKNOWN_IDS } from './asset.js';
import { CheckError } from './error.js';
import { ACCOUNT_METHODS, type AccountMethod, type AssetFact, type Step } from './execution.js';
import type { Accounts } from './state.js';
import type { Thread } from './thread.js';

/** What a call gives back. */
export interface Returned {
  readonly buckets: readonly Bucket[];
  readonly proofs: readonly Proof[];
}

const NOTHING: Returned = { buckets: [], proofs: [] };
const METHODS: ReadonlyMap<string, AccountMethod> = new Map(ACCOUNT_METHODS.map((method) => [method, method]));

/** A method of accounts by its name: the very string of the list, which compares faster than one that was decoded. */
export function accountMethod(name: string): AccountMethod | undefined {
  return METHODS.get(name);
}

/** A method of an account (docs/protocol.md §6.2), its arguments resolved. */
export function callAccount(
  account: NodeId,
  method: AccountMethod,
  args: Value,
  resolved: Arguments,
  thread: Thread,
  accounts: Accounts,
  steps: Step[],
): Returned {
  const fields = args.kind === 'Tuple' ? args.fields : [];
  if (!method.startsWith('try_')) accounts.requireOwner(account, thread);
  const step = (assets: readonly AssetFact[], ids?: readonly LocalId[]): void => {
    steps.push({ op: 'call', intent: thread.index, account, method, bytes: resolved.bytes, assets, ids });
  };
  switch (method) {
    case 'withdraw': {
      const resource = addressOf(fields[0]);
      const amount = amountOf(fields[1]);
      step([{ resource, amount }]);
      accounts.withdraw(account, resource, amount);
      return { buckets: [Bucket.of(resource, amount)], proofs: [] };
    }
    case 'withdraw_non_fungibles': {
      const resource = addressOf(fields[0]);
      const ids = idsOf(fields[1]);
      step([{ resource, amount: units(ids.length) }], ids);
      accounts.withdraw(account, resource, units(ids.length));
      return { buckets: [Bucket.ofIds(resource, ids)], proofs: [] };
    }
    case 'lock_fee':
    case 'lock_contingent_fee': {
      const amount = amountOf(fields[0]);
      step([{ resource: XRD, amount }]);
      accounts.lockFee(account, amount, method === 'lock_contingent_fee', thread);
      return NOTHING;
    }
    case 'create_proof_of_amount':
    case 'create_proof_of_non_fungibles': {
      const resource = addressOf(fields[0]);
      const ids = method === 'create_proof_of_amount' ? UNKNOWN_IDS : idsOf(fields[1]);
      const amount = ids === undefined ? amountOf(fields[1]) : units(ids.length);
      if (amount <= 0n) throw new CheckError('InvalidAmount', 'expected a proof of something');
      if (ids !== undefined && isFungible(resource)) throw badArguments('a non-fungible resource');
      const vault = accounts.lock(account, resource, amount);
      step([{ resource, amount }], ids);
      return { buckets: [], proofs: [new Proof(resource, amount, ids, [{ account, vault, amount, ids }])] };
    }
    default:
      step(resolved.buckets.map(({ resource, amount }) => ({ resource, amount })));
      return deposit(account, method, fields, resolved, accounts, thread.open);
  }
}

function deposit(
  account: NodeId,
  method: AccountMethod,
  fields: readonly Value[],
  { buckets, proofs }: Arguments,
  accounts: Accounts,
  unsure: boolean,
): Returned {
  const batch = method.includes('batch');
  const goods = fields[0];
  const shape = batch ? goods?.kind === 'Expression' || goods?.kind === 'Array' : goods?.kind === 'Bucket';
  const expected = method.startsWith('try_') ? 2 : 1;
  if (!shape || proofs.length > 0 || fields.length !== expected) throw badArguments(batch ? 'buckets' : 'a bucket');
  if (method.startsWith('try_')) {
    for (const { resource } of buckets) {
      const accepts = accounts.ledger.accepts?.(account, resource);
      if (accepts === undefined) accounts.assume(`account ${account} accepts ${resource} from anyone`);
      if (accepts !== false) continue;
      if (method.endsWith('refund')) return { buckets, proofs };
      throw new CheckError('DepositRefused', `expected account ${account} to accept ${resource}`);
    }
  }
  for (const bucket of buckets) accounts.deposit(account, bucket, unsure);
  return NOTHING;
}

function addressOf(value: Value | undefined): NodeId {
  if (value?.kind !== 'Address' || typeof value.value !== 'string') throw badArguments('a resource address');
  return value.value;
}

function amountOf(value: Value | undefined): bigint {
  if (value?.kind !== 'Decimal') throw badArguments('a Decimal');
  return value.value;
}

function idsOf(value: Value | undefined): LocalId[] {
  if (value?.kind !== 'Array') throw badArguments('a list of non-fungible ids');
  return value.elements.map((each) => {
    if (each.kind !== 'NonFungibleLocalId') throw badArguments('a non-fungible id');
    return each.value;
  });
}

function badArguments(wanted: string): CheckError {
  return new CheckError('BadArguments', `expected ${wanted} as the method's argument`);
}
