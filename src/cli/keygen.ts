import { Command } from 'commander';
import { toHex } from '../base/bytes.js';
import type { Curve } from '../transaction/key.js';
import { type Io, processIo } from './io.js';
import { createKeyFile } from './keyFile.js';
import { curveOption, jsonOption } from './options.js';
import { formatFields, printJson, printLine } from './output.js';

/** `keygen`: makes a key file. The key itself is never printed. */
export function keygenCommand(io: Io = processIo()): Command {
  return new Command('keygen')
    .description('make a new private key, in a file that only its owner may read')
    .requiredOption('--out <file>', 'the file to make; one that exists is never overwritten')
    .addOption(curveOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  $ anthic-solver keygen --out solver.key\n')
    .action(async (options: { out: string; curve: Curve; json?: boolean }) => {
      const key = createKeyFile(options.out, options.curve);
      const { type: curve, key: publicKey } = key.publicKey;
      key.dispose();
      if (options.json) {
        await printJson(io.stdout, { curve, publicKey: toHex(publicKey), file: options.out });
      } else {
        await printLine(
          io.stdout,
          formatFields([
            ['curve', curve],
            ['public key', toHex(publicKey)],
            ['private key', `in ${options.out} (mode 0600); keep a copy in a safe place`],
          ]),
        );
      }
    });
}
