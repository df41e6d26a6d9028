import { Command } from 'commander';
import { type Explanation, explainBundle } from '../study/explain/explanation.js';
import { explanationObject } from '../study/explain/object.js';
import { explainLine } from './explain/line.js';
import { explanationText } from './explain/text.js';
import { type Io, processIo } from './io.js';
import { type JournalOption, journalOption, withReader } from './journal/command.js';
import { selectBundles } from './journal/select.js';
import { jsonOption } from './options.js';
import { printJson, printLine } from './output.js';

interface Options extends JournalOption {
  readonly json?: boolean;
  readonly policy: string;
}

/** `explain`: the story of one bundle, from a journal or from a line of a recording. */
export function explainCommand(io: Io = processIo()): Command {
  return new Command('explain')
    .description('tell the story of one bundle: its orders, what was considered, why this, and what happened')
    .argument('<bundle>', 'the id of a bundle or transaction, or its beginning; or FILE:LINE of a recording')
    .addOption(journalOption(io))
    .option('--policy <name or file>', 'of a recorded line: how to decide', 'best')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ anthic-solver explain 3f9a
  $ anthic-solver explain run.jsonl:17           what would be done with it, and why`,
    )
    .action(async (name: string, options: Options) => {
      const line = recordedLine(name);
      if (line !== undefined)
        return print([await explainLine(line.file, line.number, options.policy, io)], options, io);
      return withReader(options, async (reader) => {
        const told = selectBundles(reader, name).map((bundle) => explainBundle(bundle, reader));
        await print(told, options, io);
      });
    });
}

/** `FILE:LINE`, where the file is there: an id holds no colon. */
function recordedLine(name: string): { readonly file: string; readonly number: number } | undefined {
  const match = /^(.+):(\d{1,9})$/.exec(name);
  return match === null ? undefined : { file: match[1]!, number: Number(match[2]) };
}

async function print(told: readonly Explanation[], { json }: Options, { stdout }: Io): Promise<void> {
  for (const [index, explanation] of told.entries()) {
    if (json) await printJson(stdout, explanationObject(explanation));
    else await printLine(stdout, `${index > 0 ? '\n\n' : ''}${explanationText(explanation)}`);
  }
}
