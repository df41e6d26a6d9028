import { type Attos, parseAmount } from '../../base/amount.js';
import { systemSurroundings } from '../../ledger/surroundings.js';
import type { Orders, Tally } from './orders.js';
import type { Production } from './production.js';
import { MOMENTS, type Moment, type Watch } from './watch.js';

export interface LoadOptions {
  /** Orders a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Told now and then: seconds gone, orders sent, settled. */
  readonly onProgress: (seconds: number, sent: number, settled: number) => void;
}

/** Milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface LoadReport extends Tally {
  /** Settled orders a second, from the first that was accepted to the last that settled. */
  readonly perSecond: number;
  /** Of the accepted ones, how many were filled in whole: 0 to 1. */
  readonly fillRate: number;
  readonly transactions: number;
  /** From one moment of an order to the next, and from its acceptance to its settlement. */
  readonly latency: Readonly<Record<string, Latency>>;
}

const PROGRESS_MS = 5_000;
const EXPIRES_IN = 45;

/** What is traded under load, in turn: small enough that the books of the makers bear any rate. */
const WISHES: readonly (readonly [sell: string, buy: string, exact: 'sell' | 'buy', amount: Attos])[] = [
  ['xwBTC', 'xUSDC', 'sell', parseAmount('0.002')],
  ['xUSDC', 'xETH', 'buy', parseAmount('0.05')],
  ['xETH', 'xUSDC', 'sell', parseAmount('0.04')],
  ['xUSDC', 'xwBTC', 'buy', parseAmount('0.001')],
];

/** Trades at a rate for a time, whatever becomes of the orders meanwhile, and waits for the end of each. */
export async function runLoad(production: Production, options: LoadOptions): Promise<LoadReport> {
  const { rate, seconds, signal, onProgress } = options;
  const { now, sleep } = systemSurroundings();
  const { stage, dex, orders } = production;
  const { users } = stage.cast;
  const pending = new Set<Promise<void>>();
  const started = now();
  const total = Math.round(rate * seconds);
  let toldAt = started;
  for (let n = 0; n < total; n++) {
    await sleep(Math.max(0, started + (1000 * n) / rate - now()), signal);
    production.throwIfDead();
    const [sell, buy, exact, amount] = WISHES[n % WISHES.length]!;
    const wish = { user: users[n % users.length]!, sell, buy, exact, amount, slippage: 50, expiresIn: EXPIRES_IN };
    const trade = orders.submit(dex, wish).finally(() => pending.delete(trade));
    pending.add(trade);
    if (now() - toldAt < PROGRESS_MS) continue;
    toldAt = now();
    onProgress(Math.round((toldAt - started) / 1000), n + 1, stage.anthic.stats().settled);
  }
  await Promise.all(pending);
  await production.quiet();
  return reportLoad(stage.watch, orders);
}

/** What has become of the orders of a load. */
export function reportLoad(
  { stories, transactions }: Pick<Watch, 'stories' | 'transactions'>,
  orders: Orders,
): LoadReport {
  const all = [...stories.values()];
  const settledAt = all.flatMap(({ at }) => at.settled ?? []);
  const took = (Math.max(...settledAt) - Math.min(...all.map(({ at }) => at.accepted!))) / 1000;
  return {
    ...orders.tally(stories),
    transactions,
    perSecond: settledAt.length === 0 ? 0 : settledAt.length / took,
    fillRate: all.length === 0 ? 0 : all.filter(({ at }) => at.pushed !== undefined).length / all.length,
    latency: latencies(all.map(({ at }) => at)),
  };
}

function latencies(times: readonly Partial<Record<Moment, number>>[]): Record<string, Latency> {
  const steps = MOMENTS.slice(1).map((to, index) => [MOMENTS[index]!, to] as const);
  const named = [...steps, ['accepted', 'settled'] as const].map(([from, to]) => {
    const took = times.flatMap((at) => (at[from] === undefined || at[to] === undefined ? [] : [at[to] - at[from]]));
    return [`${from} → ${to}`, percentiles(took)] as const;
  });
  return Object.fromEntries(named);
}

function percentiles(values: readonly number[]): Latency {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
