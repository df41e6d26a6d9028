import { ARGS, CLOSE, fetch, LOCK_FEE, look, message, open, QUERY_ACTOR, readStore, RETURNS, SIZE, updateStored } from './charge.js';
import { bucketAmount, bucketDropped, bucketLook, bucketMade, bucketPassed, bucketReturned, divisibility } from './bucket.js';
import { NATIVE } from './native.js';
import { USE } from './package.js';
import { ACCOUNT, ACCOUNT_FRAME, innerCall, invoked, needs, type Recipe, recipe, RESOURCE, returned, ZONE, zoneDropped, zoneMade } from './recipe.js';

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
    ACCOUNT, ACCOUNT, zoneMade(ZONE.account), ACCOUNT, ACCOUNT, owner ? OWNER : 0,
    invoked(name, args), ACCOUNT_FRAME, ACCOUNT, needs(USE.account), native,
    ...body,
    returned(returns), zoneDropped(ZONE.account),
  );
}

const VAULT = fetch(SIZE.vault);
const EVENT = { vault: 28, account: 60 } as const;

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
const DIVISIBILITY = recipe(VAULT, RESOURCE, divisibility);
const AMOUNT = bucketAmount(ZONE.account, ZONE.inAccount);

const vaultTake = vaultCall(
  { name: 'take', args: ARGS.amount, native: NATIVE.vaultTake, returns: RETURNS.owned },
  NOT_FROZEN, DIVISIBILITY, BALANCE, bucketMade, VAULT_EVENT, bucketReturned,
);

export const WITHDRAW: Recipe = accountCall(
  { name: 'withdraw', args: ARGS.resourceAmount, native: NATIVE.withdraw, returns: RETURNS.owned, owner: true },
  RESOURCE, ENTRY, vaultTake, AMOUNT, ACCOUNT_EVENT, bucketReturned,
);

function vaultPut(empty: boolean): Recipe {
  return recipe(
    bucketPassed,
    vaultCall(
      { name: 'put', args: ARGS.owned, native: NATIVE.vaultPut, returns: RETURNS.none },
      NOT_FROZEN, bucketDropped, empty ? 0 : BALANCE, VAULT_EVENT,
    ),
  );
}

/** One bucket into its vault. */
function deposited(empty: boolean): Recipe {
  return recipe(bucketLook, AMOUNT, ENTRY, vaultPut(empty), ACCOUNT_EVENT);
}
export const DEPOSITED: Recipe = deposited(false);
export const EMPTY_DEPOSITED: Recipe = deposited(true);

/** What a deposit by anyone asks of each bucket first: the account's preference for it, then its general rule. */
export const ACCEPTED: Recipe = recipe(
  bucketLook, ACCOUNT, RESOURCE, open(SIZE.emptyEntry), CLOSE, ACCOUNT, fetch(SIZE.depositRule),
);

export const PASSED = bucketPassed;

/** Deposits without their arguments' length and without their buckets. */
const deposit = { args: 0, returns: RETURNS.none };
export const DEPOSIT: Readonly<Record<string, Recipe>> = {
  deposit: accountCall({ ...deposit, name: 'deposit', native: NATIVE.deposit, owner: true }),
  deposit_batch: accountCall({ ...deposit, name: 'deposit_batch', native: NATIVE.deposit_batch, owner: true }),
  try_deposit_or_abort: accountCall({ ...deposit, name: 'try_deposit_or_abort', native: 97_988, owner: false }),
  try_deposit_batch_or_abort: accountCall({ ...deposit, name: 'try_deposit_batch_or_abort', native: 121_257, owner: false }),
};

const vaultLockFee = vaultCall(
  { name: 'lock_fee', args: 30, native: NATIVE.vaultLockFee, returns: RETURNS.none },
  NOT_FROZEN, QUERY_ACTOR, VAULT, DIVISIBILITY, LOCK_FEE, message(EVENT.vault), BALANCE,
);

export const LOCK: Recipe = accountCall(
  { name: 'lock_fee', args: ARGS.amount, native: NATIVE.lock_fee, returns: RETURNS.none, owner: true },
  ENTRY, vaultLockFee,
);
export const LOCK_CONTINGENT: Recipe = accountCall(
  { name: 'lock_contingent_fee', args: ARGS.amount, native: NATIVE.lock_contingent_fee, returns: RETURNS.none, owner: true },
  ENTRY, vaultLockFee,
);
