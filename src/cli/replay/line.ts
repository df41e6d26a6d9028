import { performance } from 'node:perf_hooks';
import { SolverError } from '../../base/error.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Composition } from '../../settlement/compose/choose.js';
import { type Limits, reasonOf } from '../../settlement/decline.js';
import type { Policy } from '../../settlement/policy.js';
import { checkPolicyNetwork } from '../../settlement/policyFile.js';
import { openWaiting, type Processed, processFrame, type WaitingFrame } from '../../solver/processFrame.js';
import { factsOf, parseRecording, type Recording } from '../../solver/recording.js';
import type { SeenBundles } from '../../solver/seenBundles.js';
import { preallocatedAccount } from '../../transaction/key.js';
import { networkById } from '../../transaction/network.js';
import type { SolverKey } from '../../transaction/solverKey.js';
import { type Line, MAX_LINE } from '../input.js';
import type { Replayed } from './replayed.js';

/** What all lines of a run are replayed with. */
export interface Session {
  readonly key: SolverKey;
  readonly account: { readonly node: NodeId; readonly suffix: string } | undefined;
  readonly composition: Composition;
  readonly limits: Limits;
  /** Undefined: each line by itself. */
  readonly policy: Policy | undefined;
  readonly seen: SeenBundles;
  readonly pinned: ReadonlySet<string> | undefined;
}

/** A line that was read, and waits for the others of its moment. */
export interface OpenedLine {
  readonly place: Pick<Replayed, 'file' | 'line'>;
  readonly recording: Recording;
  readonly account: NodeId;
  readonly opened: WaitingFrame | Processed;
  /** What opening it took. */
  readonly micros: number;
}

type ReadLine = Pick<OpenedLine, 'place' | 'recording' | 'account'>;

/** A line's recording and the account that settles it, or why there is none. */
function readLine(file: string, line: Line, session: Session): ReadLine | Replayed {
  const place = { file, line: line.number };
  try {
    if (line.text === undefined) {
      throw new SolverError('line-too-long', `expected a line of at most ${MAX_LINE} bytes`);
    }
    const recording = parseRecording(line.text);
    return { place, recording, account: accountFor(recording.network, session) };
  } catch (error) {
    if (!(error instanceof SolverError)) throw error;
    const processed: Processed = { outcome: 'invalid', reason: reasonOf(error), orders: [], isBundle: false };
    return { ...place, network: undefined, processed, micros: 0 };
  }
}

function accountFor(network: number, { account, policy, key }: Session): NodeId {
  const wanted = networkById(network);
  if (policy !== undefined) checkPolicyNetwork(policy, wanted);
  if (account === undefined) return preallocatedAccount(key.publicKey);
  if (account.suffix === wanted.suffix) return account.node;
  throw new SolverError('wrong-network', `expected a recording of the network of --account, got one of ${wanted.name}`);
}

/** Settles a line by itself. */
export function replayLine(file: string, line: Line, session: Session): Replayed {
  const read = readLine(file, line, session);
  if ('processed' in read) return read;
  const { place, recording, account } = read;
  const { key, limits, composition } = session;
  const start = performance.now();
  const processed = processFrame(recording.frame, {
    ...openingOf(recording, session),
    ...limits,
    key,
    account,
    facts: factsOf(recording, account),
    composition,
  });
  return { ...place, network: recording.network, processed, micros: microsSince(start) };
}

/** Opens a line, so that it can wait. */
export function openLine(file: string, line: Line, session: Session): OpenedLine | Replayed {
  const read = readLine(file, line, session);
  if ('processed' in read) return read;
  const start = performance.now();
  const opened = openWaiting(read.recording.frame, openingOf(read.recording, session));
  return { ...read, opened, micros: microsSince(start) };
}

function openingOf({ network, epoch, timestamp }: Recording, { pinned, seen }: Session) {
  return { network, time: { epoch, timestamp }, pinned, isDuplicate: (id: string) => seen.has(id) };
}

export function microsSince(start: number): number {
  return (performance.now() - start) * 1000;
}
