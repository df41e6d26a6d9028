/** Charges for single operations of the kernel (docs/protocol.md §12.1); sizes are SBOR lengths with their prefix. */

export const CLOSE = 129;
export const PIN = 12;
export const ALLOCATE = 97;
export const SWITCH = 500;
export const QUERY_ACTOR = 500;
export const OWNED_NODES = 500;
export const LOCK_FEE = 500;
export const TRANSIENT = 55;

/** Every byte that is written, sent or read costs twice. */
export const dataProcessing = (bytes: number): number => 2 * bytes;
export const open = (bytes: number): number => 303 + 2 * bytes;
export const readHeap = (bytes: number): number => 65 + 2 * bytes;
export const readStore = (bytes: number): number => 113 + 2 * bytes;
export const write = (bytes: number): number => 218 + 2 * bytes;
export const create = (bytes: number): number => 456 + 2 * bytes;
export const drop = (bytes: number): number => 1143 + 2 * bytes;
/** A message to another intent, an event, the data of a call frame. */
export const message = (bytes: number): number => 500 + 2 * bytes;

/** Opens a substate, reads it and closes it: on the heap, or of an entity that the database holds. */
export const look = (bytes: number): number => open(bytes) + readHeap(bytes) + CLOSE;
export const fetch = (bytes: number): number => open(bytes) + readStore(bytes) + CLOSE;

/** Opens a substate to change it, which reads it twice (once for its lock), and writes it. */
export const update = (bytes: number, after = bytes): number =>
  open(bytes) + 2 * readHeap(bytes) + write(after) + CLOSE;
export const updateStored = (bytes: number, after = bytes): number =>
  open(bytes) + 2 * readStore(bytes) + write(after) + CLOSE;

/** Sizes of substates that all objects of a kind share. */
export const SIZE = {
  /** Type info: auth zone, worktop, fungible bucket, vaults, proofs. */
  zone: 80,
  worktop: 79,
  bucket: 117,
  vault: 116,
  nonFungibleVault: 119,
  proof: 116,
  nonFungibleProof: 119,
  /** Of a signature badge's resource. */
  badge: 182,
  /** Fungible bucket: what is free, what is locked (by nothing). */
  liquid: 34,
  locked: 15,
  /** Vault: its balance; of non-fungibles also an entry each. */
  balance: 37,
  idEntry: 9,
  /** Proof: whether it may move on. */
  moveable: 13,
  /** Of a freezable resource's vault: what is frozen. */
  freezeStatus: 19,
  /** Account: the vault of a resource, or an empty entry; default deposit rule; owner's role. */
  vaultEntry: 46,
  emptyEntry: 12,
  depositRule: 17,
  ownerRole: 94,
  /** Resource: divisibility or type of ids; how many there are; a role that is everyone's. */
  divisibility: 14,
  idType: 15,
  supply: 37,
  role: 18,
} as const;

/** Length of native calls' arguments and results: nothing, one owned object, a resource, an amount. */
export const ARGS = { none: 3, owned: 34, resource: 34, resourceAmount: 59, amount: 28 } as const;
export const RETURNS = { none: 3, owned: 32, amount: 26 } as const;
