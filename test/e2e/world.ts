import { units } from '../../src/base/amount.js';
import { fromHex, toHex } from '../../src/base/bytes.js';
import type { Fault, FaultRule } from '../../src/sandbox/fault/fault.js';
import { FaultSchedule } from '../../src/sandbox/fault/schedule.js';
import { Gateway } from '../../src/sandbox/gateway/server.js';
import { type PreviewRule, type Rule, RuleLedger, type Ruling } from '../../src/sandbox/ledger/ruleLedger.js';
import type { UserTransaction } from '../../src/sandbox/ledger/transaction.js';
import { Sandbox } from '../../src/sandbox/sandbox.js';
import { randomDiscriminator } from '../../src/settlement/compose/transaction.js';
import { propose, sign } from '../../src/settlement/settle.js';
import { openFrame } from '../../src/solver/openFrame.js';
import { formatAddress, formatId, XRD } from '../../src/transaction/address.js';
import { preallocatedAccount } from '../../src/transaction/key.js';
import { networkById } from '../../src/transaction/network.js';
import { decodeTransaction } from '../../src/transaction/payload.js';
import { SolverKey } from '../../src/transaction/solverKey.js';
import { ed25519Key } from '../support/build.js';
import { itemHex, makeItem, makePair, type OrderOptions, token } from '../support/bundles.js';
import { post } from '../support/gateway.js';
import { bundleFrame, type StreamServer, startStreamServer } from '../support/streamServer.js';

/** A ledger behind real Gateways, and a Solver API: all that a solver sees of the outside, on real sockets. */

export const SIM = networkById(242);
export const XRD_SIM = formatAddress(XRD, SIM);
/** The number of the key of the solver under test. */
export const SOLVER_NUMBER = 800;
/** Of the key of another solver. */
export const RIVAL = 801;
export const FEE = 123_456_789_012_345_678n;
/** Two wrappers, an XRD each. */
export const REWARD = units(2);

export function secretOf(number: number): string {
  return number.toString(16).padStart(64, '0');
}

export function accountOf(number: number): string {
  return formatAddress(preallocatedAccount(ed25519Key(number).publicKey), SIM);
}

/** The account whose fee is locked: it pays, and it gets the reward. */
export function payerOf({ hex }: Pick<UserTransaction, 'hex'>): string {
  const { transactionIntent } = decodeTransaction('NotarizedTransactionV2', fromHex(hex)).signedTransactionIntent;
  for (const each of transactionIntent.rootIntentCore.instructions.value) {
    if (each.type === 'CALL_METHOD' && each.method === 'lock_fee') return formatAddress(each.address as string, SIM);
  }
  throw new Error('expected a root that locks a fee');
}

/** How many bundles of two a transaction settles: each order has its wrapper. */
export function pairsIn({ subintents }: Pick<UserTransaction, 'subintents'>): bigint {
  return BigInt(subintents.length) / 4n;
}

/** Each pair costs and brings the same, in whatever company. */
export function success(transaction: UserTransaction): Ruling {
  const payer = payerOf(transaction);
  const pairs = pairsIn(transaction);
  return { outcome: 'success', fee: pairs * FEE, payer, changes: { [payer]: { [XRD_SIM]: pairs * REWARD } } };
}

export interface WorldOptions {
  readonly gateways?: number;
  readonly roundMs?: number;
  readonly solvers?: readonly number[];
}

export interface World {
  readonly sandbox: Sandbox;
  readonly gateways: readonly Gateway[];
  readonly stream: StreamServer;
  /** A fault of one Gateway, on one path or all. */
  inflict(fault: Fault, path?: string, gateway?: number, more?: Partial<FaultRule>): void;
  heal(): void;
  balance(number?: number): Promise<bigint>;
  close(): Promise<void>;
}

export interface RuleWorld extends World {
  /** What becomes of transactions; a success unless told otherwise. */
  rule: Rule;
  /** What a preview says; that it succeeds unless told otherwise. */
  previewRule: PreviewRule;
  /** Makers hold nothing from now on. */
  ruin(): void;
}

export const FUNDS = units(1000);
export const EPOCH = 50;

/** On a ledger that answers by rule. Everybody holds what makers sell, until they are ruined. */
export async function openWorld({ roundMs = 40, ...options }: WorldOptions = {}): Promise<RuleWorld> {
  const start = { epoch: EPOCH, proposerTimestampMs: Date.now() };
  const ledger = new RuleLedger(
    SIM,
    (transaction) => world.rule(transaction),
    start,
    (preview) => world.previewRule(preview),
  );
  const balances = ledger.balances.bind(ledger);
  let everybodyHolds: Record<string, string> = {
    [formatAddress(token(1), SIM)]: '1000',
    [formatAddress(token(2), SIM)]: '1000',
  };
  ledger.balances = async (account) => ({ ...everybodyHolds, ...(await balances(account)) });
  const world: RuleWorld = Object.assign(await surround(await Sandbox.over(ledger, { port: 0, roundMs }), options), {
    rule: success,
    previewRule: (preview: Parameters<PreviewRule>[0]) =>
      ({ outcome: 'success', fee: pairsIn(preview) * FEE }) as const,
    ruin() {
      everybodyHolds = {};
    },
  });
  return world;
}

/** What stands around a ledger. Solvers are funded. */
export async function surround(
  sandbox: Sandbox,
  { gateways: count = 1, solvers = [SOLVER_NUMBER] }: WorldOptions,
): Promise<World> {
  const gateways = [sandbox.gateway];
  while (gateways.length < count) gateways.push(await Gateway.start(sandbox.world));
  for (const number of solvers) await sandbox.world.fund(accountOf(number), { resource: XRD_SIM, amount: '1000' });
  const stream = await startStreamServer();
  return {
    sandbox,
    gateways,
    stream,
    inflict(fault, path = '*', gateway = 0, more = {}) {
      gateways[gateway]!.faults = new FaultSchedule({ seed: 1, rules: [{ path, ...more, fault }] });
    },
    heal() {
      for (const gateway of gateways) gateway.faults = new FaultSchedule({ seed: 1, rules: [] });
    },
    async balance(number = SOLVER_NUMBER) {
      const held = await sandbox.world.balances(accountOf(number));
      return held.get(XRD_SIM)?.amount ?? 0n;
    },
    async close() {
      await stream.close();
      for (const gateway of gateways.slice(1)) await gateway.close();
      await sandbox.close();
    },
  };
}

/** Users have keys from 100 on, two a pair, and none of them is the solver's, or Anthic's. */
let made = 1000;

export interface BundleOptions {
  /** Tells bundles apart; a new one unless given. */
  readonly seed?: number;
  /** The number of the pair of users; one of its own for each seed unless given. */
  readonly users?: number;
  readonly secondsLeft?: number;
  readonly reward?: bigint;
  readonly edit?: (order: OrderOptions) => OrderOptions;
}

/** The items of a bundle that settles. */
export function makeBundle({
  seed = ++made,
  users = seed,
  secondsLeft = 60,
  reward = REWARD / 2n,
  edit = (order) => order,
}: BundleOptions = {}): string[] {
  const maxTimestamp = BigInt(Math.floor(Date.now() / 1000) + secondsLeft);
  return makePair(token(1), token(2), units(1), units(2), users).map((order, side) => {
    const discriminator = BigInt(2 * seed + side);
    const whole = edit({ ...order, header: { ...order.header, discriminator, maxTimestamp } });
    return itemHex(makeItem(whole, { header: { discriminator: BigInt(seed) }, reward }));
  });
}

/** Another solver's settlement of the same bundle: its bytes and id. A tip brings it in front. */
export function rivalOf(items: readonly string[], number: number, tipBasisPoints = 0): { hex: string; id: string } {
  const frame = bundleFrame(items);
  const { orders } = openFrame(frame, { network: SIM.id, pinned: undefined }, []);
  const key = SolverKey.fromBytes('Ed25519', Buffer.from(secretOf(number), 'hex'));
  const proposal = propose(orders, {
    network: SIM.id,
    epoch: BigInt(EPOCH),
    solver: { account: preallocatedAccount(key.publicKey), publicKey: key.publicKey },
    facts: { holdsVault: () => true },
    composition: 'cheapest',
    tipBasisPoints,
    discriminator: randomDiscriminator(),
  });
  const { payload, transactionIntentHash } = sign(proposal, key);
  return { hex: toHex(payload), id: formatId('txid', transactionIntentHash, SIM) };
}

export async function submitTo(gateway: Gateway, hex: string): Promise<number> {
  return (await post(`${gateway.url}/transaction/submit`, { notarized_transaction_hex: hex })).status;
}
