import { Command } from 'commander';
import { parseId } from '../../transaction/address.js';
import type { Io } from '../io.js';
import { followToEnd } from './follow.js';
import { addServerOptions, asUsage, count, type ServerOptions } from './options.js';
import { openLedger } from './servers.js';

interface Options extends ServerOptions {
  readonly expiresAt?: number;
}

/** `order track`: follows an order that was submitted before. Only the ledger is asked. */
export function trackCommand(io: Io): Command {
  return addServerOptions(new Command('track'))
    .description('follow a submitted order until it settled or expired')
    .argument('<subintent id>', 'subtxid_…, as `order submit` prints it')
    .option(
      '--expires-at <unix seconds>',
      'when it expires; default: a minute from now, the longest that orders live',
      count,
    )
    .addHelpText(
      'after',
      `
Example:
  $ anthic-solver order track subtxid_tdx_2_1… --gateway https://stokenet.radixdlt.com --network stokenet

Exit status: 0 when it settled (its transaction is named), 1 when it expired or no Gateway answers, 2 bad usage.`,
    )
    .action((id: string, options: Options) => track(id, options, io));
}

async function track(id: string, options: Options, io: Io): Promise<void> {
  asUsage(() => parseId('subtxid', id, options.network));
  const expiresAt = options.expiresAt === undefined ? undefined : BigInt(options.expiresAt);
  await followToEnd(await openLedger(options), id, expiresAt, options, io);
}
