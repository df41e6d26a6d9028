import type { NodeId } from '../../sbor/custom.js';
import { ENTITY, entityOf } from '../../sbor/custom.js';
import { XRD } from '../../transaction/address.js';
import type { Bucket, VaultLocks } from './asset.js';
import { CheckError } from './error.js';
import type { Ledger } from './execution.js';
import type { Thread } from './thread.js';

/** What the accounts go through: net changes, locked fees, and which XRD vaults a fee can no longer be locked from. */
export class Accounts {
  readonly changes = new Map<NodeId, Map<NodeId, bigint>>();
  readonly assumptions: string[] = [];
  private readonly touchedXrd = new Set<NodeId>();
  private readonly fees = new Map<NodeId, bigint>();
  private readonly locks = new Map<NodeId, Map<NodeId, VaultLocks>>();
  /** Created accounts whose owner is assumed to have signed. */
  private readonly owners = new Set<NodeId>();
  /** Accounts that got what a call that cannot be followed brought: they may hold more than is known. */
  private readonly unsure = new Set<NodeId>();

  constructor(readonly ledger: Ledger) {}

  /**
   * Methods of the owner need its badge in the calling intent's auth zone: for a preallocated account that of its key
   * (docs/protocol.md §6.2). Who owns a created one is not known here.
   */
  requireOwner(account: NodeId, thread: Thread): void {
    const entity = entityOf(account);
    if (entity === ENTITY.GlobalAccount) {
      if (!this.owners.has(account)) {
        this.owners.add(account);
        this.assumptions.push(`the owner of account ${account} signed`);
      }
      return;
    }
    const hash = account.slice(2);
    for (const badge of thread.zone.badges) {
      if (badge.hash === hash && badge.entity === entity) return;
    }
    throw new CheckError('NotOwner', `expected the key of account ${account} to have signed this very intent`);
  }

  assume(what: string): void {
    if (!this.assumptions.includes(what)) this.assumptions.push(what);
  }

  withdraw(account: NodeId, resource: NodeId, amount: bigint): void {
    this.checkAmount(resource, amount);
    this.requireFunds(account, resource, amount + this.locked(account, resource));
    this.touch(account, resource);
    this.add(account, resource, -amount);
  }

  /** A proof of an amount locks it in the vault, which several proofs share: the greatest counts. */
  lock(account: NodeId, resource: NodeId, amount: bigint): VaultLocks {
    this.checkAmount(resource, amount);
    this.requireFunds(account, resource, amount);
    this.touch(account, resource);
    return this.locksOf(account, resource);
  }

  private locksOf(account: NodeId, resource: NodeId): VaultLocks {
    let vaults = this.locks.get(account);
    if (vaults === undefined) {
      vaults = new Map();
      this.locks.set(account, vaults);
    }
    let vault = vaults.get(resource);
    if (vault === undefined) {
      vault = { locks: [] };
      vaults.set(resource, vault);
    }
    return vault;
  }

  private locked(account: NodeId, resource: NodeId): bigint {
    const vault = this.locks.get(account)?.get(resource);
    let most = 0n;
    if (vault === undefined) return most;
    for (const { evidence } of vault.locks) {
      for (const part of evidence) if (part.vault === vault && part.amount > most) most = part.amount;
    }
    return most;
  }

  private requireFunds(account: NodeId, resource: NodeId, amount: bigint): void {
    const balance = this.ledger.balance?.(account, resource);
    if (balance === undefined) return;
    const fee = resource === XRD ? (this.fees.get(account) ?? 0n) : 0n;
    const left = balance + (this.changes.get(account)?.get(resource) ?? 0n) - fee;
    if (left >= amount) return;
    if (this.unsure.has(account)) {
      this.assume(`account ${account} got enough from a call`);
      return;
    }
    throw new CheckError(
      'AccountInsufficient',
      `expected account ${account} to hold ${amount} attos of ${resource}, got ${left}`,
    );
  }

  /** `unsure`: more may be deposited than is known. */
  deposit(account: NodeId, bucket: Bucket, unsure: boolean): void {
    if (unsure) this.unsure.add(account);
    // An empty bucket leaves the vault as it was, but may have to create it.
    this.touch(account, bucket.resource);
    this.add(account, bucket.unlocked().resource, bucket.amount);
  }

  /** A proof locks part of the vault, which changes it. */
  touch(account: NodeId, resource: NodeId): void {
    if (resource === XRD) this.touchedXrd.add(account);
  }

  /** The tests of docs/protocol.md §7.4 in the order of §11 C4. */
  lockFee(account: NodeId, amount: bigint, contingent: boolean, thread: Thread): void {
    this.checkAmount(XRD, amount);
    if (!contingent && thread.index !== 0) {
      throw new CheckError(
        'LockFeeInSubintent',
        'lock_fee is for the root intent; a subintent can lock a contingent one',
      );
    }
    if (this.touchedXrd.has(account)) {
      throw new CheckError(
        'VaultTouched',
        `expected the XRD vault of account ${account} untouched until a fee is locked`,
      );
    }
    const balance = this.ledger.balance?.(account, XRD);
    if (balance !== undefined && balance < amount) {
      throw new CheckError('AccountInsufficient', `expected ${amount} attos of XRD for the fee, got ${balance}`);
    }
    this.touchedXrd.add(account);
    this.fees.set(account, amount);
  }

  checkAmount(resource: NodeId, amount: bigint): void {
    const divisibility = this.ledger.divisibility?.(resource);
    const step = divisibility === undefined ? 1n : 10n ** BigInt(18 - divisibility);
    if (amount < 0n || amount % step !== 0n) {
      throw new CheckError('InvalidAmount', `expected an amount that ${resource} can have, got ${amount} attos`);
    }
  }

  private add(account: NodeId, resource: NodeId, amount: bigint): void {
    let changes = this.changes.get(account);
    if (changes === undefined) {
      changes = new Map();
      this.changes.set(account, changes);
    }
    changes.set(resource, (changes.get(resource) ?? 0n) + amount);
  }

  /** The changes that are not zero. */
  net(): Map<NodeId, Map<NodeId, bigint>> {
    for (const [account, changes] of this.changes) {
      for (const [resource, amount] of changes) if (amount === 0n) changes.delete(resource);
      if (changes.size === 0) this.changes.delete(account);
    }
    return this.changes;
  }
}
