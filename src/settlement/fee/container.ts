import type { LocalId } from '../../sbor/custom.js';
import { localIdsLength } from '../check/args.js';
import {
  ARGS,
  CLOSE,
  fetch,
  look,
  open,
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
  RESOURCE_FRAME,
  type Recipe,
  recipe,
  returned,
  ZONE,
  zoneDropped,
  zoneMade,
} from './recipe.js';

/**
 * Vaults and buckets lock what proofs of them show. What is locked is a substate of its own, which grows with each
 * distinct amount or id; in a vault it is never stored.
 */

interface Method {
  readonly name: string;
  readonly native: number;
}

interface Kind {
  /** One look at what it is. */
  readonly info: number;
  readonly needs: number;
  readonly lock: Method;
  readonly unlock: Method;
}

const BY_AMOUNT = { lock: 'lock_amount', unlock: 'unlock_amount' } as const;
const BY_IDS = { lock: 'lock_non_fungibles', unlock: 'unlock_non_fungibles' } as const;

const KINDS = {
  vault: {
    info: fetch(SIZE.vault),
    needs: USE.vault,
    lock: { name: BY_AMOUNT.lock, native: NATIVE.vaultLock },
    unlock: { name: BY_AMOUNT.unlock, native: NATIVE.vaultUnlock },
  },
  bucket: {
    info: look(SIZE.bucket),
    needs: USE.bucketType | USE.bucketCall,
    lock: { name: BY_AMOUNT.lock, native: NATIVE.bucketLock },
    unlock: { name: BY_AMOUNT.unlock, native: NATIVE.bucketUnlock },
  },
  nonFungibleVault: {
    info: fetch(SIZE.nonFungibleVault),
    needs: USE.nonFungibleVault,
    lock: { name: BY_IDS.lock, native: NATIVE.nonFungibleVaultLock },
    unlock: { name: BY_IDS.unlock, native: NATIVE.nonFungibleVaultUnlock },
  },
} as const satisfies Record<string, Kind>;

/** How what a container locks changes. */
export interface LockChange {
  readonly of: keyof typeof KINDS;
  /** Length of the arguments that ask for it. */
  readonly args: number;
  /** Bytes of what is locked. */
  readonly before: number;
  readonly after: number;
  /** Whether it is the first: there is nothing to read. */
  readonly first: boolean;
  /** Whether the balance is written. */
  readonly balance: boolean;
  /** Non-fungibles that leave the balance or come back: each an entry of the vault. */
  readonly moved: number;
}

export const lockKey = ({ of, args, before, after, first, balance, moved }: LockChange): string =>
  `${of},${args},${before},${after},${first},${balance},${moved};`;

const REMOVE = 717;
const SET = 133 + 2 * SIZE.idEntry;

function changed({ of, before, after, first, balance, moved }: LockChange, entry: number): number {
  const { info } = KINDS[of];
  if (of === 'bucket') {
    const own = info + open(before) + 2 * readHeap(before) + write(after) + CLOSE;
    return own + (balance ? info + update(SIZE.liquid) : 0);
  }
  const reads = first ? 0 : 2 * readStore(before);
  const own = info + TRANSIENT + open(before) + reads + write(after) + CLOSE;
  return own + (balance ? info + updateStored(SIZE.balance) : 0) + moved * (info + entry);
}

/** The change itself, within the method of the container that makes the proof. */
export function locked(change: LockChange): number {
  return changed(change, REMOVE);
}

/** A container locks more for a clone or a composed proof. */
export function lockedAgain(change: LockChange): Recipe {
  const { info, needs: parts, lock } = KINDS[change.of];
  const call = { ...lock, args: change.args, returns: RETURNS.none, info, from: ZONE.inner, zone: ZONE.inner };
  return recipe(look(ZONE.inner), innerCall({ ...call, needs: parts }, locked(change)));
}

/** A container frees what a dropped proof locked; the hook that asks for it has no auth zone. */
export function unlocked(change: LockChange): Recipe {
  const { info, needs: parts, unlock } = KINDS[change.of];
  return recipe(
    info,
    info,
    zoneMade(ZONE.manager),
    info,
    info,
    look(ZONE.manager),
    needs(parts),
    invoked(unlock.name, change.args),
    RESOURCE_FRAME,
    info,
    unlock.native,
    changed(change, SET),
    returned(RETURNS.none),
    zoneDropped(ZONE.manager),
  );
}

const NO_AMOUNTS = { vault: 18, bucket: 15 } as const;
const LOCKED_AMOUNT = 32;

/** The amounts of a fungible that proofs lock: the greatest leaves the balance. */
export class AmountLocks {
  private readonly amounts: bigint[] = [];
  /** Each distinct amount is an entry. */
  private bytes: number;
  private first = true;

  constructor(private readonly of: 'vault' | 'bucket') {
    this.bytes = NO_AMOUNTS[of];
  }

  get none(): boolean {
    return this.amounts.length === 0;
  }

  lock(amount: bigint): LockChange {
    const { of, bytes: before, first } = this;
    const balance = this.isGreatest(amount);
    if (!this.amounts.includes(amount)) this.bytes += LOCKED_AMOUNT;
    this.amounts.push(amount);
    this.first = false;
    return { of, args: ARGS.amount, before, after: this.bytes, first, balance, moved: 0 };
  }

  unlock(amount: bigint): LockChange {
    const { of, bytes: before } = this;
    this.amounts.splice(this.amounts.indexOf(amount), 1);
    if (!this.amounts.includes(amount)) this.bytes -= LOCKED_AMOUNT;
    const balance = this.isGreatest(amount);
    return { of, args: ARGS.amount, before, after: this.bytes, first: false, balance, moved: 0 };
  }

  private isGreatest(amount: bigint): boolean {
    for (const locked of this.amounts) if (locked >= amount) return false;
    return true;
  }
}

const NO_IDS = 16;
const COUNT = 8;
const IDS_ARGS = 4;

/** Length of ids as the arguments of a vault's method. */
export function idsArgs(ids: readonly LocalId[]): number {
  return IDS_ARGS + localIdsLength(ids);
}

/** The ids that proofs lock in a vault of non-fungibles, each by how many. */
export class IdLocks {
  private readonly counts = new Map<LocalId, number>();
  private readonly entriesRead = new Set<LocalId>();
  private first = true;

  private get bytes(): number {
    return NO_IDS + localIdsLength([...this.counts.keys()]) + COUNT * this.counts.size;
  }

  /** Also how many entries are touched for the first time in the transaction. */
  lock(ids: readonly LocalId[]): LockChange & { readonly entries: number } {
    const { bytes: before, first } = this;
    let moved = 0;
    let entries = 0;
    for (const id of ids) {
      const count = this.counts.get(id);
      this.counts.set(id, (count ?? 0) + 1);
      if (count !== undefined) continue;
      moved++;
      if (!this.entriesRead.has(id)) entries++;
      this.entriesRead.add(id);
    }
    this.first = false;
    const { bytes: after } = this;
    // Written even if no id leaves it. Properties are written out: to spread an object here takes as long as all the rest.
    return { of: 'nonFungibleVault', args: idsArgs(ids), before, after, first, balance: true, moved, entries };
  }

  unlock(ids: readonly LocalId[]): LockChange {
    const { bytes: before } = this;
    let moved = 0;
    for (const id of ids) {
      const left = (this.counts.get(id) ?? 1) - 1;
      if (left > 0) {
        this.counts.set(id, left);
      } else {
        this.counts.delete(id);
        moved++;
      }
    }
    const { bytes: after } = this;
    return { of: 'nonFungibleVault', args: idsArgs(ids), before, after, first: false, balance: moved > 0, moved };
  }
}
