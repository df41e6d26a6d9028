import { parseAmount } from '../../src/base/amount.js';
import type { Engine } from '../../src/sandbox/engine/engine.js';
import type { NodeId } from '../../src/sbor/custom.js';
import type { Ledger } from '../../src/settlement/check/execution.js';
import { type Features, USUAL_FEATURES } from '../../src/settlement/fee/features.js';
import type { StateFacts } from '../../src/settlement/fee/predict.js';
import { formatAddress, parseAddress, XRD } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { ed25519Key, SIMULATOR, secp256k1Key, type TestKey } from '../../test/support/build.js';
import { type Judge, openJudge } from './worldEngine.js';

/** The moment of every settlement: that of the recorded ones. */
export const NETWORK = SIMULATOR;
export const EPOCH = 3;
export const PROPOSER_MS = 1_734_126_040_000;

/** What an account of the world is there for. */
export type Role = 'user' | 'anthic' | 'solver' | 'sink';

export interface Party {
  readonly account: NodeId;
  readonly key: TestKey;
  /** The number that makes the key: a solver's is needed as bytes. */
  readonly number: number;
  readonly role: Role;
  readonly created: boolean;
  /** A non-fungible resource of its own, of which it holds #1# to #3#. */
  readonly badge: NodeId | undefined;
}

export interface Token {
  readonly resource: NodeId;
  readonly divisibility: number;
  readonly features: Features;
}

/** Accounts and tokens on the engine's ledger, always as they were at the start: what is committed is taken back. */
export class World {
  private readonly drained = new Map<NodeId, Promise<number>>();

  constructor(
    readonly judge: Judge,
    readonly tokens: readonly Token[],
    readonly parties: readonly Party[],
    private readonly base: number,
    private readonly holdings: ReadonlyMap<NodeId, ReadonlyMap<NodeId, bigint>>,
  ) {}

  of(role: Role): Party[] {
    return this.parties.filter((party) => party.role === role);
  }

  partyOf(account: NodeId): Party {
    return this.parties.find((party) => party.account === account)!;
  }

  /** Undefined: no vault. */
  balance(account: NodeId, resource: NodeId): bigint | undefined {
    return this.holdings.get(account)?.get(resource);
  }

  /** The smallest amount of a resource. */
  unit(resource: NodeId): bigint {
    return 10n ** BigInt(18 - this.divisibility(resource));
  }

  divisibility(resource: NodeId): number {
    return this.tokens.find((token) => token.resource === resource)?.divisibility ?? 18;
  }

  private featuresOf(resource: NodeId): Features | undefined {
    const badge = this.parties.some((party) => party.badge === resource);
    return badge ? BADGE_FEATURES : this.tokens.find((token) => token.resource === resource)?.features;
  }

  readonly facts: StateFacts = {
    holdsVault: (account, resource) => this.balance(account, resource) !== undefined,
    exists: (account) => this.holdings.has(account),
    // One signature owns each that was created.
    ownerIsUsual: () => true,
    features: (resource) => this.featuresOf(resource),
    hasBasicData: (resource) => this.parties.some(({ badge }) => badge === resource) || undefined,
    anyoneBurns: (resource) => this.featuresOf(resource)?.includes('burn'),
  };

  readonly ledger: Ledger = {
    balance: (account, resource) => this.balance(account, resource) ?? 0n,
    divisibility: (resource) => this.divisibility(resource),
    accepts: () => true,
  };

  /** Runs `ask` in the state that `prepare` made, then goes back. The engine answers in order, so nothing comes between. */
  async within<T>(snapshot: number, ask: () => Promise<T>): Promise<T> {
    const { judge } = this;
    const [, answer] = await Promise.all([judge.restore(snapshot), ask(), judge.restore(this.base)]);
    return answer;
  }

  /** Executes and commits, then takes it back. */
  async commit(hex: string): ReturnType<Judge['execute']> {
    const [receipt] = await Promise.all([this.judge.execute(hex, { commit: true }), this.judge.restore(this.base)]);
    return receipt;
  }

  /** Runs `ask` in the state in which accounts have lost everything, by transactions that `drain` makes; then goes back. */
  async withDrained<T>(
    accounts: readonly NodeId[],
    drain: (party: Party, holdings: ReadonlyMap<NodeId, bigint>) => string,
    ask: () => Promise<T>,
  ): Promise<T> {
    const { judge } = this;
    const hexes = accounts.map((account) => drain(this.partyOf(account), this.holdings.get(account)!));
    return this.within(this.base, async () => {
      const [drained, answer] = await Promise.all([
        Promise.all(hexes.map((hex) => judge.execute(hex, { commit: true }))),
        ask(),
      ]);
      const failed = drained.find(({ status }) => status !== 'CommittedSuccess');
      if (failed !== undefined) throw new Error(`cannot drain an account: ${failed.error}`);
      return answer;
    });
  }

  /** The state in which an account has lost everything, by a transaction that `drain` makes: made once, when first needed. */
  drainedOf(account: NodeId, drain: (party: Party, holdings: ReadonlyMap<NodeId, bigint>) => string): Promise<number> {
    let snapshot = this.drained.get(account);
    if (snapshot === undefined) {
      const hex = drain(this.partyOf(account), this.holdings.get(account)!);
      const { judge } = this;
      snapshot = Promise.all([judge.execute(hex, { commit: true }), judge.snapshot(), judge.restore(this.base)]).then(
        ([receipt, taken]) => {
          if (receipt.status !== 'CommittedSuccess') throw new Error(`cannot drain ${account}: ${receipt.error}`);
          return taken;
        },
      );
      this.drained.set(account, snapshot);
    }
    return snapshot;
  }
}

const RICH = '1000000000';
const DIVISIBILITIES = [6, 8, 18, 18, 2, 0];
/** Of the same tokens: three as usual, each other of a kind of its own. */
const FEATURES: readonly Features[] = [
  USUAL_FEATURES,
  [...USUAL_FEATURES, 'vault_freeze'],
  USUAL_FEATURES,
  ['mint', 'burn'],
  USUAL_FEATURES,
  ['mint', 'track_total_supply', 'vault_freeze', 'vault_recall'],
];

/** A badge can neither be minted nor burnt. */
const BADGE_FEATURES: Features = ['track_total_supply'];

type Holds = 'all' | 'xrd' | number;

/** Number of the key, curve, role, what it holds (a number: that token alone), whether its account was created. */
type Row = readonly [number, 'Ed25519' | 'Secp256k1', Role, Holds, boolean?];

function rows(): Row[] {
  const list: Row[] = [];
  for (let i = 0; i < 18; i++) list.push([2000 + i, 'Ed25519', 'user', 'all']);
  for (let i = 0; i < 8; i++) list.push([2100 + i, 'Secp256k1', 'user', 'all']);
  for (let i = 0; i < 5; i++) list.push([2200 + i, i % 2 ? 'Secp256k1' : 'Ed25519', 'user', 'all', true]);
  // Of each token a few that hold nothing else: what they buy needs a new vault.
  for (let i = 0; i < 4 * (DIVISIBILITIES.length + 1); i++) {
    const holds = Math.floor(i / 4);
    list.push([2300 + i, i % 4 === 3 ? 'Secp256k1' : 'Ed25519', 'user', holds === 0 ? 'xrd' : holds - 1, i % 4 === 2]);
  }
  list.push([900, 'Ed25519', 'anthic', 'all'], [901, 'Ed25519', 'anthic', 'xrd'], [902, 'Secp256k1', 'anthic', 'all']);
  list.push(
    [3000, 'Ed25519', 'solver', 'all'],
    [3001, 'Secp256k1', 'solver', 'all'],
    [3002, 'Ed25519', 'solver', 'xrd'],
  );
  list.push([3003, 'Secp256k1', 'solver', 'xrd'], [3004, 'Ed25519', 'solver', 'all', true]);
  list.push([4000, 'Ed25519', 'sink', 'all']);
  return list;
}

/** The same world every time, down to the addresses. */
export async function openWorld(engine: Engine): Promise<World> {
  const judge = await openJudge(engine, { network: NETWORK, epoch: EPOCH, proposerTimestampMs: PROPOSER_MS });
  const tokens = await Promise.all(
    DIVISIBILITIES.map(async (divisibility, i): Promise<Token> => {
      const features = FEATURES[i]!;
      const address = await judge.createToken({ symbol: `T${i}`, divisibility, features });
      return { resource: parseAddress(address, NETWORK), divisibility, features };
    }),
  );
  const all = [XRD, ...tokens.map((token) => token.resource)];
  const parties = await Promise.all(rows().map((row) => createParty(judge, row, all)));
  const held = await judge.balances(parties.map(({ account }) => formatAddress(account, NETWORK)));
  const holdings = new Map(
    Object.entries(held).map(([account, amounts]) => [
      parseAddress(account, NETWORK),
      new Map(Object.entries(amounts).map(([resource, text]) => [parseAddress(resource, NETWORK), parseAmount(text)])),
    ]),
  );
  return new World(judge, tokens, parties, await judge.snapshot(), holdings);
}

async function createParty(judge: Judge, row: Row, all: readonly NodeId[]): Promise<Party> {
  const [number, curve, role, holds, created = false] = row;
  const key = curve === 'Ed25519' ? ed25519Key(number) : secp256k1Key(number);
  const resources = holds === 'all' ? all : [all[holds === 'xrd' ? 0 : holds + 1]!];
  const fund = resources.map((resource) => ({ resource: formatAddress(resource, NETWORK), amount: RICH }));
  const publicKey = { curve, hex: Buffer.from(key.publicKey.key).toString('hex') };
  const made = created ? judge.createGlobalAccount(publicKey, fund) : judge.createAccount(publicKey, fund);
  const badge =
    number < 2003 || number === 900
      ? parseAddress(await judge.createNft(`B${number}`, [1, 2, 3], await made), NETWORK)
      : undefined;
  const account = created ? parseAddress(await made, NETWORK) : preallocatedAccount(key.publicKey);
  return { account, key, number, role, created, badge };
}
