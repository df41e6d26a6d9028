import type { AccountMethod } from '../check/execution.js';
import {
  bucketAmount,
  bucketDropped,
  bucketLook,
  bucketMade,
  bucketPassed,
  bucketReturned,
  divisibility,
} from './bucket.js';
import {
  ALLOCATE,
  ARGS,
  CLOSE,
  create,
  fetch,
  LOCK_FEE,
  look,
  message,
  open,
  QUERY_ACTOR,
  RETURNS,
  readStore,
  SIZE,
  TRANSIENT,
  updateStored,
  write,
} from './charge.js';
import { NATIVE } from './native.js';
import { USE } from './package.js';
import {
  ACCOUNT,
  ACCOUNT_FRAME,
  innerCall,
  invoked,
  needs,
  RESOURCE,
  RESOURCE_FRAME,
  type Recipe,
  recipe,
  returned,
  ZONE,
  zoneDropped,
  zoneMade,
} from './recipe.js';

/** Accounts and their vaults of fungible resources. First touches of entries, vaults and roles are the meter's. */

/** The owner's role: no entry of its own, so the owner field; then the caller's zone (the intent's: the meter adds it). */
const OWNER = recipe(open(SIZE.emptyEntry), CLOSE, fetch(SIZE.ownerRole), look(ZONE.account));

interface AccountCall {
  readonly name: string;
  readonly args: number;
  readonly native: number;
  readonly returns: number;
  /** Owner's methods look at who calls; others are everyone's. */
  readonly owner: boolean;
}

/** A call of an account's method by an intent, around its body. */
function accountCall({ name, args, native, returns, owner }: AccountCall, ...body: (number | Recipe)[]): Recipe {
  return recipe(
    ACCOUNT,
    ACCOUNT,
    zoneMade(ZONE.account),
    ACCOUNT,
    ACCOUNT,
    owner ? OWNER : 0,
    invoked(name, args),
    ACCOUNT_FRAME,
    ACCOUNT,
    needs(USE.account),
    native,
    ...body,
    returned(returns),
    zoneDropped(ZONE.account),
  );
}

const VAULT = fetch(SIZE.vault);
const EVENT = { vault: 28, account: 60, vaultCreation: 36 } as const;

interface VaultCall {
  readonly name: string;
  readonly args: number;
  readonly native: number;
  readonly returns: number;
}

/** A call of a vault's method by its account; the resource's role for it is everyone's. */
function vaultCall(call: VaultCall, ...body: (number | Recipe)[]): Recipe {
  const inner = { info: VAULT, from: ZONE.account, zone: ZONE.inAccount, needs: USE.vault };
  return recipe(fetch(SIZE.role), innerCall({ ...call, ...inner }, ...body));
}

/** The entry that names a resource's vault, open as long as the vault is used. */
const ENTRY = recipe(ACCOUNT, RESOURCE, open(SIZE.vaultEntry), readStore(SIZE.vaultEntry), CLOSE);

const BALANCE = recipe(VAULT, updateStored(SIZE.balance));
const VAULT_EVENT = recipe(message(EVENT.vault), VAULT);
const ACCOUNT_EVENT = recipe(message(EVENT.account), ACCOUNT, RESOURCE);
/** Whether the vault can be frozen is a feature of its resource. */
const NOT_FROZEN = recipe(QUERY_ACTOR, VAULT, RESOURCE);
export const DIVISIBILITY: Recipe = recipe(VAULT, RESOURCE, divisibility);
/** What a vault that can be frozen reads besides. */
export const FREEZE_STATUS: Recipe = recipe(VAULT, RESOURCE, fetch(SIZE.freezeStatus));
const AMOUNT = bucketAmount(ZONE.account, ZONE.inAccount);

const vaultTake = vaultCall(
  { name: 'take', args: ARGS.amount, native: NATIVE.vaultTake, returns: RETURNS.owned },
  NOT_FROZEN,
  DIVISIBILITY,
  BALANCE,
  bucketMade,
  VAULT_EVENT,
  bucketReturned,
);

export const WITHDRAW: Recipe = accountCall(
  { name: 'withdraw', args: ARGS.resourceAmount, native: NATIVE.withdraw, returns: RETURNS.owned, owner: true },
  RESOURCE,
  ENTRY,
  vaultTake,
  AMOUNT,
  ACCOUNT_EVENT,
  bucketReturned,
);

function vaultPut(empty: boolean): Recipe {
  return recipe(
    bucketPassed,
    vaultCall(
      { name: 'put', args: ARGS.owned, native: NATIVE.vaultPut, returns: RETURNS.none },
      NOT_FROZEN,
      bucketDropped,
      empty ? 0 : BALANCE,
      VAULT_EVENT,
    ),
  );
}

/** The first deposit of a resource: there is no entry, so the resource's manager makes a vault, which is written down. */
const NEW_VAULT = recipe(
  needs(USE.managerType | USE.managerCall | USE.vault),
  zoneMade(ZONE.managerOfAccount),
  RESOURCE,
  RESOURCE,
  RESOURCE,
  RESOURCE,
  invoked('create_empty_vault', ARGS.none),
  RESOURCE_FRAME,
  RESOURCE,
  NATIVE.createEmptyVault,
  QUERY_ACTOR,
  RESOURCE,
  RESOURCE,
  ALLOCATE,
  create(SIZE.vault + SIZE.balance),
  TRANSIENT,
  message(EVENT.vaultCreation),
  RESOURCE,
  look(SIZE.vault),
  look(SIZE.vault),
  returned(RETURNS.owned),
  zoneDropped(ZONE.managerOfAccount),
);
const NEW_ENTRY = recipe(
  ACCOUNT,
  RESOURCE,
  open(SIZE.emptyEntry),
  CLOSE,
  ACCOUNT,
  RESOURCE,
  open(SIZE.emptyEntry),
  NEW_VAULT,
  look(SIZE.vault),
  write(SIZE.vaultEntry),
  CLOSE,
);

/** One bucket into its vault. */
function deposited(entry: Recipe, empty: boolean): Recipe {
  return recipe(bucketLook, AMOUNT, entry, vaultPut(empty), ACCOUNT_EVENT);
}
export const DEPOSITED = { full: deposited(ENTRY, false), empty: deposited(ENTRY, true) } as const;
export const FIRST_DEPOSITED = { full: deposited(NEW_ENTRY, false), empty: deposited(NEW_ENTRY, true) } as const;

/** What a deposit by anyone asks of each bucket first: the account's preference for it, then its general rule. */
export const ACCEPTED: Recipe = recipe(
  bucketLook,
  ACCOUNT,
  RESOURCE,
  open(SIZE.emptyEntry),
  CLOSE,
  ACCOUNT,
  fetch(SIZE.depositRule),
);

export const PASSED = bucketPassed;

const EMPTY_OPTION = 4;
type Deposit = Extract<AccountMethod, `${string}deposit${string}`>;

/** Deposits without their arguments' length and without their buckets. */
function depositCall(name: Deposit): Recipe {
  const refund = name.endsWith('refund');
  const returns = refund ? EMPTY_OPTION : RETURNS.none;
  const owner = !name.startsWith('try_');
  return recipe(
    needs(refund ? USE.accountExtension : 0),
    accountCall({ name, args: 0, native: NATIVE[name], returns, owner }),
  );
}
export const DEPOSIT: Readonly<Record<Deposit, Recipe>> = {
  deposit: depositCall('deposit'),
  deposit_batch: depositCall('deposit_batch'),
  try_deposit_or_abort: depositCall('try_deposit_or_abort'),
  try_deposit_or_refund: depositCall('try_deposit_or_refund'),
  try_deposit_batch_or_abort: depositCall('try_deposit_batch_or_abort'),
  try_deposit_batch_or_refund: depositCall('try_deposit_batch_or_refund'),
};

const vaultLockFee = vaultCall(
  { name: 'lock_fee', args: 30, native: NATIVE.vaultLockFee, returns: RETURNS.none },
  NOT_FROZEN,
  QUERY_ACTOR,
  VAULT,
  DIVISIBILITY,
  LOCK_FEE,
  message(EVENT.vault),
  BALANCE,
);

export const LOCK: Recipe = accountCall(
  { name: 'lock_fee', args: ARGS.amount, native: NATIVE.lock_fee, returns: RETURNS.none, owner: true },
  ENTRY,
  vaultLockFee,
);
export const LOCK_CONTINGENT: Recipe = accountCall(
  {
    name: 'lock_contingent_fee',
    args: ARGS.amount,
    native: NATIVE.lock_contingent_fee,
    returns: RETURNS.none,
    owner: true,
  },
  ENTRY,
  vaultLockFee,
);

interface ProofCall {
  readonly name: 'create_proof_of_amount' | 'create_proof_of_non_fungibles';
  readonly args: number;
  readonly vaultArgs: number;
  readonly vaultNative: number;
  /** One look at the vault's type info. */
  readonly vault: number;
  readonly needs: number;
}

/** A proof by an account: its call, the vault's around `body`, a new proof, which moves up twice. */
export function proofOf(call: ProofCall, movedToAccount: Recipe, movedToIntent: Recipe, ...body: Recipe[]): Recipe {
  const { name, args, vaultArgs, vaultNative, vault: info, needs: parts } = call;
  const vaultProof = innerCall(
    {
      name,
      args: vaultArgs,
      native: vaultNative,
      returns: RETURNS.owned,
      info,
      from: ZONE.account,
      zone: ZONE.inAccount,
      needs: parts,
    },
    QUERY_ACTOR,
    ...body,
    movedToAccount,
  );
  return accountCall(
    { name, args, native: NATIVE[name], returns: RETURNS.owned, owner: true },
    RESOURCE,
    ENTRY,
    vaultProof,
    movedToIntent,
  );
}
