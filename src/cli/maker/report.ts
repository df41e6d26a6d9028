import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { pairName } from '../../anthic/flash/wire.js';
import { formatAmount } from '../../base/amount.js';
import { MakerError } from '../../maker/error.js';
import { parsePricing } from '../../maker/pricing.js';
import { type MakerReport, readReport } from '../../maker/report.js';
import { CliError, EXIT, unreadable } from '../error.js';
import { type Io, processIo } from '../io.js';
import { jsonOption } from '../options.js';
import { formatFields, printJson, printLine } from '../output.js';
import { formatTable } from '../table.js';

interface Options {
  readonly store: string;
  readonly pricing?: string;
  readonly json?: boolean;
}

/** `maker report`: what a maker's fills have brought, from its store. */
export function reportCommand(io: Io = processIo()): Command {
  return (
    new Command('report')
      .description('tell position, profit and what became of orders')
      .option('--store <file>', "the maker's store", 'maker.sqlite')
      .option('--pricing <file>', 'value positions at the prices of this file; else at those of the last fills')
      .addOption(jsonOption())
      // Commander would end the process by itself otherwise.
      .exitOverride()
      .showHelpAfterError('(--help tells the options)')
      .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
      .addHelpText(
        'after',
        `
Amounts are exact. Of a token, \`net\` is what was signed, and \`ledger\` what the settling transactions changed in the
account: they differ by what was rebated.

Example:
  $ anthic-solver maker report --store maker.sqlite --pricing pricing.json
`,
      )
      .action(async ({ store, pricing, json }: Options) => {
        const report = read(store, pricing === undefined ? undefined : pricesOf(pricing));
        if (json) await printJson(io.stdout, reportObject(report));
        else await printLine(io.stdout, reportText(report));
      })
  );
}

function read(store: string, prices: ReadonlyMap<string, bigint> | undefined): MakerReport {
  try {
    return readReport(store, prices);
  } catch (error) {
    if (!(error instanceof MakerError)) throw error;
    throw new CliError(
      EXIT.unreadable,
      error.code,
      error.message,
      error.hint === undefined ? {} : { hint: error.hint },
    );
  }
}

function pricesOf(file: string): ReadonlyMap<string, bigint> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return new Map(parsePricing(text).pairs.map((pair) => [pairName(pair), pair.price]));
}

function reportObject(report: MakerReport): object {
  const tokens = report.tokens.map(({ symbol, ...amounts }) => ({
    symbol,
    ...Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, formatAmount(amount)])),
  }));
  const pairs = report.pairs.map((of) => ({
    ...{ pair: of.pair, fills: of.fills, base: formatAmount(of.base), quote: formatAmount(of.quote) },
    boughtAt: of.boughtAt?.toFixed(),
    soldAt: of.soldAt?.toFixed(),
    price: of.price.toFixed(),
    profit: of.profit.toFixed(),
  }));
  return { ...report, tokens, pairs };
}

/** Significant digits of prices for people. */
const DIGITS = 10;

function reportText({ account, fills, declined, position, tokens, pairs, pending }: MakerReport): string {
  const codes = Object.entries(declined).map(([code, count]) => `${count} ${code}`);
  const fields = formatFields([
    ['account', account],
    ['fills', `${fills.settled} settled, ${fills.expired} expired, ${fills.open} open`],
    ['declined', codes.length === 0 ? 'none' : codes.join(', ')],
    ['execution', `read up to number ${position}`],
    ...(pending === 0
      ? []
      : [['not told yet', `${pending} settlements: their part of \`ledger\` is missing`] as const]),
  ]);
  if (pairs.length === 0) return fields;
  const right = (title: string) => ({ title, align: 'right' }) as const;
  const tokenTable = formatTable(
    [{ title: 'token' }, ...['bought', 'sold', 'fees', 'net', 'ledger'].map(right)],
    tokens.map((of) => [of.symbol, ...[of.bought, of.sold, of.fees, of.net, of.ledger].map(formatAmount)]),
  );
  const pairTable = formatTable(
    [{ title: 'pair' }, ...['fills', 'bought at', 'sold at', 'base', 'quote', 'price', 'profit in quote'].map(right)],
    pairs.map((of) => [
      of.pair,
      String(of.fills),
      of.boughtAt?.toSignificantDigits(DIGITS).toFixed() ?? '',
      of.soldAt?.toSignificantDigits(DIGITS).toFixed() ?? '',
      formatAmount(of.base),
      formatAmount(of.quote),
      of.price.toSignificantDigits(DIGITS).toFixed(),
      of.profit.toFixed(),
    ]),
  );
  return [fields, tokenTable, pairTable].join('\n\n');
}
