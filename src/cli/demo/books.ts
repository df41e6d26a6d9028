import type { Attos } from '../../base/amount.js';
import { parseAmount } from '../../base/amount.js';
import { JournalReader } from '../../journal/reader.js';
import { readReport } from '../../maker/report.js';
import type { NodeId } from '../../sbor/custom.js';
import { formatAddress, XRD } from '../../transaction/address.js';
import { type Cast, everybody, type MakerPerson, type SolverPerson } from './cast.js';
import type { Deal } from './dex.js';
import type { Stage } from './stage.js';
import type { Story } from './watch.js';

/** Symbol → amount. */
export type Amounts = ReadonlyMap<string, Attos>;

/** Account → what it holds, read from the ledger itself. */
export type Holdings = ReadonlyMap<string, Amounts>;

/** What an account held and holds by the ledger, and what it should have gained by the books of who it belongs to. */
export interface Line {
  readonly name: string;
  readonly symbol: string;
  readonly before: Attos;
  readonly after: Attos;
  /** By its own books. */
  readonly booked: Attos;
}

export interface Balance {
  readonly lines: readonly Line[];
  /** Fees that the ledger charged, all transactions together. */
  readonly networkFees: Attos;
  /** What does not agree, in words; nothing if all is well. */
  readonly differences: readonly string[];
}

/** What all hold now, by the engine, not by what the Gateway remembers. */
export async function readHoldings({ sandbox, anthic, cast }: Stage): Promise<Holdings> {
  const symbols = anthic.settings.tokens.map(({ symbol, resource }) => [symbol, resource!] as const);
  const of = everybody(cast).map(async ({ account }) => {
    const held = await sandbox.world.ledger.balances(account);
    return [
      account,
      new Map(symbols.map(([symbol, resource]) => [symbol, parseAmount(held[resource] ?? '0')])),
    ] as const;
  });
  return new Map(await Promise.all(of));
}

/** Everybody's books beside the ledger. Makers and solvers must have ended, or have nothing open. */
export async function balanceBooks(
  stage: Stage,
  before: Holdings,
  orders: ReadonlyMap<string, Deal>,
): Promise<Balance> {
  const after = await readHoldings(stage);
  const { cast, watch } = stage;
  const booked = new Map<string, Amounts>();
  const differences: string[] = [];
  for (const { account } of cast.users) booked.set(account, userBooks(account, watch.stories, orders));
  for (const maker of cast.makers) booked.set(maker.account, makerBooks(maker, differences));
  for (const solver of cast.solvers) booked.set(solver.account, solverBooks(solver, differences));
  booked.set(cast.anthic.account, anthicBooks(stage));
  const lines = everybody(cast).flatMap(({ name, account }) =>
    [...after.get(account)!].map(
      ([symbol, held]): Line => ({
        ...{ name, symbol, after: held },
        before: before.get(account)!.get(symbol)!,
        booked: booked.get(account)!.get(symbol) ?? 0n,
      }),
    ),
  );
  for (const { name, symbol, before: had, after: has, booked: says } of lines) {
    if (has - had !== says) differences.push(`${name}: ${symbol} differs by ${has - had - says} attos`);
  }
  const { networkFees } = watch;
  checkSums(lines, networkFees, differences);
  return {
    lines: lines.filter(({ before: had, after: has, booked: says }) => has !== had || says !== 0n),
    networkFees,
    differences,
  };
}

/** What a user's own orders say, of those that settled. */
function userBooks(
  account: string,
  stories: ReadonlyMap<string, Story>,
  orders: Parameters<typeof balanceBooks>[2],
): Amounts {
  const sums = new Sums();
  for (const [id, { wish, sold, bought, order, fees }] of orders) {
    if (wish.user.account !== account || stories.get(id)?.state !== 'settled') continue;
    sums.add(sold.symbol, -fees.withdrawn);
    sums.add(bought.symbol, order.buy);
  }
  return sums.amounts;
}

/** Whether makers and solvers know what became of everything that they have begun. */
export function areBooksClosed({ makers, solvers }: Cast): boolean {
  const reports = makers.map(({ store }) => readReport(store));
  return reports.every(({ fills, pending }) => fills.open === 0 && pending === 0) && solvers.every(isJournalClosed);
}

function isJournalClosed({ journal: path }: SolverPerson): boolean {
  return readJournal(path, (journal) => openBundles(journal) === 0);
}

function openBundles(journal: JournalReader): number {
  return Object.values(journal.counters().open).reduce((a, b) => a + b, 0);
}

function readJournal<T>(path: string, read: (journal: JournalReader) => T): T {
  const journal = JournalReader.openReader(path);
  try {
    return read(journal);
  } finally {
    journal.close();
  }
}

function makerBooks({ name, store }: MakerPerson, differences: string[]): Amounts {
  const { tokens, pending, fills } = readReport(store);
  if (pending > 0) differences.push(`${name}: ${pending} settlements are not told by the ledger yet`);
  if (fills.open > 0) differences.push(`${name}: ${fills.open} fills are open`);
  for (const { symbol, net, ledger } of tokens) {
    if (net !== ledger) differences.push(`${name}: ${symbol}: its store says ${net}, its transactions ${ledger} attos`);
  }
  return new Map(tokens.map(({ symbol, net }) => [symbol, net]));
}

/** A solver that earns anything but XRD would be a mistake: it shows, as nothing of that is booked. */
function solverBooks({ name, journal: path }: SolverPerson, differences: string[]): Amounts {
  return readJournal(path, (journal) => {
    for (const { rule, subject, message } of journal.verify().violations) {
      differences.push(`${name}: ${rule} ${subject}: ${message}`);
    }
    const open = openBundles(journal);
    if (open > 0) differences.push(`${name}: ${open} bundles are open`);
    return new Map([['XRD', [...journal.bundles()].reduce((sum, { xrdChange }) => sum + xrdChange, 0n)]]);
  });
}

/** Fees of what Anthic believes to be settled, less the rewards that it paid for it. */
function anthicBooks({ watch, anthic, network }: Stage): Amounts {
  const symbols = new Map(anthic.settings.tokens.map(({ symbol, resource }) => [resource!, symbol]));
  const symbolOf = (resource: NodeId) => symbols.get(formatAddress(resource, network))!;
  const sums = new Sums();
  for (const { items } of watch.stories.values()) {
    for (const { subintent, sell, fees, reward } of items) {
      if (!watch.settled.has(subintent)) continue;
      sums.add(symbolOf(sell.resource), fees);
      sums.add(symbolOf(XRD), -reward);
    }
  }
  return sums.amounts;
}

/** Nothing comes from nowhere, and nothing gets lost but the network's fees. */
function checkSums(lines: readonly Line[], networkFees: Attos, differences: string[]): void {
  const sums = new Sums();
  for (const { symbol, before, after } of lines) sums.add(symbol, after - before);
  sums.add('XRD', networkFees);
  for (const [symbol, sum] of sums.amounts) {
    if (sum !== 0n) differences.push(`all accounts together: ${symbol} differs by ${sum} attos`);
  }
}

class Sums {
  readonly amounts = new Map<string, Attos>();

  add(symbol: string, amount: Attos): void {
    this.amounts.set(symbol, (this.amounts.get(symbol) ?? 0n) + amount);
  }
}
