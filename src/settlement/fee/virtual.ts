import { ALLOCATE, ARGS, create, drop, fetch, look, PIN, RETURNS, SIZE } from './charge.js';
import { NATIVE } from './native.js';
import { USE } from './package.js';
import { needs, RESOURCE_FRAME, type Recipe, recipe, returned, ZONE, zoneDropped, zoneMade } from './recipe.js';

/**
 * A preallocated account comes to exist when it is first called (docs/protocol.md §12.3): a hook of its blueprint makes
 * it, with role assignment and metadata, and the parts are moved into one entity.
 */

/** Type infos: the place held for it, the reservation of its address, its modules. */
const PLACE = 48;
const RESERVATION = 35;
const ACCOUNT_PART = 79;
const ROLES = 86;
const METADATA = 80;
const SECURIFIER_ROLE = 92;
const KEYS = 55;
const OWNER_BADGE = 51;
const HOOK = 2 * (30 + 'Account'.length + 1 + 68);
const HOOK_FRAME = fetch(138) + fetch(18) + fetch(26);
const BADGE = fetch(SIZE.badge);
const MOVED_SUBSTATES = 10;
const MOVE = 140;
const SET = 133;

/** A call of a function by the hook, which has no auth zone. */
function moduleMade(actor: string, args: number, native: number, ...body: number[]): Recipe {
  const frame = 2 * (30 + actor.length + args) + RESOURCE_FRAME;
  return recipe(zoneMade(ZONE.manager), frame, native, ...body, returned(RETURNS.owned), zoneDropped(ZONE.manager));
}

export const VIRTUALIZE: Recipe = recipe(
  needs(USE.account | USE.roleAssignment | USE.metadata),
  create(PLACE),
  ALLOCATE,
  create(RESERVATION),
  PIN,
  look(RESERVATION),
  HOOK,
  HOOK_FRAME,
  NATIVE.on_virtualize,
  ALLOCATE,
  create(ACCOUNT_PART + SIZE.depositRule),
  moduleMade(
    'RoleAssignmentcreate',
    182,
    NATIVE.roleAssignment,
    BADGE,
    BADGE,
    BADGE,
    BADGE,
    ALLOCATE,
    create(ROLES + SIZE.ownerRole + SECURIFIER_ROLE),
    PIN,
    look(ROLES),
  ),
  moduleMade(
    'Metadatacreate_with_data',
    118,
    NATIVE.metadata,
    ALLOCATE,
    create(METADATA + KEYS + OWNER_BADGE),
    PIN,
    look(METADATA),
  ),
  look(RESERVATION),
  look(RESERVATION),
  drop(RESERVATION),
  fetch(PLACE),
  look(ACCOUNT_PART),
  look(ROLES),
  look(METADATA),
  create(0),
  MOVED_SUBSTATES * MOVE,
  SET + 2 * 119,
  look(ACCOUNT_PART),
  drop(ACCOUNT_PART),
  look(ROLES),
  drop(ROLES),
  look(METADATA),
  drop(METADATA),
  returned(ARGS.none),
);
