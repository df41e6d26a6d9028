import { Decimal } from 'decimal.js';
import { pairName } from '../anthic/flash/wire.js';
import { type Attos, formatAmount } from '../base/amount.js';
import { Database } from './database.js';
import type { FillState } from './schema.js';

/** What a token's settled fills have moved. */
export interface TokenReport {
  readonly symbol: string;
  readonly bought: Attos;
  readonly sold: Attos;
  /** Anthic's and those of settlement. */
  readonly fees: Attos;
  /** By what was signed: bought − sold − fees. */
  readonly net: Attos;
  /** By the ledger: what the settling transactions changed in the account; more than `net` by what was rebated. */
  readonly ledger: Attos;
}

export interface PairReport {
  readonly pair: string;
  readonly fills: number;
  /** Base and quote that all its settled fills have brought, fees paid. */
  readonly base: Attos;
  readonly quote: Attos;
  /** Quote for one base, on average, without fees; undefined where there was none. */
  readonly boughtAt: Decimal | undefined;
  readonly soldAt: Decimal | undefined;
  /** At what price `base` is valued: the one given, else that of the last fill. */
  readonly price: Decimal;
  /** In quote: `quote` + `base` × `price`. */
  readonly profit: Decimal;
}

export interface MakerReport {
  readonly account: string;
  readonly network: number;
  readonly fills: Readonly<Record<FillState, number>>;
  readonly declined: Readonly<Record<string, number>>;
  /** Number of the last execution. */
  readonly position: number;
  readonly tokens: readonly TokenReport[];
  readonly pairs: readonly PairReport[];
  /** Settled transactions whose changes the ledger has not told yet: their part is missing in `ledger`. */
  readonly pending: number;
}

/** Digits enough for a product of two amounts of 192 bits. */
const Exact = Decimal.clone({ precision: 130 });

interface SettledFill {
  readonly pair: string;
  readonly base: string;
  readonly sold: { readonly symbol: string; readonly amount: Attos };
  readonly bought: { readonly symbol: string; readonly amount: Attos };
  readonly fees: Attos;
}

/** What a store tells of a maker's trades. `prices`: pair → price. Error: `store-missing`. */
export function readReport(path: string, prices: ReadonlyMap<string, Attos> = new Map()): MakerReport {
  const db = Database.openReader(path);
  try {
    const { query } = db;
    const rows = db.all(query.selectFrom('fill').selectAll().orderBy('written_at'));
    const settled = rows
      .filter(({ state }) => state === 'settled')
      .map(
        (row): SettledFill => ({
          pair: pairName(row),
          base: row.base,
          sold: { symbol: row.sold_symbol, amount: BigInt(row.sold) },
          bought: { symbol: row.bought_symbol, amount: BigInt(row.bought) },
          fees: BigInt(row.anthic_fee) + BigInt(row.settlement_fee),
        }),
      );
    const count = (state: FillState) => rows.filter((row) => row.state === state).length;
    const declined = db.all(
      query
        .selectFrom('declined')
        .select((of) => ['code', of.fn.countAll<number>().as('orders')])
        .groupBy('code'),
    );
    const meta = new Map(db.all(query.selectFrom('meta').selectAll()).map(({ key, value }) => [key, value]));
    const last = db.get(query.selectFrom('execution').select((of) => of.fn.max('sequence').as('last')));
    const changes = db.all(query.selectFrom('change').selectAll());
    const symbols = new Map(
      rows.flatMap((row) => [
        [row.sold_resource, row.sold_symbol] as const,
        [row.bought_resource, row.bought_symbol] as const,
      ]),
    );
    const byLedger = new Map<string, Attos>();
    for (const { resource, amount } of changes) {
      const symbol = symbols.get(resource) ?? resource;
      byLedger.set(symbol, (byLedger.get(symbol) ?? 0n) + BigInt(amount));
    }
    const told = new Set(changes.map((change) => change.transaction_id));
    const transactions = new Set(rows.flatMap((row) => row.transaction_id ?? []));
    return {
      account: meta.get('account') ?? '',
      network: Number(meta.get('network')),
      fills: { open: count('open'), settled: count('settled'), expired: count('expired') },
      declined: Object.fromEntries(declined.map(({ code, orders }) => [code, orders])),
      position: last?.last ?? 0,
      tokens: tokenReports(settled, byLedger),
      pairs: pairReports(settled, prices),
      pending: [...transactions].filter((id) => !told.has(id)).length,
    };
  } finally {
    db.close();
  }
}

function tokenReports(fills: readonly SettledFill[], byLedger: ReadonlyMap<string, Attos>): TokenReport[] {
  const symbols = new Set([...fills.flatMap(({ sold, bought }) => [sold.symbol, bought.symbol]), ...byLedger.keys()]);
  return [...symbols].sort().map((symbol) => {
    const sales = fills.filter(({ sold }) => sold.symbol === symbol);
    const sold = sum(sales.map((each) => each.sold.amount));
    const fees = sum(sales.map((each) => each.fees));
    const bought = sum(fills.filter((each) => each.bought.symbol === symbol).map((each) => each.bought.amount));
    return { symbol, bought, sold, fees, net: bought - sold - fees, ledger: byLedger.get(symbol) ?? 0n };
  });
}

function pairReports(fills: readonly SettledFill[], prices: ReadonlyMap<string, Attos>): PairReport[] {
  return [...new Set(fills.map(({ pair }) => pair))].sort().map((pair) => {
    const own = fills.filter((each) => each.pair === pair);
    const buys = own.filter(({ bought, base }) => bought.symbol === base);
    const sells = own.filter(({ sold, base }) => sold.symbol === base);
    const sumOf = (list: readonly SettledFill[], read: (fill: SettledFill) => Attos) => sum(list.map(read));
    const boughtBase = sumOf(buys, (each) => each.bought.amount);
    const soldBase = sumOf(sells, (each) => each.sold.amount);
    const paid = sumOf(buys, (each) => each.sold.amount);
    const earned = sumOf(sells, (each) => each.bought.amount);
    const base = boughtBase - soldBase - sumOf(sells, (each) => each.fees);
    const quote = earned - paid - sumOf(buys, (each) => each.fees);
    const given = prices.get(pair);
    const price = given === undefined ? priceOf(own.at(-1)!) : exact(given);
    return {
      ...{ pair, fills: own.length, base, quote, price },
      boughtAt: boughtBase === 0n ? undefined : exact(paid).div(exact(boughtBase)),
      soldAt: soldBase === 0n ? undefined : exact(earned).div(exact(soldBase)),
      profit: exact(quote).plus(exact(base).times(price)),
    };
  });
}

function priceOf({ sold, bought, base }: SettledFill): Decimal {
  const [inQuote, inBase] = bought.symbol === base ? [sold, bought] : [bought, sold];
  return exact(inQuote.amount).div(exact(inBase.amount));
}

function sum(amounts: readonly Attos[]): Attos {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

function exact(amount: Attos): Decimal {
  return new Exact(formatAmount(amount));
}
