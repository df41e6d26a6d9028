import {
  bucketAmount,
  bucketCreated,
  bucketLook,
  bucketPassed,
  bucketPut,
  bucketReturned,
  bucketTake,
  emptyBucketDropped,
} from './bucket.js';
import {
  ALLOCATE,
  ARGS,
  CLOSE,
  create,
  drop,
  look,
  message,
  OWNED_NODES,
  open,
  PIN,
  RETURNS,
  readHeap,
  SIZE,
  SWITCH,
  write,
} from './charge.js';
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

/**
 * The worktop of an intent. The recipes leave out the substate that lists its buckets, whose size grows with them, and
 * the look at the intent's own auth zone: see `listRead` and `listWritten`.
 */

const INFO = look(SIZE.worktop);
const EMPTY_LIST = 15;
const ENTRY = 60;

export function listBytes(kinds: number): number {
  return EMPTY_LIST + ENTRY * kinds;
}

/** The list opened to be changed (read twice, once for its lock) and closed. */
export function listRead(kinds: number): number {
  const bytes = listBytes(kinds);
  return open(bytes) + 2 * readHeap(bytes) + CLOSE;
}

/** The list written; every resource in it is looked up, which is the meter's to add. */
export function listWritten(kinds: number): number {
  return write(listBytes(kinds));
}

const call = { info: INFO, zone: ZONE.inner, needs: USE.worktop };
const put = { ...call, name: 'Worktop_put', args: ARGS.owned, native: NATIVE.Worktop_put, returns: RETURNS.none };
const counted = recipe(bucketLook, bucketAmount(ZONE.inner, ZONE.inner));

export const PUT = {
  new: recipe(bucketPassed, innerCall(put, counted, INFO)),
  merged: recipe(bucketPassed, innerCall(put, counted, INFO, bucketPut)),
  dropped: recipe(bucketPassed, innerCall(put, counted, bucketLook, emptyBucketDropped)),
} as const;

const take = {
  ...call,
  name: 'Worktop_take',
  args: ARGS.resourceAmount,
  native: NATIVE.Worktop_take,
  returns: RETURNS.owned,
};
const amount = bucketAmount(ZONE.inner, ZONE.inner);

export const TAKE = {
  none: innerCall(take, RESOURCE, bucketCreated, bucketReturned),
  whole: innerCall(take, RESOURCE, INFO, amount, bucketReturned),
  part: innerCall(take, RESOURCE, INFO, amount, bucketTake, bucketReturned),
} as const;

const all = { ...take, name: 'Worktop_take_all', args: ARGS.resource, native: NATIVE.Worktop_take_all };

export const TAKE_ALL = {
  none: innerCall(all, RESOURCE, INFO, bucketCreated, bucketReturned),
  whole: innerCall(all, RESOURCE, INFO, bucketReturned),
} as const;

const EMPTY_RESULT = 4;
const OWNED = 30;

/** Without its buckets: each is given back, and adds to the result's length. */
export const DRAIN: Recipe = innerCall(
  { ...call, name: 'Worktop_drain', args: ARGS.none, native: NATIVE.Worktop_drain, returns: EMPTY_RESULT },
  INFO,
);
export const DRAINED_BUCKET: number = bucketReturned + returned(OWNED);

type Assertion = 'amount' | 'any' | 'only' | 'include';
const ASSERT_NAME = {
  amount: 'Worktop_assert_contains_amount',
  any: 'Worktop_assert_contains',
  only: 'Worktop_assert_resources_only',
  include: 'Worktop_assert_resources_include',
} as const;

/** An assertion without its argument's length, the resources it names, the list and the buckets it looks at. */
function assertion(by: Assertion): Recipe {
  const name = ASSERT_NAME[by];
  const extension = by === 'only' || by === 'include' ? USE.worktopExtension : 0;
  const own = { name, args: 0, native: NATIVE[name], returns: RETURNS.none };
  return innerCall({ ...call, ...own, needs: USE.worktop | extension }, INFO);
}
export const ASSERT: Readonly<Record<Assertion, Recipe>> = {
  amount: assertion('amount'),
  any: assertion('any'),
  only: assertion('only'),
  include: assertion('include'),
};
export const ASSERTED_BUCKET: Recipe = amount;

/** The worktop itself, when an intent starts and ends. */
export const WORKTOP_MADE = ALLOCATE + create(SIZE.worktop + EMPTY_LIST) + PIN;
const DROP_ACTOR = 30 + 'Worktop'.length + 'Worktop_drop'.length;
export const WORKTOP_DROPPED: Recipe = recipe(
  zoneMade(ZONE.account),
  INFO,
  2 * (DROP_ACTOR + ARGS.owned),
  RESOURCE_FRAME,
  INFO,
  needs(USE.worktop),
  NATIVE.Worktop_drop,
  open(EMPTY_LIST),
  readHeap(EMPTY_LIST),
  write(EMPTY_LIST),
  CLOSE,
  INFO,
  INFO,
  drop(SIZE.worktop + EMPTY_LIST),
  returned(RETURNS.none),
  zoneDropped(ZONE.account),
);

/** An assertion asks a bucket that came with a call for its amount. */
export const COUNTED: Recipe = bucketAmount(undefined, ZONE.inner);

/** A bucket that came is looked at before it goes to the worktop. */
export const RECEIVED = bucketLook;

/** Start of an intent: its zone (made by the meter), its call frame, its worktop (docs/protocol.md §12.2). */
const FRAME_DATA = 53;
export const STARTED = SWITCH + message(FRAME_DATA) + WORKTOP_MADE;

/** End of an intent, its zone apart. */
export const ENDED = OWNED_NODES + look(SIZE.zone) + OWNED_NODES;
