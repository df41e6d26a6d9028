import { isFungible } from '../../transaction/address.js';
import { localIdsLength } from '../check/args.js';
import type { Proof } from '../check/asset.js';
import { DIVISIBILITY, proofOf } from './account.js';
import { bucketLook, divisibility } from './bucket.js';
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
  SIZE,
  update,
  write,
} from './charge.js';
import { type LockChange, locked, lockedAgain, lockKey, unlocked } from './container.js';
import { NATIVE } from './native.js';
import { USE } from './package.js';
import {
  innerCall,
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

/** Proofs, and the auth zone they lie in. */

/** Proofs of fungibles and of non-fungibles are two blueprints. */
export type ProofKind = 'fungible' | 'nonFungible';

export function kindOf({ resource }: Shown): ProofKind {
  return isFungible(resource) ? 'fungible' : 'nonFungible';
}

const BLUEPRINT = { fungible: 'FungibleProof', nonFungible: 'NonFungibleProof' } as const;
const TYPE_INFO = { fungible: SIZE.proof, nonFungible: SIZE.nonFungibleProof } as const;
const INFO = { fungible: look(SIZE.proof), nonFungible: look(SIZE.nonFungibleProof) } as const;
const TYPE = { fungible: USE.proofType, nonFungible: USE.nonFungibleProofType } as const;
const MOVE = { fungible: USE.proofMove, nonFungible: USE.nonFungibleProofMove } as const;
const CALL = { fungible: USE.proofCall, nonFungible: USE.nonFungibleProofCall } as const;
const NATIVES = {
  fungible: { move: NATIVE.proofMove, drop: NATIVE.proofDrop, onDrop: NATIVE.proofOnDrop, clone: NATIVE.proofClone },
  nonFungible: {
    move: NATIVE.nonFungibleProofMove,
    drop: NATIVE.nonFungibleProofDrop,
    onDrop: NATIVE.nonFungibleProofOnDrop,
    clone: NATIVE.nonFungibleProofClone,
  },
} as const;

/** One look at what a proof is. */
export function proofLook(proof: Proof): number {
  return INFO[kindOf(proof)];
}

/** What a proof shows. */
export type Shown = Pick<Proof, 'resource' | 'ids' | 'evidence'>;

/** What a proof names as its evidence: the whole, and each container with its part. */
const AMOUNT_SHOWN = 40;
const CONTAINER_OF_AMOUNT = 57;
const IDS_SHOWN = 16;
const CONTAINER_OF_IDS = 33;
export function evidenceBytes({ ids, evidence, resource }: Shown): number {
  if (isFungible(resource)) return AMOUNT_SHOWN + CONTAINER_OF_AMOUNT * evidence.length;
  let bytes = IDS_SHOWN + localIdsLength(ids ?? []);
  for (const part of evidence) bytes += CONTAINER_OF_IDS + localIdsLength(part.ids ?? []);
  return bytes;
}
const ONE_AMOUNT = AMOUNT_SHOWN + CONTAINER_OF_AMOUNT;

/** Whether it shows an amount, out of one container. */
export function isOneAmount(proof: Proof): boolean {
  return isFungible(proof.resource) && proof.evidence.length === 1;
}
export const AMOUNT_PROOF_LOOK = INFO.fungible;

/** A method that runs when a proof moves: it is told where to, by blueprint. */
const hook = (kind: ProofKind): number => 30 + BLUEPRINT[kind].length + 1;
const HOOK_FRAME = fetch(18) + fetch(18) + fetch(26);
const MOVE_ARGS = 45;
function movedTo(kind: ProofKind, blueprint: string): Recipe {
  const call = 2 * (hook(kind) + MOVE_ARGS + blueprint.length);
  return recipe(needs(MOVE[kind]), INFO[kind], call, HOOK_FRAME, NATIVES[kind].move, returned(RETURNS.none));
}
const moves = (kind: ProofKind) => ({
  account: movedTo(kind, 'Account'),
  intent: movedTo(kind, 'TransactionProcessor'),
  // Into an auth zone or call it must be free to move, which is looked up and written anew.
  zone: recipe(movedTo(kind, 'AuthZone'), INFO[kind], update(SIZE.moveable)),
  proof: movedTo(kind, BLUEPRINT[kind]),
});
const MOVED = { fungible: moves('fungible'), nonFungible: moves('nonFungible') } as const;

function made(kind: ProofKind, evidence: number): Recipe {
  const body = TYPE_INFO[kind] + SIZE.moveable + evidence;
  return recipe(needs(TYPE[kind]), ALLOCATE, create(body), PIN, INFO[kind]);
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
const MAX_REMEMBERED = 1000;

function locksKey(changes: readonly LockChange[]): string {
  let key = '';
  for (const change of changes) key += lockKey(change);
  return key;
}

const zoneKey = ({ before, after, badges, looks }: ZoneChange): string => `${before},${after},${badges},${looks};`;

const PROOF_OF_AMOUNT = proofOf(
  {
    name: 'create_proof_of_amount',
    args: ARGS.resourceAmount,
    vaultArgs: ARGS.amount,
    vaultNative: NATIVE.vaultProof,
    vault: fetch(SIZE.vault),
    needs: USE.vault,
  },
  MOVED.fungible.account,
  recipe(INFO.fungible, MOVED.fungible.intent),
  DIVISIBILITY,
  RESOURCE,
  made('fungible', ONE_AMOUNT),
);

/** An account's proof of an amount, owner, entry and vault included. */
export const proofOfAmount = remembered(lockKey, (change: LockChange): Recipe => {
  return recipe(PROOF_OF_AMOUNT, locked(change));
});

/** An account's proof of ids; `args`: length of the call's arguments. */
export const proofOfIds = remembered(
  (change, args, evidence) => `${lockKey(change)}${args},${evidence}`,
  (change: LockChange, args: number, evidence: number): Recipe => {
    const call = {
      name: 'create_proof_of_non_fungibles',
      args,
      vaultArgs: change.args,
      vaultNative: NATIVE.nonFungibleVaultProof,
      vault: fetch(SIZE.nonFungibleVault),
      needs: USE.nonFungibleVault,
    } as const;
    const { account, intent } = MOVED.nonFungible;
    const parts = [RESOURCE, made('nonFungible', evidence)];
    return recipe(proofOf(call, account, recipe(INFO.nonFungible, intent), ...parts), locked(change));
  },
);

const bucketProofCall = {
  returns: RETURNS.owned,
  info: bucketLook,
  zone: ZONE.inner,
  needs: USE.bucketType | USE.bucketCall,
};
const madeOfBucket = recipe(
  bucketLook,
  RESOURCE,
  divisibility,
  QUERY_ACTOR,
  RESOURCE,
  made('fungible', ONE_AMOUNT),
  MOVED.fungible.intent,
);

/** A bucket's proof of an amount; to prove all of it, it is asked for what is free and locked. */
export const bucketProof = remembered(
  (by, change) => `${by}${lockKey(change)}`,
  (by: 'amount' | 'all', change: LockChange): Recipe => {
    const body = [madeOfBucket, locked(change)];
    if (by === 'amount') {
      const native = NATIVE.bucketProofOfAmount;
      return innerCall({ ...bucketProofCall, name: 'create_proof_of_amount', args: ARGS.amount, native }, ...body);
    }
    const asked = bucketLook + look(SIZE.liquid) + bucketLook + look(change.before);
    const call = { ...bucketProofCall, name: 'create_proof_of_all', args: ARGS.none, native: NATIVE.bucketProofOfAll };
    return innerCall(call, asked, ...body);
  },
);

const zoneInfo = look(SIZE.zone);
const zoneCall = { info: zoneInfo, zone: ZONE.inner, needs: USE.zoneCall };

/** An intent's auth zone by its bytes before and after, its badges, and what a look at all proofs in it costs after. */
export interface ZoneChange {
  readonly before: number;
  readonly after: number;
  readonly badges: number;
  readonly looks: number;
}

/** The auth zone changed: opened, read twice, what it names looked up, written. */
function zoneChanged({ before, after, badges, looks }: ZoneChange): number {
  const reads = open(before) + 2 * readHeap(before) + CLOSE;
  return zoneInfo + reads + badges * fetch(SIZE.badge) + looks + write(after);
}

const kindKey = (kind: ProofKind, zone: ZoneChange): string => kind + zoneKey(zone);

export const pushed = remembered(kindKey, (kind: ProofKind, zone: ZoneChange): Recipe => {
  const call = { ...zoneCall, name: 'push', args: ARGS.owned, native: NATIVE.AuthZone_push, returns: RETURNS.none };
  return recipe(QUERY_ACTOR, MOVED[kind].zone, INFO[kind], innerCall(call, zoneChanged(zone)));
});

const SOME_OWNED = 35;
export const popped = remembered(kindKey, (kind: ProofKind, zone: ZoneChange): Recipe => {
  const call = { ...zoneCall, name: 'pop', args: ARGS.none, native: NATIVE.AuthZone_pop, returns: SOME_OWNED };
  return recipe(QUERY_ACTOR, innerCall(call, zoneChanged(zone), INFO[kind], MOVED[kind].intent));
});

const DROP_NAME = { signatures: 'drop_signature_proofs', regular: 'drop_regular_proofs', all: 'drop_proofs' } as const;

/** DROP_AUTH_ZONE_…: `all` does the two others in turn. The proofs that go are charged apart, from a zone within. */
export function zoneCleared(which: keyof typeof DROP_NAME, changes: readonly ZoneChange[]): Recipe {
  const name = DROP_NAME[which];
  const call = { ...zoneCall, name, args: ARGS.none, native: NATIVE[`AuthZone_${name}`], returns: RETURNS.none };
  return recipe(QUERY_ACTOR, innerCall(call, ...changes.map(zoneChanged)));
}

/** A proof goes: dropped by an instruction (or at an intent's end), or by the auth zone. */
export const proofDropped = remembered(
  (kind, by, evidence, changes) => `${kind}${by}${evidence};${locksKey(changes)}`,
  (kind: ProofKind, by: 'intent' | 'zone', evidence: number, changes: readonly LockChange[]): Recipe => {
    const zone = by === 'intent' ? ZONE.account : ZONE.manager;
    const actor = 30 + BLUEPRINT[kind].length + 'Proof_drop'.length;
    const info = INFO[kind];
    return recipe(
      info,
      by === 'intent' ? 0 : look(ZONE.inner),
      zoneMade(zone),
      needs(CALL[kind]),
      MOVED[kind].proof,
      2 * (actor + ARGS.owned),
      RESOURCE_FRAME,
      info,
      NATIVES[kind].drop,
      info,
      info,
      2 * (hook(kind) + ARGS.none),
      HOOK_FRAME,
      NATIVES[kind].onDrop,
      info,
      open(evidence) + 2 * readHeap(evidence) + CLOSE,
      ...changes.map(unlocked),
      returned(RETURNS.none),
      drop(TYPE_INFO[kind] + SIZE.moveable + evidence),
      returned(RETURNS.none),
      zoneDropped(zone),
    );
  },
);

function proofCall(kind: ProofKind) {
  return { info: INFO[kind], zone: ZONE.inner, needs: CALL[kind] | MOVE[kind] };
}

export const cloned = remembered(
  (kind, evidence, changes) => `${kind}${evidence};${locksKey(changes)}`,
  (kind: ProofKind, evidence: number, changes: readonly LockChange[]): Recipe => {
    const native = NATIVES[kind].clone;
    return innerCall(
      { ...proofCall(kind), name: 'clone', args: ARGS.none, native, returns: RETURNS.owned },
      INFO[kind],
      look(SIZE.moveable),
      INFO[kind],
      look(evidence),
      ...changes.map(lockedAgain),
      RESOURCE,
      made(kind, evidence),
      MOVED[kind].intent,
    );
  },
);

const manager = { args: ARGS.none, from: ZONE.inner, zone: ZONE.manager, info: RESOURCE } as const;
const resourceType = {
  fungible: innerCall(
    {
      ...manager,
      name: 'get_resource_type',
      native: NATIVE.resourceType,
      returns: 6,
      needs: USE.managerType | USE.managerCall,
    },
    RESOURCE,
    fetch(SIZE.divisibility),
  ),
  nonFungible: innerCall(
    {
      ...manager,
      name: 'get_resource_type',
      native: NATIVE.nonFungibleResourceType,
      returns: 7,
      needs: USE.nonFungibleManager,
    },
    RESOURCE,
    fetch(SIZE.idType),
  ),
} as const;

const COMPOSED = {
  amount: { name: 'create_proof_of_amount', native: NATIVE.AuthZone_create_proof_of_amount },
  all: { name: 'create_proof_of_all', native: NATIVE.AuthZone_create_proof_of_all },
  ids: { name: 'create_proof_of_non_fungibles', native: NATIVE.AuthZone_create_proof_of_non_fungibles },
} as const;

/** What the zone shows before a proof is composed of it: looks at its proofs, those it opens. */
export function searched(proofs: readonly Proof[], { resource }: Proof, opened: number): number {
  const kind = isFungible(resource) ? 'fungible' : 'nonFungible';
  let units = 0;
  for (const [index, proof] of proofs.entries()) {
    const own = kindOf(proof);
    units += own === kind ? 2 * INFO[own] : INFO[own];
    const bytes = evidenceBytes(proof);
    if (proof.resource === resource) units += look(bytes);
    if (index < opened) units += look(bytes);
  }
  return units;
}

interface Composition {
  readonly by: keyof typeof COMPOSED;
  readonly kind: ProofKind;
  readonly args: number;
  readonly searched: number;
  readonly evidence: number;
}

/** A proof made of those in the auth zone. */
export const composed = remembered(
  ({ by, kind, args, searched, evidence }, zone, changes) =>
    `${by}${kind}${args},${searched},${evidence}${zoneKey(zone)}${locksKey(changes)}`,
  ({ by, kind, args, searched, evidence }: Composition, zone: ZoneChange, changes: readonly LockChange[]): Recipe => {
    const call = { ...zoneCall, ...COMPOSED[by], args, returns: RETURNS.owned };
    const opened = zoneInfo + look(zone.before) + (by === 'amount' ? 0 : readHeap(zone.before));
    // To compose of all the zone is written back.
    const written = by === 'all' ? zone.badges * fetch(SIZE.badge) + zone.looks + write(zone.before) : 0;
    const parts = [...changes.map(lockedAgain), made(kind, evidence), MOVED[kind].intent];
    return recipe(QUERY_ACTOR, RESOURCE, innerCall(call, opened + written, resourceType[kind], searched, ...parts));
  },
);

/** VERIFY_PARENT asks a proof for its amount. */
export const PROOF_AMOUNT: Recipe = innerCall(
  {
    ...proofCall('fungible'),
    name: 'Proof_get_amount',
    args: ARGS.none,
    native: NATIVE.proofAmount,
    returns: RETURNS.amount,
  },
  INFO.fungible,
  look(ONE_AMOUNT),
);
