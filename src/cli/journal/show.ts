import type { Command } from 'commander';
import { type Io, processIo } from '../io.js';
import { jsonOption } from '../options.js';
import { printJson, printLine } from '../output.js';
import { type JournalOption, subcommand, withReader } from './command.js';
import { attemptObject, bundleObject, bundleText, iso } from './format.js';
import { selectBundles } from './select.js';

/** `journal show`: one bundle with its attempts; for a transaction, each of its bundles. */
export function showCommand(io: Io = processIo()): Command {
  return subcommand(io, 'show', 'show a bundle with all of its attempts')
    .argument('<bundle or transaction>', 'an id, or as much of its beginning as tells it from others')
    .addOption(jsonOption())
    .action((id: string, options: JournalOption & { json?: boolean }) =>
      withReader(options, async (reader) => {
        for (const [index, bundle] of selectBundles(reader, id).entries()) {
          const [copies, items, attempts] = [reader.copies(bundle.id), reader.items(bundle), reader.attempts(bundle)];
          if (!options.json) {
            await printLine(io.stdout, `${index > 0 ? '\n' : ''}${bundleText(bundle, copies, items, attempts)}`);
            continue;
          }
          await printJson(io.stdout, {
            ...bundleObject(bundle),
            copies,
            items: items.map(({ wrapperId, orderId, expiresAt }) => ({
              wrapperId,
              orderId: orderId ?? null,
              expiresAt: iso(expiresAt),
            })),
            attempts: attempts.map(attemptObject),
            details: bundle.details ?? null,
          });
        }
      }),
    );
}
