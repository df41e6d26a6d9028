import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TradeApi } from '../../src/anthic/trade/client.js';
import { parseAmount } from '../../src/base/amount.js';
import { areBooksClosed, balanceBooks, readHoldings } from '../../src/cli/demo/books.js';
import { Dex, type Wish } from '../../src/cli/demo/dex.js';
import { Orders } from '../../src/cli/demo/orders.js';
import { Stage } from '../../src/cli/demo/stage.js';
import { GatewayEndpoint } from '../../src/ledger/endpoint.js';
import { Ledger } from '../../src/ledger/ledger.js';
import { systemSurroundings } from '../../src/ledger/surroundings.js';
import { engineBinary } from '../../src/sandbox/engine/binary.js';
import { seeded } from '../../src/sandbox/fault/schedule.js';
import { Sandbox } from '../../src/sandbox/sandbox.js';
import { networkById } from '../../src/transaction/network.js';
import { build } from '../process/solver.js';
import { Actor } from './actor.js';
import { Troubles } from './trouble.js';

export interface ChaosOptions {
  readonly orders: number;
  readonly seed: number;
  /** Orders a second. */
  readonly rate?: number;
  readonly say?: (line: string) => void;
}

export interface ChaosReport {
  readonly orders: number;
  /** How orders ended, and how many. */
  readonly ends: Readonly<Record<string, number>>;
  readonly troubles: Readonly<Record<string, number>>;
  readonly transactions: number;
  /** What is not as it should be, in words. */
  readonly problems: readonly string[];
}

const SIMULATOR = networkById(242);
const RATE = 4;
/** Longer than an order and a fill live. */
const END_MS = 120_000;
const TELL_MS = 10_000;

const PAIRS = [
  ['xwBTC', '95000', '0.05'],
  ['xETH', '3500', '1'],
  ['XRD', '0.04', '5000'],
] as const;

/** Three makers with prices a little apart. */
const MAKERS = [0, 1, 2].map((n) => ({
  pairs: PAIRS.map(([base, price, size]) => {
    return { base, quote: 'xUSDC', price, spread: `0.00${4 + n}`, size, levels: 2, step: '0.001' };
  }),
}));

const USERS = ['ada', 'ben', 'cleo', 'dora'];

/** From small ones that one maker fills to those that need all three. */
const SIZES: Readonly<Record<string, readonly string[]>> = {
  xwBTC: ['0.001', '0.02', '0.12'],
  xETH: ['0.1', '0.9', '2.5'],
  XRD: ['1000', '4000', '12000'],
};

/**
 * Orders against three makers and two solvers, each in a process of its own, while makers and solvers are killed, sessions
 * break and the Gateway fails: every order must end once, and all books must agree with the ledger to the atto.
 */
export async function chaos({ orders: count, seed, rate = RATE, say = () => {} }: ChaosOptions): Promise<ChaosReport> {
  const { entry, folder: built } = build('chaos');
  const folder = mkdtempSync(join(tmpdir(), 'anthic-chaos-'));
  const closing: (() => unknown)[] = [
    () => [folder, built].map((each) => rmSync(each, { recursive: true, force: true })),
  ];
  const random = seeded(seed);
  try {
    const binary = await engineBinary(process.env);
    const stage = await Stage.open({
      start: (options) => Sandbox.start(binary, options),
      ...{ folder, network: SIMULATOR, users: USERS, makers: MAKERS, solvers: 2 },
      ...{ roundMs: 500, pollMs: 1000 },
    });
    closing.push(() => stage.close());
    const before = await readHoldings(stage);
    const makers = stage.cast.makers.map((of) => new Actor(of.name, [entry, 'maker', ...stage.makerArgs(of)]));
    const solvers = stage.cast.solvers.map(
      (of) => new Actor(of.name, [entry, 'run', ...stage.solverArgs(of), '--max-costly-failures', 'none']),
    );
    const actors = [...makers, ...solvers];
    closing.push(() => Promise.all(actors.filter(({ isRunning }) => isRunning).map((actor) => actor.kill())));
    for (const actor of actors) actor.start();
    const problems: string[] = [];
    const until = (done: () => boolean, what: string) => waitFor(done, what, problems);
    await until(() => stage.watch.books.size === MAKERS.length * PAIRS.length, 'the prices of all makers');
    await until(() => stage.anthic.stats().solvers === solvers.length, 'all solvers');
    const { dex, close } = await openDex(stage);
    closing.push(close);
    const orders = new Orders();
    const ending = new AbortController();
    const troubles = new Troubles(stage, makers, solvers, random, sleep);
    const trouble = troubles.run(ending.signal);
    const tell = () => say(progressOf(stage, orders, count, actors));
    const telling = setInterval(tell, TELL_MS);
    closing.push(() => clearInterval(telling));
    const pending: Promise<void>[] = [];
    for (let n = 0; n < count; n++) {
      pending.push(orders.submit(dex, wishOf(stage, random)));
      await sleep(1000 / rate);
    }
    ending.abort();
    await Promise.all([trouble, ...pending]);
    say('no more trouble: what is open may end');
    const { anthic } = stage;
    await until(() => anthic.stats().open === 0 && anthic.stats().followed === 0, 'the end of all orders');
    await until(() => areBooksClosed(stage.cast), 'the books of all makers and solvers');
    clearInterval(telling);
    await Promise.all(actors.map((actor) => actor.stop()));
    const { ends, lost } = orders.tally(stage.watch.stories);
    const { differences } = await balanceBooks(stage, before, orders.deals);
    problems.push(...actors.flatMap(({ faults }) => faults), ...lost, ...differences);
    return { orders: count, ends, troubles: troubles.counts, transactions: stage.watch.transactions, problems };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function openDex(stage: Stage): Promise<{ dex: Dex; close: () => void }> {
  const surroundings = systemSurroundings();
  const ledger = new Ledger([new GatewayEndpoint(stage.sandbox.gateway.url, surroundings)], surroundings);
  await ledger.checkNetwork(SIMULATOR.id);
  await ledger.clock.poll();
  const ending = new AbortController();
  void ledger.clock.run(ending.signal);
  const dex = await Dex.open(new TradeApi(stage.anthic.tradeUrl, surroundings), ledger, SIMULATOR);
  return { dex, close: () => ending.abort() };
}

function wishOf({ cast }: Stage, random: () => number): Wish {
  const choose = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const [base] = choose(PAIRS);
  const exact = random() < 0.5 ? 'sell' : 'buy';
  const [sell, buy] = exact === 'sell' ? [base, 'xUSDC'] : ['xUSDC', base];
  const amount = parseAmount(choose(SIZES[base]!));
  return {
    user: choose(cast.users),
    sell,
    buy,
    exact,
    amount,
    slippage: 100,
    expiresIn: 20 + Math.floor(random() * 15),
  };
}

async function waitFor(done: () => boolean, what: string, problems: string[]): Promise<void> {
  const limit = performance.now() + END_MS;
  while (!done()) {
    if (performance.now() > limit) return void problems.push(`waited in vain for ${what}`);
    await sleep(100);
  }
}

function progressOf({ anthic }: Stage, { sent }: Orders, count: number, actors: readonly Actor[]): string {
  const { open, settled, expired, noLiquidity } = anthic.stats();
  const kills = actors.reduce((sum, actor) => sum + actor.kills, 0);
  return `${sent}/${count} orders: ${settled} settled, ${expired} expired, ${noLiquidity} without liquidity, ${open} open; ${kills} kills`;
}
