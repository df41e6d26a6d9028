import { MAX_EXPIRY } from '../../anthic/order/expiry.js';
import { followSubintent } from '../../ledger/followSubintent.js';
import type { Ledger } from '../../ledger/ledger.js';
import { CliError, EXIT } from '../error.js';
import type { Io } from '../io.js';
import { printJson, printLine } from '../output.js';
import type { ServerOptions } from './options.js';
import { surroundings } from './servers.js';

/** Waits for an order's end and prints it. Error: `order-expired` (exit status 1). */
export async function followToEnd(
  ledger: Ledger,
  id: string,
  expiresAt: bigint | undefined,
  { json }: Pick<ServerOptions, 'json'>,
  io: Io,
): Promise<void> {
  const options = { expiresAt, lifetime: BigInt(MAX_EXPIRY) };
  const end = await followSubintent(ledger, id, options, surroundings);
  if (end.type === 'settled') {
    const { transaction, stateVersion } = end;
    if (json) await printJson(io.stdout, { id, outcome: 'settled', transaction, stateVersion });
    else await printLine(io.stdout, `settled by ${transaction} at state version ${stateVersion}`);
    return;
  }
  if (json) await printJson(io.stdout, { id, outcome: 'expired' });
  throw new CliError(EXIT.failure, 'order-expired', `${id} was not settled in its time, and cannot be any more`, {
    hint: 'either no maker filled it, or what was filled was not settled in time: a later quote, or more slippage, may help',
  });
}
