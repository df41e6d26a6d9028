import { Command } from 'commander';
import { parseAddress } from '../../transaction/address.js';
import type { Io } from '../io.js';
import { formatFields, printJson, printLine } from '../output.js';
import { checkBounds, checkUsage } from './bounds.js';
import { quoteFromServers } from './market.js';
import { addTradeOptions, asUsage, type TradeOptions } from './options.js';
import { openLedger, openTradeApi } from './servers.js';
import { quoteFields, quoteJson } from './show.js';

/** `order quote`: the order that the order book suggests, and what it costs. Sends nothing. */
export function quoteCommand(io: Io): Command {
  return addTradeOptions(new Command('quote'))
    .description('what an order would say and cost by the order book of now')
    .option('--account <address>', 'whose level decides the fee; without one level 0 is taken')
    .addHelpText(
      'after',
      `
Example:
  $ anthic-solver order quote --url https://trade-api.staging.anthic.io --gateway https://stokenet.radixdlt.com \\
      --network stokenet --sell '0.0003 xwBTC' --buy xUSDC --slippage 20

Exit status: 0 when there is a quote, 1 when there is none (no liquidity, an unknown token, a server that fails) or
it is outside --at-least, --at-most or --max-fee, 2 bad usage.`,
    )
    .action((options: TradeOptions) => quote(options, io));
}

async function quote(options: TradeOptions, io: Io): Promise<void> {
  checkUsage(options);
  const { account, network } = options;
  if (account !== undefined) asUsage(() => parseAddress(account, network));
  const api = openTradeApi(options.url, io);
  const quoted = await quoteFromServers(options, account, api, await openLedger(options));
  checkBounds(quoted, options);
  if (options.json) await printJson(io.stdout, quoteJson(quoted));
  else await printLine(io.stdout, formatFields(quoteFields(quoted)));
}
