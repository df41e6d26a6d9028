import {
  ALLOCATE,
  ARGS,
  create,
  drop,
  fetch,
  look,
  message,
  PIN,
  QUERY_ACTOR,
  RETURNS,
  SIZE,
  update,
  updateStored,
} from './charge.js';
import { NATIVE } from './native.js';
import { USE } from './package.js';
import { innerCall, needs, RESOURCE, type Recipe, recipe, ZONE } from './recipe.js';

/** Fungible buckets: what their methods cost, called from a zone of a given size. */

const BODY = SIZE.bucket + SIZE.liquid + SIZE.locked;
const INFO = look(SIZE.bucket);
const CALL = USE.bucketType | USE.bucketCall;

/** One look at what a bucket is. */
export const bucketLook: number = INFO;

/** A new bucket comes to be; one goes, after a look at whose it is. */
export const bucketMade: Recipe = recipe(needs(USE.bucketType), RESOURCE, ALLOCATE, create(BODY), PIN);
export const bucketDropped: Recipe = recipe(needs(USE.bucketType), INFO, INFO, drop(BODY));

/** A bucket given back by a method: once against the method's type, once as it moves. */
export const bucketReturned: number = INFO + INFO;
/** A bucket passed to a method: as it moves, and against the method's type. */
export const bucketPassed: number = INFO + INFO;

/** A resource's divisibility, read through the object it is outer to. */
export const divisibility: Recipe = recipe(needs(USE.managerType), fetch(SIZE.divisibility));

/** `from` undefined: the intent itself asks. */
export function bucketAmount(from: number | undefined, zone: number): Recipe {
  const call = {
    name: 'get_amount',
    args: ARGS.none,
    native: NATIVE.bucketAmount,
    returns: RETURNS.amount,
    info: INFO,
  };
  const body = [INFO, look(SIZE.liquid), INFO, look(SIZE.locked)];
  return innerCall({ ...call, ...(from === undefined ? {} : { from }), zone, needs: CALL }, ...body);
}

const inner = { info: INFO, from: ZONE.inner, zone: ZONE.inner, needs: CALL };

export const bucketTake: Recipe = innerCall(
  { ...inner, name: 'take', args: ARGS.amount, native: NATIVE.bucketTake, returns: RETURNS.owned },
  INFO,
  RESOURCE,
  divisibility,
  INFO,
  update(SIZE.liquid),
  bucketMade,
  bucketReturned,
);

export const bucketPut: Recipe = recipe(
  bucketPassed,
  innerCall(
    { ...inner, name: 'put', args: ARGS.owned, native: NATIVE.bucketPut, returns: RETURNS.none },
    bucketDropped,
    INFO,
    update(SIZE.liquid),
  ),
);

const manager = { info: RESOURCE, from: ZONE.inner, zone: ZONE.manager, needs: USE.managerType | USE.managerCall };

/** An empty bucket, made by the resource's manager for the worktop. */
export const bucketCreated: Recipe = innerCall(
  {
    ...manager,
    name: 'create_empty_bucket',
    args: ARGS.none,
    native: NATIVE.createEmptyBucket,
    returns: RETURNS.owned,
  },
  bucketMade,
  bucketReturned,
);

export const emptyBucketDropped: Recipe = recipe(
  bucketPassed,
  innerCall(
    { ...manager, name: 'drop_empty_bucket', args: ARGS.owned, native: NATIVE.dropEmptyBucket, returns: RETURNS.none },
    bucketDropped,
  ),
);

const BURN_EVENT = 28;

/** Burns a bucket, which first says what it is of; that anyone may is a role of its resource. */
export const BURN: Recipe = recipe(
  INFO,
  fetch(SIZE.role),
  bucketPassed,
  innerCall(
    {
      name: 'burn',
      args: ARGS.owned,
      native: NATIVE.burn,
      returns: RETURNS.none,
      info: RESOURCE,
      zone: ZONE.account,
      needs: USE.managerType | USE.managerCall,
    },
    QUERY_ACTOR,
    RESOURCE,
    bucketDropped,
    message(BURN_EVENT),
    RESOURCE,
    QUERY_ACTOR,
    RESOURCE,
  ),
);

/** The total supply, where it is kept. */
export const SUPPLY: Recipe = recipe(RESOURCE, RESOURCE, updateStored(SIZE.supply));
