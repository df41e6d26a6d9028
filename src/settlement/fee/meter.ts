import type { NodeId } from '../../sbor/custom.js';
import type { Bucket, Proof } from '../check/asset.js';
import type { Execution } from '../check/execution.js';
import { FREEZE_STATUS } from './account.js';
import { SUPPLY } from './bucket.js';
import { dataProcessing, look, SIZE } from './charge.js';
import { AmountLocks } from './container.js';
import { firstUse } from './package.js';
import { COMMIT, DATABASE_MISS, databaseRead } from './price.js';
import { proofLook, type ZoneChange } from './proof.js';
import { intentZone, type Recipe } from './recipe.js';
import { AccountState, ResourceState, type StateFacts, VaultState } from './state.js';
import { VIRTUALIZE } from './virtual.js';
import { listWritten } from './worktop.js';

/** Bytes of events: as charged in finalization, and as archived (docs/protocol.md §7.5). */
const EVENT = {
  lockFee: [28, 75],
  vaultWithdraw: [28, 76],
  vaultDeposit: [28, 75],
  accountWithdraw: [60, 108],
  accountDeposit: [60, 107],
  vaultCreation: [36, 89],
  burn: [28, 88],
} as const;

/** A stored substate's key starts with its entity and partition. */
const ENTITY_AND_PARTITION = 31;
/** Key and value of what a new vault adds: the account's entry, the vault's type info, its balance. */
const NEW_VAULT = [
  [32, SIZE.vaultEntry],
  [1, SIZE.vault],
  [1, SIZE.balance],
] as const;
/** What an account adds that comes to exist: badge and keys in its metadata, owner, role, deposit rule, type info. */
const NEW_ACCOUNT = [
  [14, 51],
  [13, 55],
  [1, SIZE.ownerRole],
  [16, 92],
  [1, SIZE.depositRule],
  [1, 119],
] as const;
export type EventKind = keyof typeof EVENT;

/** An intent while it is priced: what is in its auth zone, and the worktop as far as its size goes. */
class IntentMeter {
  /** The proofs in its zone. */
  proofs: readonly Proof[] = [];
  resources: ResourceState[] = [];
  /** Size of the auth zone. */
  zone: number;

  constructor(public badges: readonly NodeId[]) {
    this.zone = intentZone(badges.length, 0);
  }

  /** What the zone holds from now on. */
  change(proofs: readonly Proof[], badges = this.badges): ZoneChange {
    const before = this.zone;
    this.proofs = proofs;
    this.badges = badges;
    this.zone = intentZone(badges.length, proofs.length);
    let looks = 0;
    for (const proof of proofs) looks += proofLook(proof);
    return { before, after: this.zone, badges: badges.length, looks };
  }
}

/** Adds up what a transaction costs, step by step, and remembers what was touched already (docs/protocol.md §12.3). */
export class Meter {
  execution = 0;
  finalization = 0;
  archive = 0;
  state = 0;
  readonly unknown: string[] = [];
  /** Tokens whose features are not known but supposed. */
  readonly supposed: NodeId[] = [];
  readonly intents: IntentMeter[];
  private seen = 0;
  private readonly resources = new Map<NodeId, ResourceState>();
  private readonly accounts = new Map<NodeId, AccountState>();
  private readonly badgesRead = new Set<NodeId>();
  private buckets: Map<Bucket, AmountLocks> | undefined;

  constructor(
    execution: Execution,
    private readonly facts: StateFacts,
  ) {
    this.intents = execution.badges.map((badges) => new IntentMeter(badges));
  }

  add(units: number): void {
    this.execution += units;
  }

  notKnown(what: string): void {
    if (!this.unknown.includes(what)) this.unknown.push(what);
  }

  /** What a first non-fungible costs beyond a fungible, about: packages of its own, an entry per id. */
  nonFungible(): void {
    if (this.unknown.includes('non-fungibles')) return;
    this.unknown.push('non-fungibles');
    this.execution += 480_000;
    this.finalization += 200_000;
  }

  /** Charges a recipe about a resource, and what of packages it is the first to need. */
  charge(recipe: Recipe, resource?: ResourceState, account?: AccountState): void {
    let units = recipe.units;
    if (resource !== undefined) units += recipe.resource * resource.look;
    if (account !== undefined) units += recipe.account * account.look;
    if ((recipe.needs & ~this.seen) !== 0) {
      units += firstUse(recipe.needs, this.seen);
      this.seen |= recipe.needs;
    }
    this.execution += units;
  }

  /** A look at an intent's own auth zone, as every call it makes takes one. */
  lookAtZone(intent: number): void {
    this.execution += look(this.intents[intent]!.zone);
  }

  private resourceState(id: NodeId): ResourceState {
    let resource = this.resources.get(id);
    if (resource === undefined) {
      resource = new ResourceState(id, this.facts);
      this.resources.set(id, resource);
      if (resource.supposed) this.supposed.push(id);
    }
    return resource;
  }

  private accountState(id: NodeId): AccountState {
    let account = this.accounts.get(id);
    if (account === undefined) {
      account = new AccountState(id);
      this.accounts.set(id, account);
    }
    return account;
  }

  /** A resource whose type info is about to be read. */
  resource(id: NodeId): ResourceState {
    const resource = this.resourceState(id);
    if (!resource.infoRead) {
      resource.infoRead = true;
      this.execution += databaseRead(resource.bytes);
    }
    return resource;
  }

  /** A reference checked before the transaction runs: read for every intent, cached from then on. Returns its units. */
  reference(id: NodeId, resource: boolean): number {
    if (resource) {
      const state = this.resourceState(id);
      state.infoRead = true;
      return databaseRead(state.bytes);
    }
    const state = this.accountState(id);
    state.infoRead = true;
    return databaseRead(state.bytes);
  }

  /** An account that is called: one that a key owns may come to exist by this. */
  call(id: NodeId): AccountState {
    const account = this.accountState(id);
    account.called = true;
    if (account.infoRead) return account;
    account.infoRead = true;
    if (account.created || this.facts.exists?.(id) !== false) {
      this.execution += databaseRead(account.bytes);
      return account;
    }
    this.execution += DATABASE_MISS;
    this.badge(account.badge);
    this.charge(VIRTUALIZE);
    account.ownerFieldRead = account.depositRuleRead = true;
    for (const [key, value] of NEW_ACCOUNT) this.insert(key, value);
    return account;
  }

  /** The resource of a badge, looked up when an auth zone is written or an account made. */
  badge(resource: NodeId): void {
    if (this.badgesRead.has(resource)) return;
    this.badgesRead.add(resource);
    this.execution += databaseRead(SIZE.badge);
  }

  /** The first time the owner's role is asked for: no entry of its own, then the owner field. */
  owner(account: AccountState): void {
    if (account.ownerRead) return;
    account.ownerRead = true;
    this.execution += DATABASE_MISS + (account.ownerFieldRead ? 0 : databaseRead(SIZE.ownerRole));
    if (!account.created || this.facts.ownerIsUsual?.(account.id)) return;
    this.unknown.push(`what rule the owner of account ${account.id} set`);
  }

  vault(account: AccountState, resource: ResourceState): VaultState {
    let vault = account.vaults.get(resource.id);
    if (vault === undefined) {
      const exists = this.facts.holdsVault(account.id, resource.id);
      // Asked once for each vault, so it cannot be a repetition, which to find out would cost more than to say it.
      if (exists === undefined) this.unknown.push(`whether account ${account.id} has a vault for ${resource.id}`);
      vault = new VaultState(exists ?? true);
      account.vaults.set(resource.id, vault);
    }
    return vault;
  }

  /** The accounts of which nothing says that they exist: they do where they have a vault. */
  checkAccounts(): void {
    for (const account of this.accounts.values()) {
      if (!account.called || account.created || this.facts.exists?.(account.id) !== undefined) continue;
      let exists = false;
      for (const vault of account.vaults.values()) if (vault.existed) exists = true;
      if (!exists) this.unknown.push(`whether account ${account.id} exists`);
    }
  }

  /** A vault is used: its entry and its type are read once, and its balance when that changes. */
  useVault(vault: VaultState, balance: boolean): void {
    if (!vault.entryRead) {
      vault.entryRead = true;
      this.execution += databaseRead(SIZE.vaultEntry);
    }
    if (!vault.infoRead) {
      vault.infoRead = true;
      this.execution += databaseRead(SIZE.vault);
    }
    if (!balance) return;
    if (!vault.balanceRead) {
      vault.balanceRead = true;
      this.execution += databaseRead(SIZE.balance);
    }
    if (!vault.changed) {
      vault.changed = true;
      this.finalization += COMMIT.substate(SIZE.balance);
    }
  }

  /** A freezable vault says whether it is frozen before anything moves. */
  notFrozen(vault: VaultState, resource: ResourceState): void {
    if (!resource.freezable) return;
    this.charge(FREEZE_STATUS, resource);
    if (vault.freezeRead) return;
    vault.freezeRead = true;
    this.execution += databaseRead(SIZE.freezeStatus);
  }

  /** A new vault: three substates that the ledger stores from now on (docs/protocol.md §12.5). */
  createVault(vault: VaultState, resource: ResourceState): void {
    vault.exists = vault.infoRead = vault.balanceRead = vault.changed = true;
    if (!vault.entryRead) this.execution += DATABASE_MISS;
    vault.entryRead = true;
    this.event('vaultCreation');
    for (const [key, value] of NEW_VAULT) this.insert(key, value);
    if (!resource.freezable) return;
    vault.freezeRead = true;
    this.execution += dataProcessing(SIZE.freezeStatus);
    this.insert(1, SIZE.freezeStatus);
  }

  private insert(key: number, value: number): void {
    this.finalization += COMMIT.substate(value);
    this.state += ENTITY_AND_PARTITION + key + value;
  }

  /** Non-fungibles leave a vault: its entries for them are read, and written in the end. */
  useEntries(entries: number): void {
    this.execution += entries * databaseRead(SIZE.idEntry);
    this.finalization += entries * COMMIT.substate(SIZE.idEntry);
  }

  /** What proofs lock in a bucket. */
  locksOf(bucket: Bucket): AmountLocks {
    this.buckets ??= new Map();
    let locks = this.buckets.get(bucket);
    if (locks === undefined) {
      locks = new AmountLocks('bucket');
      this.buckets.set(bucket, locks);
    }
    return locks;
  }

  /** The amount of a bucket is asked for: what proofs lock of it makes that longer, and which bucket it is is not told. */
  measured(resource: ResourceState): void {
    if (resource.lockedBuckets > 0) this.notKnown('amounts of buckets that proofs lock');
  }

  /** The resource's role of those that burn, and its supply. */
  burner(resource: ResourceState): void {
    if (!resource.burnerRead) {
      resource.burnerRead = true;
      this.execution += databaseRead(SIZE.role);
      if (!this.facts.anyoneBurns?.(resource.id)) this.unknown.push(`who may burn ${resource.id}`);
    }
    if (!resource.counted) return;
    this.charge(SUPPLY, resource);
    if (resource.supplyRead) return;
    resource.supplyRead = true;
    this.execution += databaseRead(SIZE.supply);
    this.finalization += COMMIT.substate(SIZE.supply);
  }

  withdrawer(resource: ResourceState): void {
    if (resource.withdrawerRead) return;
    resource.withdrawerRead = true;
    this.execution += databaseRead(SIZE.role);
  }

  depositor(resource: ResourceState): void {
    if (resource.depositorRead) return;
    resource.depositorRead = true;
    this.execution += databaseRead(SIZE.role);
  }

  divisibility(resource: ResourceState): void {
    if (resource.divisibilityRead) return;
    resource.divisibilityRead = true;
    this.execution += databaseRead(SIZE.divisibility);
  }

  event(kind: EventKind): void {
    const [payload, archived] = EVENT[kind];
    this.finalization += COMMIT.event(payload);
    this.archive += archived;
  }

  /** The worktop's list is written anew: every resource in it is looked up. */
  writeList(intent: number): void {
    const { resources } = this.intents[intent]!;
    let units = listWritten(resources.length);
    for (const resource of resources) units += resource.look;
    this.execution += units;
  }
}
