import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { SolverError } from '../base/error.js';
import { formatManifest } from '../transaction/manifest/format.js';
import type { Network } from '../transaction/network.js';
import { MAX_LINE, readLines, STDIN } from './input.js';
import { type Inspected, inspectPayload, notInspected } from './inspect/inspection.js';
import { formatInspected } from './inspect/text.js';
import { loadToolkit, type ToolkitDecode } from './inspect/toolkit.js';
import { type Io, processIo } from './io.js';
import { jsonOption, networkOption } from './options.js';
import { printJson, printLine } from './output.js';

interface Options {
  readonly json?: boolean;
  readonly manifest?: boolean;
  readonly toolkit?: boolean;
  readonly network?: Network;
}

/** `inspect`: what V2 payloads are, say, and whether the ledger would take them. */
export function inspectCommand(io: Io = processIo()): Command {
  return new Command('inspect')
    .description('decode V2 payloads, tell their ids and signers, and judge them')
    .argument('<hex|file|->', 'a payload as hex, a file of payloads as hex, one a line, or - for standard input')
    .addOption(networkOption("the network to validate for (default: the payload's own)"))
    .option('--manifest', 'with --json: the manifests too (the text has them anyway)')
    .option('--toolkit', "add the Radix Engine Toolkit's independent decode")
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ anthic-solver inspect 4d220e03…
  $ anthic-solver inspect payloads.hex --json | jq -r .id
  $ pbpaste | anthic-solver inspect - --network mainnet --toolkit

Exit status: 0 when everything was read (the verdict is in the output), 2 bad usage, 3 a file that cannot be read.`,
    )
    .action(async (source: string, options: Options) => {
      const toolkit = options.toolkit ? await loadToolkit() : undefined;
      const { network } = options;
      if (isHexArgument(source)) {
        await print(inspectPayload(source, network?.id), options, toolkit, io);
        return;
      }
      let first = true;
      for await (const { number, text } of readLines(source, io)) {
        const inspected = text === undefined ? tooLong() : inspectPayload(text, network?.id);
        if (!options.json) await printLine(io.stdout, `${first ? '' : '\n'}line ${number}\n`);
        await print(inspected, options, toolkit, io);
        first = false;
      }
    });
}

/** Hex digits are a payload, unless they name a file. */
function isHexArgument(source: string): boolean {
  return source !== STDIN && /^[0-9a-fA-F]+$/.test(source) && !existsSync(source);
}

function tooLong(): Inspected {
  return notInspected(new SolverError('line-too-long', `expected a line of at most ${MAX_LINE} bytes`));
}

async function print(
  inspected: Inspected,
  { json, manifest }: Options,
  toolkit: ToolkitDecode | undefined,
  { stdout }: Io,
): Promise<void> {
  const decoded = toolkit && (await decodeWith(toolkit, inspected));
  if (!json) {
    await printLine(stdout, formatInspected(inspected));
    if (decoded !== undefined) await printLine(stdout, `\ntoolkit\n${decoded ?? 'cannot decode it'}`);
    return;
  }
  await printJson(stdout, {
    ...inspected.inspection,
    ...(manifest && { manifests: inspected.outline?.intents.map(({ core }) => formatManifest(core)) ?? null }),
    ...(decoded !== undefined && { toolkit: decoded }),
  });
}

async function decodeWith(toolkit: ToolkitDecode, { bytes, outline }: Inspected): Promise<string | null> {
  if (bytes === undefined) return null;
  return toolkit(bytes, outline?.intents[0].core.header.value.networkId ?? 1);
}
