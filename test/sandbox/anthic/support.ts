import { once } from 'node:events';
import { expect, vi } from 'vitest';
import { WebSocket } from 'ws';
import { composeLimitOrder } from '../../../src/anthic/order/compose.js';
import { signedPartialHex, signSubintent, subintentId } from '../../../src/anthic/order/sign.js';
import { parseAmount } from '../../../src/base/amount.js';
import { fromHex, toHex } from '../../../src/base/bytes.js';
import { LocalAnthic } from '../../../src/sandbox/anthic/anthic.js';
import type { AnthicEvent, TimedEvent } from '../../../src/sandbox/anthic/events.js';
import { requiredFees } from '../../../src/sandbox/anthic/fees.js';
import { type AnthicSettings, parseAnthicSettings } from '../../../src/sandbox/anthic/settings.js';
import { Tokens } from '../../../src/sandbox/anthic/tokens.js';
import { ruleOf } from '../../../src/sandbox/anthic/wrapping.js';
import { type Rule, RuleLedger } from '../../../src/sandbox/ledger/ruleLedger.js';
import { Sandbox } from '../../../src/sandbox/sandbox.js';
import { simulate } from '../../../src/settlement/check/simulate.js';
import { randomDiscriminator } from '../../../src/settlement/compose/transaction.js';
import { propose, sign } from '../../../src/settlement/settle.js';
import { openFrame } from '../../../src/solver/openFrame.js';
import { formatAddress, XRD } from '../../../src/transaction/address.js';
import { preallocatedAccount } from '../../../src/transaction/key.js';
import { networkById } from '../../../src/transaction/network.js';
import { decodeTransaction } from '../../../src/transaction/payload.js';
import { SolverKey } from '../../../src/transaction/solverKey.js';
import { validateNotarized } from '../../../src/transaction/validate.js';
import { ed25519Key, type TestKey } from '../../support/build.js';
import { post } from '../../support/gateway.js';

/** A local Anthic over a ledger, with traders and makers that do as they are told. */

export const SIM = networkById(242);
export const SIM_XRD = formatAddress(XRD, SIM);
export const ANTHIC_KEY = ed25519Key(900);

export function accountOf(key: TestKey): string {
  return formatAddress(preallocatedAccount(key.publicKey), SIM);
}

/** Makers are the keys 701, 702, …; their API keys `key-1`, `key-2`, …. */
export function makerKey(number: number): TestKey {
  return ed25519Key(700 + number);
}

export const USER = ed25519Key(1);
export const SOLVER_NUMBER = 800;
const FUNDS = '1000000';

const TOKENS = [
  { symbol: 'xUSDC', divisibility: 6, solverFee: '0.002', executionFee: '0.2' },
  { symbol: 'xwBTC', divisibility: 8, solverFee: '0.000001', executionFee: '0.000002' },
];

/** What a ledger would make of a settlement, by the simulation that the solver proves its own by. */
export const simulated: Rule = ({ hex }) => {
  const notarized = decodeTransaction('NotarizedTransactionV2', fromHex(hex));
  const intent = notarized.signedTransactionIntent.transactionIntent;
  // The notary signs for the root.
  const [, ...children] = validateNotarized(notarized, SIM.id).signers;
  const signers = [[intent.transactionHeader.value.notaryPublicKey], ...children];
  try {
    const { changes } = simulate(intent, { signers });
    const text = [...changes].map(([account, of]) => [
      formatAddress(account, SIM),
      Object.fromEntries([...of].map(([resource, amount]) => [formatAddress(resource, SIM), amount])),
    ]);
    return { outcome: 'success', changes: Object.fromEntries(text) };
  } catch {
    return { outcome: 'rejected' };
  }
};

export interface StandOptions {
  readonly makers?: number;
  readonly settings?: {
    readonly timing?: object;
    readonly tokens?: readonly { readonly symbol: string; readonly [field: string]: unknown }[];
    readonly [setting: string]: unknown;
  };
  readonly rule?: Rule;
  /** A sandbox of another kind, with the accounts of the keys below funded. */
  readonly sandbox?: Sandbox;
  readonly users?: readonly TestKey[];
}

export interface Stand {
  readonly sandbox: Sandbox;
  readonly anthic: LocalAnthic;
  readonly settings: AnthicSettings;
  readonly tokens: Tokens;
  readonly events: TimedEvent[];
  /** Resource address by symbol. */
  readonly address: (symbol: string) => string;
  balance(key: TestKey, symbol: string): Promise<bigint>;
  order(terms: OrderTerms): MadeOrder;
  submit(hex: string): Promise<{ status: number; json: any }>;
  maker(number?: number, options?: MakerOptions): Promise<ScriptedMaker>;
  /** Settles whatever is pushed. */
  solver(number?: number): Promise<ScriptedSolver>;
  event<T extends AnthicEvent['type']>(type: T, count?: number): Promise<Extract<TimedEvent, { type: T }>>;
  close(): Promise<void>;
}

export interface OrderTerms {
  readonly key?: TestKey;
  readonly sell: readonly [amount: string, symbol: string];
  readonly buy: readonly [amount: string, symbol: string];
  readonly role?: 'taker' | 'maker';
  readonly seconds?: number;
  readonly anthicFee?: bigint;
  readonly settlementFee?: bigint;
  readonly anthic?: TestKey;
  readonly signer?: TestKey;
  readonly network?: number;
  readonly startEpoch?: bigint;
  readonly endEpoch?: bigint;
}

export interface MadeOrder {
  readonly hex: string;
  readonly id: string;
  readonly withdrawn: bigint;
}

const FAST = { pollMs: 30, graceMs: 0, pingMs: 60_000, fillWindowMs: 3_000, settleMs: 2_000 };

export async function startStand(options: StandOptions = {}): Promise<Stand> {
  const { makers = 1, users = [USER], rule = simulated } = options;
  const sandbox =
    options.sandbox ??
    (await Sandbox.over(new RuleLedger(SIM, rule, { epoch: 50, proposerTimestampMs: Date.now() }), {
      port: 0,
      roundMs: 30,
    }));
  const { world } = sandbox;
  const resources = new Map([['XRD', SIM_XRD]]);
  for (const { symbol, divisibility } of TOKENS) {
    resources.set(symbol, await world.createToken({ symbol, divisibility }));
  }
  const makerKeys = Array.from({ length: makers }, (_, index) => makerKey(index + 1));
  for (const key of [ANTHIC_KEY, ed25519Key(SOLVER_NUMBER), ...users, ...makerKeys]) {
    await world.createAccount({ curve: 'Ed25519', hex: toHex(key.publicKey.key) });
    for (const resource of resources.values()) {
      const amount = resource === SIM_XRD ? '1000' : FUNDS;
      await world.fund(accountOf(key), { resource, amount });
    }
  }
  const { tokens: list = [...TOKENS, { symbol: 'XRD', divisibility: 18 }], ...given } = options.settings ?? {};
  const settings = parseAnthicSettings({
    tokens: list.map((token) => ({ resource: resources.get(token.symbol), ...token })),
    pairs: [
      { base: 'xwBTC', quote: 'xUSDC' },
      { base: 'XRD', quote: 'xUSDC' },
    ],
    levels: [
      { takerFee: '0.001', makerFee: '0' },
      { takerFee: '0.0009', makerFee: '0.0001' },
    ],
    makers: makerKeys.map((key, index) => ({
      name: `maker-${index + 1}`,
      apiKey: `key-${index + 1}`,
      accounts: [accountOf(key)],
    })),
    ...given,
    timing: { ...FAST, ...given.timing },
  });
  const events: TimedEvent[] = [];
  const anthic = await LocalAnthic.start({
    settings,
    gatewayUrl: sandbox.gateway.url,
    key: ANTHIC_KEY,
    users: users.map((key, index) => ({ name: `user-${index + 1}`, key })),
    solvers: [{ name: 'solver', publicKey: ed25519Key(SOLVER_NUMBER).publicKey }],
    onEvent: (event) => void events.push(event),
  });
  const tokens = new Tokens(settings);
  const closing: (() => void)[] = [];

  const stand: Stand = {
    sandbox,
    anthic,
    settings,
    tokens,
    events,
    address: (symbol) => resources.get(symbol)!,
    async balance(key, symbol) {
      return (await world.balances(accountOf(key))).get(resources.get(symbol)!)?.amount ?? 0n;
    },
    order(terms) {
      const { key = USER, role = 'taker', seconds = 30, network = SIM.id } = terms;
      const [sold, bought] = [tokens.named(terms.sell[1], ''), tokens.named(terms.buy[1], '')];
      const amount = parseAmount(terms.sell[0]);
      const fees = requiredFees(role, accountOf(key), sold, amount, settings);
      const anthicFee = terms.anthicFee ?? fees.anthic;
      const settlementFee = terms.settlementFee ?? fees.settlement;
      const epoch = BigInt(world.state.epoch);
      const subintent = composeLimitOrder({
        account: preallocatedAccount(key.publicKey),
        sell: { resource: sold.resource, amount },
        buy: { resource: bought.resource, amount: parseAmount(terms.buy[0]) },
        fees: { anthic: anthicFee, settlement: settlementFee },
        parentRule: ruleOf(terms.anthic ?? ANTHIC_KEY),
        network,
        startEpoch: terms.startEpoch ?? epoch,
        endEpoch: terms.endEpoch ?? epoch + 10n,
        expiresAt: BigInt(Math.floor(Date.now() / 1000) + seconds),
        discriminator: randomDiscriminator(),
      });
      const hex = signedPartialHex(signSubintent(subintent, terms.signer ?? key));
      return { hex, id: subintentId(subintent), withdrawn: amount + anthicFee + settlementFee };
    },
    async submit(hex) {
      return post(`${anthic.tradeUrl}/trade/orders`, { signed_partial_transaction: hex });
    },
    async maker(number = 1, makerOptions = {}) {
      const maker = new ScriptedMaker(stand, number, makerOptions);
      closing.push(() => maker.socket.terminate());
      await maker.open();
      return maker;
    },
    async solver(number = SOLVER_NUMBER) {
      const solver = new ScriptedSolver(stand, number);
      closing.push(() => solver.socket.terminate());
      await once(solver.socket, 'open');
      await vi.waitFor(() => expect(anthic.stats().solvers).toBeGreaterThan(0), WAIT);
      return solver;
    },
    async event(type, count = 1) {
      const found = () => events.filter((event) => event.type === type);
      await vi.waitFor(() => expect(found().length).toBeGreaterThanOrEqual(count), WAIT);
      return found()[count - 1] as never;
    },
    async close() {
      for (const close of closing) close();
      await anthic.close();
      await sandbox.close();
    },
  };
  return stand;
}

export const WAIT = { timeout: 15_000, interval: 10 };

export interface MakerOptions {
  /** How it answers orders; by default it fills each at once with just what is asked. */
  readonly onOrder?: (order: NewOrder, maker: ScriptedMaker) => void;
  /** Whether it starts its streams. */
  readonly start?: boolean;
}

export interface NewOrder {
  readonly id: string;
  readonly created_at: number;
  readonly fill_before: number;
  readonly limit_order: Record<'sell' | 'buy', { symbol: string; amount: string }>;
}

/** A market maker on a bare websocket. */
export class ScriptedMaker {
  readonly socket: WebSocket;
  readonly orders: NewOrder[] = [];
  readonly executions: any[] = [];
  readonly received: any[] = [];
  readonly closed: Promise<number>;
  private calls = 0;
  private readonly waiting = new Map<number, (answer: any) => void>();

  constructor(
    private readonly stand: Stand,
    readonly number: number,
    private readonly options: MakerOptions,
  ) {
    this.socket = new WebSocket(stand.anthic.flashUrl, { headers: { 'ANTHIC-API-KEY': `key-${number}` } });
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
    this.socket.on('error', () => {});
    this.socket.on('message', (data) => this.hear(JSON.parse(String(data))));
  }

  async open(): Promise<void> {
    await once(this.socket, 'open');
    if (this.options.start === false) return;
    await this.call('platform.new_orders.start_stream', {});
    await this.call('platform.fill_execution.start_stream', { enabled: true, historical_starting_point: 1 });
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async call(method: string, params: unknown): Promise<any> {
    const id = ++this.calls;
    this.send({ jsonrpc: '2.0', id, method, params });
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  /** Prices, and waits until they are in. */
  async quote(bids: [string, string][], asks: [string, string][], base = 'xwBTC', quote = 'xUSDC'): Promise<any> {
    return this.call('platform.price_books.on_change', { pair: { base, quote }, bids, asks });
  }

  /** A fill of just what is asked, or of what is said instead. */
  makeFill({ limit_order: { sell, buy } }: NewOrder, terms: Partial<OrderTerms> = {}): MadeOrder {
    return this.stand.order({
      key: makerKey(this.number),
      role: 'maker',
      sell: [buy.amount, buy.symbol],
      buy: [sell.amount, sell.symbol],
      ...terms,
    });
  }

  async fill(order: NewOrder, terms: Partial<OrderTerms> = {}, hex = this.makeFill(order, terms).hex): Promise<any> {
    return this.call('platform.fills.fill', { order_id: order.id, signed_partial_transaction: hex });
  }

  async order(count = 1): Promise<NewOrder> {
    await vi.waitFor(() => expect(this.orders.length).toBeGreaterThanOrEqual(count), WAIT);
    return this.orders[count - 1]!;
  }

  async execution(count = 1): Promise<any> {
    await vi.waitFor(() => expect(this.executions.length).toBeGreaterThanOrEqual(count), WAIT);
    return this.executions[count - 1];
  }

  private hear(message: any): void {
    this.received.push(message);
    if (message.method === undefined) return this.waiting.get(message.id)?.(message);
    if (message.method === 'ping') return this.send({ jsonrpc: '2.0', id: message.id, result: {} });
    if (message.method === 'maker.fill_execution.next') this.executions.push(message.params);
    if (message.method !== 'platform.new_orders.new') return;
    this.orders.push(message.params);
    if (this.options.onOrder !== undefined) this.options.onOrder(message.params, this);
    else void this.fill(message.params);
  }
}

/** Settles by the project's own means, without a journal. */
export class ScriptedSolver {
  readonly socket: WebSocket;
  readonly frames: string[] = [];
  readonly submitted: string[] = [];
  private readonly key: SolverKey;

  constructor(
    private readonly stand: Stand,
    readonly number: number,
  ) {
    this.key = SolverKey.fromBytes('Ed25519', Buffer.from(number.toString(16).padStart(64, '0'), 'hex'));
    this.socket = new WebSocket(stand.anthic.solverUrl);
    this.socket.on('error', () => {});
    this.socket.on('message', (data) => {
      this.frames.push(String(data));
      void this.settle(String(data));
    });
  }

  private async settle(frame: string): Promise<void> {
    const { orders } = openFrame(frame, { network: SIM.id, pinned: undefined }, []);
    const { publicKey } = this.key;
    const proposal = propose(orders, {
      network: SIM.id,
      epoch: BigInt(this.stand.sandbox.world.state.epoch),
      solver: { account: preallocatedAccount(publicKey), publicKey },
      facts: { holdsVault: () => true },
      composition: 'cheapest',
      tipBasisPoints: 0,
      discriminator: randomDiscriminator(),
    });
    const hex = toHex(sign(proposal, this.key).payload);
    this.submitted.push(hex);
    await post(`${this.stand.sandbox.gateway.url}/transaction/submit`, { notarized_transaction_hex: hex });
  }
}
