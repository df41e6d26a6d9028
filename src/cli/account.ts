import { Command } from 'commander';
import { toHex } from '../base/bytes.js';
import { formatAddress } from '../transaction/address.js';
import { preallocatedAccount } from '../transaction/key.js';
import type { Network } from '../transaction/network.js';
import { type Io, processIo } from './io.js';
import { readKeyFile } from './keyFile.js';
import { jsonOption, networkOption } from './options.js';
import { formatFields, printJson, printLine } from './output.js';

/** `account`: the account that a key owns on a network without ever creating it. */
export function accountCommand(io: Io = processIo()): Command {
  return new Command('account')
    .description('print the account address and the public key of a key file')
    .requiredOption('--key-file <file>', 'a file as keygen makes it')
    .addOption(networkOption('the network of the address, e.g. mainnet, stokenet, 2').makeOptionMandatory())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  $ anthic-solver account --key-file solver.key --network stokenet\n')
    .action(async (options: { keyFile: string; network: Network; json?: boolean }) => {
      const key = readKeyFile(options.keyFile);
      const { publicKey } = key;
      key.dispose();
      const account = formatAddress(preallocatedAccount(publicKey), options.network);
      const { type: curve } = publicKey;
      if (options.json) {
        const network = options.network.id;
        await printJson(io.stdout, { account, network, curve, publicKey: toHex(publicKey.key) });
      } else {
        await printLine(
          io.stdout,
          formatFields([
            ['account', account],
            ['network', `${options.network.name} (${options.network.id})`],
            ['curve', curve],
            ['public key', toHex(publicKey.key)],
          ]),
        );
      }
    });
}
