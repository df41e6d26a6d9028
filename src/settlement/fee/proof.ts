import { proofOfAmount } from './account.js';
import {
  ALLOCATE,
  ARGS,
  CLOSE,
  create,
  drop,
  fetch,
  look,
  open,
  PIN,
  QUERY_ACTOR,
  RETURNS,
  readHeap,
  readStore,
  SIZE,
  TRANSIENT,
  update,
  updateStored,
  write,
} from './charge.js';
import { NATIVE } from './native.js';
import { USE } from './package.js';
import {
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

/** Proofs of fungible resources, and the auth zone they lie in. */

const INFO = look(SIZE.proof);
export const proofLook: number = INFO;

/** What a proof names as its evidence: one container each. */
const EVIDENCE = 40;
const CONTAINER = 57;
export function evidenceBytes(containers: number): number {
  return EVIDENCE + CONTAINER * containers;
}

/** A method that runs when a proof moves: it is told where to, by blueprint. */
const HOOK = 30 + 'FungibleProof'.length + 1;
const HOOK_FRAME = fetch(18) + fetch(18) + fetch(26);
const MOVE_ARGS = 45;
function moved(blueprint: string): Recipe {
  const call = 2 * (HOOK + MOVE_ARGS + blueprint.length);
  return recipe(needs(USE.proofMove), INFO, call, HOOK_FRAME, NATIVE.proofMove, returned(RETURNS.none));
}
const MOVED = {
  account: moved('Account'),
  intent: moved('TransactionProcessor'),
  // Into an auth zone or call it must be free to move, which is looked up and written anew.
  zone: recipe(moved('AuthZone'), INFO, update(SIZE.moveable)),
  proof: moved('FungibleProof'),
} as const;

function made(containers: number): Recipe {
  const body = SIZE.proof + SIZE.moveable + evidenceBytes(containers);
  return recipe(needs(USE.proofType), ALLOCATE, create(body), PIN, INFO);
}

/** The amount of a vault that proofs lock: a substate that is never stored; each distinct amount makes it longer. */
const NO_LOCKS = 18;
const LOCK = 32;
const VAULT = fetch(SIZE.vault);
const BALANCE = recipe(VAULT, updateStored(SIZE.balance));

/** How the locks of a vault change: distinct amounts before and after, whether the balance moves, whether it is the first. */
export interface LockChange {
  readonly before: number;
  readonly after: number;
  readonly balance: boolean;
  readonly first: boolean;
}

function locks({ before, after, balance, first }: LockChange): number {
  const bytes = NO_LOCKS + LOCK * before;
  const reads = first ? 0 : 2 * readStore(bytes);
  const own = VAULT + TRANSIENT + open(bytes) + reads + write(NO_LOCKS + LOCK * after) + CLOSE;
  return own + (balance ? BALANCE.units : 0);
}

/** Sizes are few, so a recipe is added up once for each set of numbers it is about; `keyOf` tells the sets apart. */
function remembered<A extends readonly unknown[]>(
  keyOf: (...numbers: A) => string,
  compute: (...numbers: A) => Recipe,
): (...numbers: A) => Recipe {
  const known = new Map<string, Recipe>();
  return (...numbers) => {
    const key = keyOf(...numbers);
    let recipe = known.get(key);
    if (recipe === undefined) {
      recipe = compute(...numbers);
      if (known.size < MAX_REMEMBERED) known.set(key, recipe);
    }
    return recipe;
  };
}

const lockKey = ({ before, after, balance, first }: LockChange): string => `${before},${after},${balance},${first};`;

function locksKey(changes: readonly LockChange[]): string {
  let key = '';
  for (const change of changes) key += lockKey(change);
  return key;
}

const zoneKey = ({ before, after, badges, proofs }: ZoneChange): string => `${before},${after},${badges},${proofs};`;
const MAX_REMEMBERED = 1000;

const PROOF_OF_AMOUNT = proofOfAmount(recipe(RESOURCE, made(1)), MOVED.account, recipe(INFO, MOVED.intent));

/** An account's proof of an amount, owner, entry and vault included. */
export const accountProof = remembered(lockKey, (change: LockChange): Recipe => {
  return recipe(PROOF_OF_AMOUNT, locks(change));
});

/** A proof that came with a call is looked at before it goes to the auth zone. */
export const PROOF_RECEIVED = INFO;

const zoneInfo = look(SIZE.zone);
const zoneCall = { info: zoneInfo, zone: ZONE.inner, needs: USE.zoneCall };

/** The auth zone changed: opened, read twice, what it names looked up, written. */
function zoneChanged(before: number, after: number, badges: number, proofsAfter: number): number {
  const reads = open(before) + 2 * readHeap(before) + CLOSE;
  return zoneInfo + reads + badges * fetch(SIZE.badge) + proofsAfter * INFO + write(after);
}

/** An intent's auth zone by its bytes before and after, badges, and proofs after. */
export interface ZoneChange {
  readonly before: number;
  readonly after: number;
  readonly badges: number;
  readonly proofs: number;
}

export const pushed = remembered(zoneKey, ({ before, after, badges, proofs }: ZoneChange): Recipe => {
  const call = { ...zoneCall, name: 'push', args: ARGS.owned, native: NATIVE.AuthZone_push, returns: RETURNS.none };
  return recipe(QUERY_ACTOR, MOVED.zone, INFO, innerCall(call, zoneChanged(before, after, badges, proofs)));
});

const SOME_OWNED = 35;
export const popped = remembered(zoneKey, ({ before, after, badges, proofs }: ZoneChange): Recipe => {
  const call = { ...zoneCall, name: 'pop', args: ARGS.none, native: NATIVE.AuthZone_pop, returns: SOME_OWNED };
  return recipe(QUERY_ACTOR, innerCall(call, zoneChanged(before, after, badges, proofs), INFO, MOVED.intent));
});

const DROP_NAME = { signatures: 'drop_signature_proofs', regular: 'drop_regular_proofs', all: 'drop_proofs' } as const;

/** DROP_AUTH_ZONE_…: `all` does the two others in turn. The proofs that go are charged apart, from a zone within. */
export function zoneCleared(which: keyof typeof DROP_NAME, changes: readonly ZoneChange[]): Recipe {
  const name = DROP_NAME[which];
  const call = { ...zoneCall, name, args: ARGS.none, native: NATIVE[`AuthZone_${name}`], returns: RETURNS.none };
  const bodies = changes.map(({ before, after, badges, proofs }) => zoneChanged(before, after, badges, proofs));
  return recipe(QUERY_ACTOR, innerCall(call, ...bodies));
}

/** A vault frees what a dropped proof locked; the hook that asks for it has no auth zone. */
function unlocked(change: LockChange): Recipe {
  return recipe(
    VAULT,
    VAULT,
    zoneMade(ZONE.manager),
    VAULT,
    VAULT,
    look(ZONE.manager),
    needs(USE.vault),
    invoked('unlock_amount', ARGS.amount),
    RESOURCE_FRAME,
    VAULT,
    NATIVE.vaultUnlock,
    locks(change),
    returned(RETURNS.none),
    zoneDropped(ZONE.manager),
  );
}

/** A vault locks more for a clone or a composed proof. */
function lockedAgain(change: LockChange): Recipe {
  return recipe(
    look(ZONE.inner),
    innerCall(
      {
        name: 'lock_amount',
        args: ARGS.amount,
        native: NATIVE.vaultLock,
        returns: RETURNS.none,
        info: VAULT,
        from: ZONE.inner,
        zone: ZONE.inner,
        needs: USE.vault,
      },
      locks(change),
    ),
  );
}

/** A proof goes: dropped by an instruction (or at an intent's end), or by the auth zone. */
export const proofDropped = remembered(
  (by, changes) => by + locksKey(changes),
  (by: 'intent' | 'zone', changes: readonly LockChange[]): Recipe => {
    const zone = by === 'intent' ? ZONE.account : ZONE.manager;
    const evidence = evidenceBytes(changes.length);
    const actor = 30 + 'FungibleProof'.length + 'Proof_drop'.length;
    return recipe(
      INFO,
      by === 'intent' ? 0 : look(ZONE.inner),
      zoneMade(zone),
      needs(USE.proofCall),
      MOVED.proof,
      2 * (actor + ARGS.owned),
      RESOURCE_FRAME,
      INFO,
      NATIVE.proofDrop,
      INFO,
      INFO,
      2 * (HOOK + ARGS.none),
      HOOK_FRAME,
      NATIVE.proofOnDrop,
      INFO,
      open(evidence) + 2 * readHeap(evidence) + CLOSE,
      ...changes.map(unlocked),
      returned(RETURNS.none),
      drop(SIZE.proof + SIZE.moveable + evidence),
      returned(RETURNS.none),
      zoneDropped(zone),
    );
  },
);

const proofCall = { info: INFO, zone: ZONE.inner, needs: USE.proofCall | USE.proofMove };

export const cloned = remembered(locksKey, (changes: readonly LockChange[]): Recipe => {
  const evidence = evidenceBytes(changes.length);
  return innerCall(
    { ...proofCall, name: 'clone', args: ARGS.none, native: NATIVE.proofClone, returns: RETURNS.owned },
    INFO,
    look(SIZE.moveable),
    INFO,
    look(evidence),
    ...changes.map(lockedAgain),
    RESOURCE,
    made(changes.length),
    MOVED.intent,
  );
});

const TYPE_ANSWER = 6;
const resourceType = innerCall(
  {
    name: 'get_resource_type',
    args: ARGS.none,
    native: NATIVE.resourceType,
    returns: TYPE_ANSWER,
    info: RESOURCE,
    from: ZONE.inner,
    zone: ZONE.manager,
    needs: USE.managerType | USE.managerCall,
  },
  RESOURCE,
  fetch(SIZE.divisibility),
);

/** A proof made of those in the auth zone: all are looked at, those of the resource looked into, some opened. */
export const composed = remembered(
  (by, zone, { proofs, same, opened }, changes) =>
    `${by}${zoneKey(zone)}${proofs},${same},${opened};${locksKey(changes)}`,
  (
    by: 'amount' | 'all',
    zone: ZoneChange,
    { proofs, same, opened: taken }: { readonly proofs: number; readonly same: number; readonly opened: number },
    changes: readonly LockChange[],
  ): Recipe => {
    const name = by === 'amount' ? 'create_proof_of_amount' : 'create_proof_of_all';
    const args = by === 'amount' ? ARGS.resourceAmount : ARGS.resource;
    const call = { ...zoneCall, name, args, native: NATIVE[`AuthZone_${name}`], returns: RETURNS.owned };
    // To compose of all the zone is opened as if to change it, and written back.
    const opened =
      by === 'amount' ? zoneInfo + look(zone.before) : zoneChanged(zone.before, zone.before, zone.badges, zone.proofs);
    const looked = proofs * 2 * INFO + same * look(evidenceBytes(1));
    const used = taken * (open(evidenceBytes(1)) + readHeap(evidenceBytes(1)) + CLOSE);
    return recipe(
      QUERY_ACTOR,
      RESOURCE,
      innerCall(
        call,
        opened,
        resourceType,
        looked,
        used,
        ...changes.map(lockedAgain),
        made(changes.length),
        MOVED.intent,
      ),
    );
  },
);

/** VERIFY_PARENT asks a proof for its amount. */
export const PROOF_AMOUNT: Recipe = innerCall(
  { ...proofCall, name: 'Proof_get_amount', args: ARGS.none, native: NATIVE.proofAmount, returns: RETURNS.amount },
  INFO,
  look(evidenceBytes(1)),
);
