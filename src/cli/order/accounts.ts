import { Command } from 'commander';
import { formatAmount } from '../../base/amount.js';
import { API_KEY_VARIABLE } from '../apiKey.js';
import type { Io } from '../io.js';
import { jsonOption } from '../options.js';
import { printJson, printLine } from '../output.js';
import { formatTable } from '../table.js';
import { addUrl } from './options.js';
import { openTradeApi } from './servers.js';

/** `order accounts`: what Anthic knows of the accounts behind an API key. */
export function accountsCommand(io: Io): Command {
  return addUrl(new Command('accounts'))
    .description('the accounts behind an API key, and what they hold')
    .option('--api-key-file <file>', `a file with the API key that only its owner may read; or ${API_KEY_VARIABLE}`)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExit status: 0 fine, 1 when the server refuses or fails, 2 bad usage, 3 an unreadable file.',
    )
    .action(async ({ url, apiKeyFile, json }: { url: string; apiKeyFile?: string; json?: boolean }) => {
      const accounts = await openTradeApi(url, io, apiKeyFile).accounts();
      const rows = accounts.flatMap(({ address, balances }) =>
        balances.map(({ symbol, amount }) => ({ account: address, symbol, amount: formatAmount(amount) })),
      );
      if (json) {
        for (const row of rows) await printJson(io.stdout, row);
        return;
      }
      const columns = [{ title: 'account' }, { title: 'amount', align: 'right' as const }, { title: '' }];
      const cells = rows.map(({ account, amount, symbol }) => [account, amount, symbol]);
      await printLine(io.stdout, formatTable(columns, cells));
    });
}
