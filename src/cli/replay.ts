import { performance } from 'node:perf_hooks';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Attos, parseAmount } from '../base/amount.js';
import { decodeBech32m } from '../base/bech32m.js';
import { SolverError } from '../base/error.js';
import { ENTITY, entityOf, type NodeId } from '../sbor/custom.js';
import type { Composition } from '../settlement/compose/choose.js';
import { reasonOf } from '../settlement/decline.js';
import { processFrame } from '../solver/processFrame.js';
import { factsOf, parseRecording, type Recording } from '../solver/recording.js';
import { SeenBundles } from '../solver/seenBundles.js';
import { isAccount, parseAddress } from '../transaction/address.js';
import { preallocatedAccount } from '../transaction/key.js';
import { networkById } from '../transaction/network.js';
import { SolverKey } from '../transaction/solverKey.js';
import { CliError, EXIT, usageError } from './error.js';
import { type Line, MAX_LINE, readLines } from './input.js';
import { type Io, processIo } from './io.js';
import { KEY_VARIABLE, loadSolverKey } from './keySource.js';
import { jsonOption } from './options.js';
import { printJson } from './output.js';
import { replayObject } from './replay/json.js';
import type { Replayed } from './replay/replayed.js';
import { ReplayTable } from './replay/table.js';

interface Options {
  readonly json?: boolean;
  readonly keyFile?: string;
  readonly account?: string;
  readonly composition: Composition;
  readonly wrapperKey?: readonly string[];
  readonly minProfit?: Attos;
  readonly maxFee?: Attos;
}

/** `replay`: settles recorded bundles, without submitting any, and says what each would earn. */
export function replayCommand(io: Io = processIo()): Command {
  return new Command('replay')
    .description('settle recorded bundles without submitting them, and say what each would earn')
    .argument('<recordings...>', "recordings (JSON Lines), '-' for standard input")
    .addOption(jsonOption())
    .option('--key-file <file>', `the solver's key; default: ${KEY_VARIABLE}, else a throwaway key`)
    .option('--account <address>', "the solver's account; default: the one its key owns by its address")
    .addOption(
      new Option('--composition <name>', 'how the root manifest is composed')
        .choices(['cheapest', 'template'])
        .default('cheapest'),
    )
    .option('--wrapper-key <hex>', 'a public key that may sign wrappers; repeatable; default: any', collectKey)
    .option('--min-profit <xrd>', 'decline what earns less', parseOption)
    .option('--max-fee <xrd>', 'decline what costs more', parseOption)
    .addHelpText(
      'after',
      `
Examples:
  $ anthic-solver replay fixtures/recordings/*.jsonl
  $ anthic-solver replay --json --min-profit 0.01 - < recording.jsonl

Clock, epoch and network come from the recording. Nothing is declined unless --min-profit or --max-fee says so.
Exit status: 0 when all lines were read (whatever they held), 2 for bad usage, 3 for a file that cannot be read.`,
    )
    .action((recordings: string[], options: Options) => replay(recordings, options, io));
}

function collectKey(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^([0-9a-f]{64}|[0-9a-f]{66})$/i.test(text)) {
    throw new InvalidArgumentError('expected a public key: 64 hex digits (Ed25519) or 66 (Secp256k1)');
  }
  return [...before, text.toLowerCase()];
}

function parseOption(text: string): Attos {
  try {
    return parseAmount(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

async function replay(files: readonly string[], options: Options, io: Io): Promise<void> {
  const given = loadSolverKey(options.keyFile, io);
  const key = given ?? SolverKey.generate('Ed25519');
  const account = options.account === undefined ? undefined : parseAccount(options.account, key);
  const table = options.json ? undefined : new ReplayTable(io.stdout);
  const note = 'No key was given, so a throwaway key signs: the transactions are real but no account pays for them.\n';
  if (given === undefined) (options.json ? io.stderr : io.stdout).write(note);
  const seen = new SeenBundles();
  const pinned = options.wrapperKey === undefined ? undefined : new Set(options.wrapperKey);
  let unreadable: unknown;
  for (const file of files) {
    try {
      for await (const line of readLines(file, io)) {
        const replayed = replayLine(file, line, { key, account, options, seen, pinned });
        if (table === undefined) await printJson(io.stdout, replayObject(replayed));
        else await table.add(replayed);
      }
    } catch (error) {
      // The other files are read all the same.
      if (!(error instanceof CliError) || error.exitStatus !== EXIT.unreadable) throw error;
      if (unreadable !== undefined) io.stderr.write(`error: ${(unreadable as Error).message}\n`);
      unreadable = error;
    }
  }
  await table?.finish();
  key.dispose();
  if (unreadable !== undefined) throw unreadable;
}

/** The account named on the command line, and the network its address is of. */
function parseAccount(text: string, key: SolverKey): { node: NodeId; suffix: string } {
  try {
    const { hrp } = decodeBech32m(text);
    const suffix = hrp.slice(hrp.indexOf('_') + 1);
    const node = parseAddress(text, { id: 0, name: 'its network', suffix });
    const created = entityOf(node) === ENTITY.GlobalAccount;
    if (isAccount(node) && (created || node === preallocatedAccount(key.publicKey))) return { node, suffix };
  } catch (error) {
    throw usageError(`--account: ${(error as Error).message}`);
  }
  throw usageError(`--account: expected an account that the key owns, got ${text}`, {
    hint: '`anthic-solver account --key-file …` prints the one its key owns by its address',
  });
}

interface Session {
  readonly key: SolverKey;
  readonly account: { readonly node: NodeId; readonly suffix: string } | undefined;
  readonly options: Options;
  readonly seen: SeenBundles;
  readonly pinned: ReadonlySet<string> | undefined;
}

function replayLine(file: string, line: Line, session: Session): Replayed {
  const unread = (error: SolverError): Replayed => ({
    file,
    line: line.number,
    network: undefined,
    processed: { outcome: 'invalid', reason: reasonOf(error), orders: [], isBundle: false },
    micros: 0,
  });
  if (line.text === undefined) {
    return unread(new SolverError('line-too-long', `expected a line of at most ${MAX_LINE} bytes`));
  }
  let recording: Recording;
  let account: NodeId;
  try {
    recording = parseRecording(line.text);
    account = accountFor(recording.network, session);
  } catch (error) {
    if (error instanceof SolverError) return unread(error);
    throw error;
  }
  const { network, epoch, timestamp, frame } = recording;
  const { options, key, seen, pinned } = session;
  const start = performance.now();
  const processed = processFrame(frame, {
    network,
    time: { epoch, timestamp },
    key,
    account,
    facts: factsOf(recording, account),
    composition: options.composition,
    pinned,
    minProfit: options.minProfit,
    maxFee: options.maxFee,
    isDuplicate: (id) => seen.has(id),
  });
  return { file, line: line.number, network, processed, micros: (performance.now() - start) * 1000 };
}

function accountFor(network: number, { account, key }: Session): NodeId {
  if (account === undefined) return preallocatedAccount(key.publicKey);
  const { name, suffix } = networkById(network);
  if (account.suffix === suffix) return account.node;
  throw new SolverError('wrong-network', `expected a recording of the network of --account, got one of ${name}`);
}
