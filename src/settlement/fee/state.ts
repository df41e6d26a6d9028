import { ENTITY, entityOf, type NodeId } from '../../sbor/custom.js';
import { isFungible, XRD } from '../../transaction/address.js';
import { SIGNATURE_BADGE } from '../../transaction/key.js';
import { fetch } from './charge.js';
import { AmountLocks, IdLocks } from './container.js';
import { type Features, isCounted, isFreezable, listLength, USUAL_FEATURES, XRD_FEATURES } from './features.js';

/** What a prediction needs to know of the ledger; undefined = unknown. */
export interface StateFacts {
  /** Whether the account has a vault for the resource yet. Unknown counts as true, the prediction as not known. */
  holdsVault(account: NodeId, resource: NodeId): boolean | undefined;
  /** Whether a preallocated account has come to exist. Unknown counts as true. */
  exists?(account: NodeId): boolean | undefined;
  /** Whether the owner of a created account is one signature, as most are: what its rule asks for can be longer or shorter. */
  ownerIsUsual?(account: NodeId): boolean | undefined;
  /** Features of a resource. Where they are not known, they are supposed, and the prediction says so. */
  features?(resource: NodeId): Features | undefined;
  /**
   * Whether the data of a non-fungible resource is nothing or of a basic type, not of one that the resource brings (a
   * struct or enum, as mostly). Unknown counts as false; features that a charge told make up for it.
   */
  hasBasicData?(resource: NodeId): boolean | undefined;
  /** Whether anyone may burn a token. Unless that is known and so, a burn is priced as if, the prediction as not known. */
  anyoneBurns?(resource: NodeId): boolean | undefined;
  /** What they are supposed to be; else the usual ones. */
  likelyFeatures?(resource: NodeId): Features | undefined;
}

/** Facts that say something else in some respects. */
export function withFacts(facts: StateFacts, others: Partial<StateFacts>): StateFacts {
  return {
    holdsVault: (account, resource) => facts.holdsVault(account, resource),
    exists: (account) => facts.exists?.(account),
    ownerIsUsual: (account) => facts.ownerIsUsual?.(account),
    features: (resource) => facts.features?.(resource),
    hasBasicData: (resource) => facts.hasBasicData?.(resource),
    anyoneBurns: (resource) => facts.anyoneBurns?.(resource),
    likelyFeatures: (resource) => facts.likelyFeatures?.(resource),
    ...others,
  };
}

/** Sizes of type infos (docs/protocol.md §12.1), that of a resource without its list of features. */
const TYPE_INFO = { resource: 135, nonFungible: 182, account: 119 } as const;
/** What a data type of its own adds to a non-fungible's: its index is a number of 8 bytes. */
const OWN_DATA = 7;

/** A resource during a transaction: its type info's size, and what of it was read from the database already. */
export class ResourceState {
  readonly bytes: number;
  /** One look at the type info. */
  readonly look: number;
  readonly freezable: boolean;
  /** Whether it keeps a total supply. */
  readonly counted: boolean;
  /** Whether its features are not known. */
  readonly supposed: boolean;
  infoRead = false;
  withdrawerRead = false;
  depositorRead = false;
  divisibilityRead = false;
  burnerRead = false;
  supplyRead = false;
  /** Buckets that proofs lock. */
  lockedBuckets = 0;

  constructor(
    readonly id: NodeId,
    facts: StateFacts,
  ) {
    const known = id === XRD ? XRD_FEATURES : facts.features?.(id);
    const features = known ?? facts.likelyFeatures?.(id) ?? USUAL_FEATURES;
    this.supposed = known === undefined;
    this.bytes = listLength(features);
    if (isFungible(id)) this.bytes += TYPE_INFO.resource;
    else this.bytes += TYPE_INFO.nonFungible + (facts.hasBasicData?.(id) ? 0 : OWN_DATA);
    this.look = fetch(this.bytes);
    this.freezable = isFreezable(features);
    this.counted = isCounted(features);
  }
}

export class VaultState {
  readonly existed: boolean;
  entryRead = false;
  infoRead = false;
  balanceRead = false;
  freezeRead = false;
  changed = false;
  private amountLocks: AmountLocks | undefined;
  private idLocks: IdLocks | undefined;

  constructor(public exists: boolean) {
    this.existed = exists;
  }

  /** What proofs lock, of a fungible. */
  get amounts(): AmountLocks {
    this.amountLocks ??= new AmountLocks('vault');
    return this.amountLocks;
  }

  /** What proofs lock, of a non-fungible. */
  get ids(): IdLocks {
    this.idLocks ??= new IdLocks();
    return this.idLocks;
  }
}

export class AccountState {
  readonly bytes = TYPE_INFO.account;
  readonly look = fetch(TYPE_INFO.account);
  readonly created: boolean;
  /** The badge of the key that owns it. */
  readonly badge: NodeId;
  called = false;
  infoRead = false;
  ownerRead = false;
  ownerFieldRead = false;
  depositRuleRead = false;
  readonly vaults = new Map<NodeId, VaultState>();
  readonly preferences = new Set<NodeId>();

  constructor(readonly id: NodeId) {
    const entity = entityOf(id);
    this.created = entity === ENTITY.GlobalAccount;
    this.badge = SIGNATURE_BADGE[entity === ENTITY.GlobalPreallocatedEd25519Account ? 'Ed25519' : 'Secp256k1'];
  }
}
