import { Command, InvalidArgumentError, Option } from 'commander';
import { type Attos, parseAmount } from '../base/amount.js';
import { decodeBech32m } from '../base/bech32m.js';
import { ENTITY, entityOf, type NodeId } from '../sbor/custom.js';
import type { Composition } from '../settlement/compose/choose.js';
import type { Policy } from '../settlement/policy.js';
import { SeenBundles } from '../solver/seenBundles.js';
import { isAccount, parseAddress } from '../transaction/address.js';
import { preallocatedAccount } from '../transaction/key.js';
import { SolverKey } from '../transaction/solverKey.js';
import { CliError, EXIT, usageError } from './error.js';
import { readLines } from './input.js';
import { type Io, processIo } from './io.js';
import { KEY_VARIABLE, loadSolverKey } from './keySource.js';
import { jsonOption } from './options.js';
import { printJson } from './output.js';
import { replayObject } from './replay/json.js';
import { openLine, replayLine, type Session } from './replay/line.js';
import { loadPolicy } from './replay/policy.js';
import type { Replayed } from './replay/replayed.js';
import { ReplayTable } from './replay/table.js';
import { WaitingLines } from './replay/waitingLines.js';

interface Options {
  readonly json?: boolean;
  readonly keyFile?: string;
  readonly account?: string;
  readonly composition: Composition;
  readonly policy?: string;
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
    .addOption(
      new Option('--policy <name|file>', 'decide by a policy: single, best, or one from a file').conflicts(
        'composition',
      ),
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
  $ anthic-solver replay --policy best recording.jsonl

Clock, epoch and network come from the recording. Nothing is declined unless --min-profit, --max-fee or a policy says so.
Without --policy each line is settled by itself. With one, bundles that came at the same time wait together and may share
a transaction; each has its share of fee and profit (docs/policies.md).
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
  const policy = options.policy === undefined ? undefined : overruled(loadPolicy(options.policy), options);
  const given = loadSolverKey(options.keyFile, io);
  const key = given ?? SolverKey.generate('Ed25519');
  const session: Session = {
    key,
    account: options.account === undefined ? undefined : parseAccount(options.account, key),
    composition: options.composition,
    limits: { minProfit: options.minProfit, maxFee: options.maxFee },
    policy,
    seen: new SeenBundles(),
    pinned: options.wrapperKey === undefined ? undefined : new Set(options.wrapperKey),
  };
  const waiting = policy && new WaitingLines(policy, key);
  const table = options.json ? undefined : new ReplayTable(io.stdout);
  const note = 'No key was given, so a throwaway key signs: the transactions are real but no account pays for them.\n';
  if (given === undefined) (options.json ? io.stderr : io.stdout).write(note);
  const print = async (lines: readonly Replayed[]): Promise<void> => {
    for (const line of lines) {
      if (table === undefined) await printJson(io.stdout, replayObject(line));
      else await table.add(line);
    }
  };
  let unreadable: unknown;
  for (const file of files) {
    try {
      for await (const line of readLines(file, io)) {
        await print(
          waiting === undefined ? [replayLine(file, line, session)] : waiting.add(openLine(file, line, session)),
        );
      }
    } catch (error) {
      // The other files are read all the same.
      if (!(error instanceof CliError) || error.exitStatus !== EXIT.unreadable) throw error;
      if (unreadable !== undefined) io.stderr.write(`error: ${(unreadable as Error).message}\n`);
      unreadable = error;
    }
  }
  if (waiting !== undefined) await print(waiting.finish());
  await table?.finish();
  key.dispose();
  if (unreadable !== undefined) throw unreadable;
}

/** Limits on the command line go before those of the policy. */
function overruled(policy: Policy, { minProfit, maxFee }: Options): Policy {
  return { ...policy, minProfit: minProfit ?? policy.minProfit, maxFee: maxFee ?? policy.maxFee };
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
