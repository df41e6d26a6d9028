import { ALLOCATE, CLOSE, create, drop, fetch, look, open, PIN, readHeap, SIZE, write } from './charge.js';
import { USE } from './package.js';

/**
 * What an operation of the engine costs, first touches apart: a constant, and how often it reads the type info of the
 * resource and of the account it is about, whose size is a fact about them. Recipes are added up once, when this module
 * loads, in the order of the engine's own steps.
 */
export interface Recipe {
  readonly units: number;
  /** Reads of the resource's type info, of the account's. */
  readonly resource: number;
  readonly account: number;
  /** Parts of packages (package.ts). */
  readonly needs: number;
}

export function recipe(...parts: readonly (number | Recipe)[]): Recipe {
  let [units, resource, account, needs] = [0, 0, 0, 0];
  for (const part of parts) {
    if (typeof part === 'number') {
      units += part;
    } else {
      units += part.units;
      resource += part.resource;
      account += part.account;
      needs |= part.needs;
    }
  }
  return { units, resource, account, needs };
}

export const RESOURCE: Recipe = { units: 0, resource: 1, account: 0, needs: 0 };
export const ACCOUNT: Recipe = { units: 0, resource: 0, account: 1, needs: 0 };
export const needs = (parts: number): Recipe => ({ units: 0, resource: 0, account: 0, needs: parts });

/** Sizes of auth zones (docs/protocol.md §12.2): each fact in one costs bytes. */
const EMPTY_ZONE = 29;
const DIRECT_CALLER = 31;
const GLOBAL_CALLER = 91;
const ACCOUNT_CALLER = 67;
const PARENT = 31;
const BADGE = 64;
const PROOF = 30;
export const ZONE = {
  /** Of a call into an object of the caller's own: the worktop's, a bucket's. */
  inner: EMPTY_ZONE + DIRECT_CALLER + PARENT,
  /** Of an account, called by an intent; of what the account calls in turn. */
  account: EMPTY_ZONE + DIRECT_CALLER + GLOBAL_CALLER,
  inAccount: EMPTY_ZONE + DIRECT_CALLER + GLOBAL_CALLER + PARENT,
  /** Of a resource manager, called by the worktop. */
  manager: EMPTY_ZONE + DIRECT_CALLER,
  /** Of a resource manager, called by an account: its global caller is the account, whose name is shorter. */
  managerOfAccount: EMPTY_ZONE + DIRECT_CALLER + ACCOUNT_CALLER,
  /** The one made for VERIFY_PARENT. */
  verify: EMPTY_ZONE + GLOBAL_CALLER,
} as const;

/** The zone of an intent itself. */
export function intentZone(badges: number, proofs: number): number {
  return EMPTY_ZONE + BADGE * badges + PROOF * proofs;
}

export function zoneMade(bytes: number): number {
  return ALLOCATE + create(SIZE.zone + bytes) + PIN;
}

/** The end of a zone: its proofs are taken out, its type is looked up, it goes. */
export function zoneDropped(bytes: number): Recipe {
  const emptied = open(bytes) + readHeap(bytes) + write(bytes) + CLOSE;
  return recipe(emptied, look(SIZE.zone), needs(USE.zone), drop(SIZE.zone + bytes));
}

/** Length of a method as an actor, and of its arguments, both ways (docs/protocol.md §12.1). */
export function invoked(name: string, args: number): number {
  return 2 * (30 + name.length + args);
}

export function returned(bytes: number): number {
  return 2 * bytes;
}

/** What the engine reads of the resource package at every call: royalties, limits, the code's type and body. */
export const RESOURCE_FRAME = fetch(119) + fetch(18) + fetch(18) + fetch(26);
export const ACCOUNT_FRAME = fetch(135) + fetch(18) + fetch(138) + fetch(18) + fetch(26);

interface InnerCall {
  readonly name: string;
  readonly args: number;
  readonly native: number;
  readonly returns: number;
  /** One look at the receiver's type info. */
  readonly info: number | Recipe;
  /** Size of the caller's zone; without it the intent's own, which the meter adds. */
  readonly from?: number;
  readonly zone: number;
  readonly needs: number;
}

/** A call of a native method of the resource package, around its body. */
export function innerCall(
  { name, args, native, returns, info, from, zone, needs: parts }: InnerCall,
  ...body: (number | Recipe)[]
): Recipe {
  return recipe(
    info,
    info,
    from === undefined ? 0 : look(from),
    zoneMade(zone),
    info,
    info,
    invoked(name, args),
    RESOURCE_FRAME,
    info,
    needs(parts),
    native,
    ...body,
    returned(returns),
    zoneDropped(zone),
  );
}
