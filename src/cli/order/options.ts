import { type Command, InvalidArgumentError } from 'commander';
import { type Attos, parseAmount } from '../../base/amount.js';
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
  readonly account?: string;
}

/** A token by symbol or address, and how much of it where that is given. */
export interface Side {
  readonly token: string;
  readonly amount: Attos | undefined;
}

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
    .option('--slippage <basis points>', 'how much worse than the order book the order may be', count, 0);
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

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export function count(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number');
}
