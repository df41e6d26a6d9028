import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Attos, parseAmount, units } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import type { Network } from '../../transaction/network.js';
import { CliError, EXIT, usageError } from '../error.js';
import { jsonOption, networkOption } from '../options.js';

/** Which servers a command talks to. */
export interface ServerOptions {
  readonly gateway: readonly string[];
  readonly network: Network;
  readonly json?: boolean;
}

/** What is to be traded, as typed. */
export interface TradeOptions extends ServerOptions {
  readonly url: string;
  readonly sell: Side;
  readonly buy: Side;
  readonly slippage: number;
  /** Of what is bought. */
  readonly atLeast?: Attos;
  /** Of what is withdrawn: what is sold and both fees. */
  readonly atMost?: Attos;
  /** Both fees, in percent of what is sold: attos, 10^18 being one percent. */
  readonly maxFee: Attos;
  readonly account?: string;
}

/** A token by symbol or address, and how much of it where that is given. */
export interface Side {
  readonly token: string;
  readonly amount: Attos | undefined;
}

/** An order of a few dollars pays a settlement fee of some percent; more is likely a server's fault. */
const MAX_FEE = units(5);

export function addServerOptions(command: Command): Command {
  return command
    .requiredOption('--gateway <url>', 'a Radix Gateway; repeatable', collect)
    .addOption(networkOption('the network, e.g. mainnet, stokenet, 2').makeOptionMandatory())
    .addOption(jsonOption());
}

export function addUrl(command: Command): Command {
  return command.requiredOption('--url <url>', "Anthic's Trade API, e.g. https://trade-api.staging.anthic.io");
}

export function addTradeOptions(command: Command): Command {
  return addServerOptions(addUrl(command))
    .requiredOption(
      '--sell <[amount] token>',
      "what is sold, e.g. '0.0003 xwBTC', or xwBTC where --buy has the amount",
      side,
    )
    .requiredOption(
      '--buy <[amount] token>',
      'what is bought, by symbol or address; one of the two has an amount',
      side,
    )
    .option('--slippage <basis points>', 'how much worse than the order book the order may be', count, 0)
    .option('--at-least <amount>', 'least to buy, where --sell has the amount: refuse an order that buys less', bound)
    .option('--at-most <amount>', 'most to withdraw, fees included, where --buy has the amount', bound)
    .addOption(
      new Option('--max-fee <percent>', 'most that both fees may be of what is sold')
        .argParser(bound)
        .default(MAX_FEE, '5'),
    );
}

/** Which side is fixed. Error: `bad-usage`. */
export function exactSide({ sell, buy }: Pick<TradeOptions, 'sell' | 'buy'>): {
  readonly exact: 'sell' | 'buy';
  readonly amount: Attos;
} {
  if (sell.amount !== undefined && buy.amount === undefined) return { exact: 'sell', amount: sell.amount };
  if (buy.amount !== undefined && sell.amount === undefined) return { exact: 'buy', amount: buy.amount };
  throw usageError("expected an amount with --sell or with --buy, and not with both, e.g. --sell '1 XRD' --buy xUSDC");
}

/** What was typed is at fault where this fails. */
export function asUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    const { code, message, hint } = error;
    throw new CliError(EXIT.usage, code, message, hint === undefined ? {} : { hint });
  }
}

function side(text: string): Side {
  const [, amount, token] = /^(?:(\S+)\s+)?(\S+)$/.exec(text.trim()) ?? [];
  if (token === undefined) throw new InvalidArgumentError("expected a token or '<amount> <token>'");
  return { token, amount: amount === undefined ? undefined : parsed(amount) };
}

function parsed(text: string): Attos {
  try {
    return parseAmount(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function bound(text: string): Attos {
  const value = parsed(text);
  if (value >= 0n) return value;
  throw new InvalidArgumentError('expected 0 or more');
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export function count(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number');
}
