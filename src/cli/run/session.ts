import type { EventEmitter } from 'node:events';
import { SolverStream } from '../../anthic/stream.js';
import { SolverError } from '../../base/error.js';
import { Journal } from '../../journal/journal.js';
import { Limits } from '../../journal/limits.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Observer } from '../../observe/observers.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Policy } from '../../settlement/policy.js';
import type { LiveOptions } from '../../solver/live/context.js';
import { LiveSolver } from '../../solver/live/liveSolver.js';
import type { PriceFeed } from '../../solver/prices/feed.js';
import { Recorder } from '../../solver/recorder.js';
import { nativeCrypto } from '../../transaction/crypto.js';
import { SolverKey } from '../../transaction/solverKey.js';
import { solverAccount } from '../config/account.js';
import type { RunConfig } from '../config/runConfig.js';
import { usageError } from '../error.js';
import type { Io } from '../io.js';
import { KEY_VARIABLE, loadSolverKey } from '../keySource.js';
import { loadPolicy } from '../replay/policy.js';
import { packageVersion } from '../version.js';
import { openLedger, reachLedger } from './gateways.js';
import { openObservation } from './observation.js';
import { openPrices } from './prices.js';
import { listenForStop } from './signals.js';

export interface Surroundings {
  readonly io: Io;
  readonly signals: EventEmitter;
  readonly exit: (status: number) => void;
}

/** From the first line of the log to the last. What was opened is closed in reverse order, whatever happens. */
export async function runSolver(config: RunConfig, { io, signals, exit }: Surroundings): Promise<{ inFlight: number }> {
  const opened: (() => unknown)[] = [];
  try {
    const policy = policyOf(config);
    const key = loadKey(config, io);
    opened.push(() => key.dispose());
    const { node: account, address } = solverAccount(config, key.publicKey);
    const journal = openJournal(config.journal, config.network.id);
    opened.push(() => journal.close());
    const { observers, url, close } = await openObservation(config, policy, io);
    opened.push(close);
    const { emit } = observers;
    const stop = listenForStop(signals, exit, (error) => {
      const detail = error instanceof Error ? error.message : String(error);
      emit({ type: 'internal-error', code: 'internal', where: 'process', detail, fatal: true });
    });
    opened.push(stop.close);
    const version = packageVersion();
    const { id: network } = config.network;
    emit({ type: 'started', version, network, account: address, submit: config.submit });
    io.stderr.write(`health and metrics: ${url}\n`);
    tellSlowCrypto(emit);
    const ledger = openLedger(config, version, emit);
    const prices = openPrices(policy, network, emit);
    const ended = await serve({ config, policy, prices, key, account, journal, ledger, emit, signal: stop.signal });
    stop.throwIfCrashed();
    return ended;
  } finally {
    for (const close of opened.reverse()) await close();
  }
}

interface Parts {
  readonly config: RunConfig;
  readonly policy: Policy;
  readonly prices: PriceFeed;
  readonly key: SolverKey;
  readonly account: NodeId;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly emit: Observer;
  readonly signal: AbortSignal;
}

async function serve({
  config,
  policy,
  prices,
  key,
  account,
  journal,
  ledger,
  emit,
  signal,
}: Parts): Promise<{ inFlight: number }> {
  const ending = new AbortController();
  const failing = new AbortController();
  const reached = reachLedger(ledger, config.network.id, emit, signal);
  const clock = reached.then(
    () => ledger.clock.run(ending.signal),
    (error: unknown) => failing.abort(error),
  );
  const solver = new LiveSolver(liveOptions(config, policy, account), {
    ...{ key, journal, ledger, emit },
    prices: () => prices.lookup(),
    limits: new Limits(
      {
        maxFee: config.maxFeePerTransaction,
        maxFeePerHour: config.maxFeePerHour,
        maxFeePerDay: config.maxFeePerDay,
        maxFailures: config.maxCostlyFailures,
        minBalance: config.minBalance,
      },
      journal,
    ),
  });
  const recorder = openRecorder(config, emit);
  const stream = new SolverStream({
    urls: config.streams,
    pingIntervalMs: config.pingIntervalMs,
    onEvent: emit,
    onFrame: (frame, origin) => {
      const undecided = solver.receive(frame, origin);
      const reading = ledger.clock.clockAt();
      if (reading === undefined) return;
      const { epoch, timestamp } = reading;
      const { receivedAt } = origin;
      recorder?.record({ receivedAt, network: config.network.id, epoch, timestamp, frame }, undecided);
    },
  });
  // What is pushed before a Gateway answers is taken down, and waits for it.
  solver.start(reached);
  const pricing = prices.run(ending.signal);
  stream.start();
  const end = AbortSignal.any([signal, failing.signal]);
  await aborted(end);
  const started = performance.now();
  const why = signal.aborted ? String(signal.reason) : codeOf(failing.signal.reason);
  emit({ type: 'shutdown', signal: why, inFlight: solver.inFlight });
  const [{ inFlight }] = await Promise.all([solver.stop(), stream.stop()]);
  ending.abort();
  await Promise.all([clock, pricing, recorder?.close()]);
  tellViolations(journal, (violation) => {
    emit({ type: 'internal-error', code: 'journal-inconsistent', where: 'stop', detail: violation });
  });
  emit({ type: 'stopped', inFlight, tookMs: performance.now() - started });
  // A Gateway of another network.
  if (!signal.aborted) throw failing.signal.reason;
  return { inFlight };
}

const DAY_MS = 86_400_000;

function liveOptions(config: RunConfig, policy: Policy, account: NodeId): LiveOptions {
  const { network, wrapperKeys, maxAttempts, maxCostPerBundle, maxClockAgeMs, queueLimit } = config;
  return {
    ...{ account, maxAttempts, maxCostPerBundle, maxClockAgeMs, queueLimit },
    network: network.id,
    policy,
    pinned: wrapperKeys === undefined ? undefined : new Set(wrapperKeys),
    submit: config.submit,
    expiryMarginMs: config.expiryMarginMs,
    shutdownTimeoutMs: config.shutdownTimeoutMs,
    retention: {
      olderThan: config.journalMaxDays === undefined ? undefined : config.journalMaxDays * DAY_MS,
      maxSize: config.journalMaxBytes,
    },
  };
}

/** Read at the start: a mistake in it ends that. The settings have the last word. Errors: those of `loadPolicy`. */
function policyOf({ policy: given, composition, minProfit, network }: RunConfig): Policy {
  const policy = loadPolicy(given);
  if (policy.network !== undefined && policy.network.suffix !== network.suffix) {
    const { field, suffix } = policy.network;
    throw usageError(`${given}, ${field}: expected addresses of ${network.name}, got some of …_${suffix}`);
  }
  return {
    ...policy,
    composition: composition === 'cheapest' ? policy.composition : composition,
    minProfit: minProfit ?? policy.minProfit,
  };
}

function openRecorder({ record: file, recordMaxBytes: maxBytes }: RunConfig, emit: Observer): Recorder | undefined {
  return file === undefined ? undefined : new Recorder({ file, maxBytes, onEvent: emit });
}

/** A dry run needs no key: it only shows what would be. */
function loadKey(config: RunConfig, io: Io): SolverKey {
  const key = loadSolverKey(config.keyFile, io);
  if (key !== undefined) return key;
  if (config.submit) throw usageError(`--submit needs a key: give --key-file or ${KEY_VARIABLE}`);
  io.stderr.write('note: no key was given, so a throwaway key stands in for it\n');
  return SolverKey.generate('Ed25519');
}

/** Errors: those of the journal; `journal-inconsistent` where its own sums do not hold; `wrong-network`. */
function openJournal(path: string, network: number): Journal {
  const journal = Journal.open(path, { now: Date.now });
  try {
    journal.checkNetwork(network);
    tellViolations(journal, (violation) => {
      throw new SolverError('journal-inconsistent', `the journal contradicts itself: ${violation}`, {
        hint: '`anthic-solver journal verify` tells more; restore a backup, or name another file',
      });
    });
    return journal;
  } catch (error) {
    journal.close();
    throw error;
  }
}

/** Above all: received = the sum of outcomes + open. */
function tellViolations(journal: Journal, tell: (violation: string) => void): void {
  for (const { rule, subject, message } of journal.verify().violations) tell(`${rule}, ${subject}: ${message}`);
}

function tellSlowCrypto(emit: Observer): void {
  const slow = Object.entries(nativeCrypto()).flatMap(([name, isNative]) => (isNative ? [] : [name]));
  if (slow.length === 0) return;
  const detail = `${slow.join(', ')} runs without its native binding, many times slower: install it anew`;
  emit({ type: 'internal-error', code: 'slow-crypto', where: 'start', detail });
}

function codeOf(error: unknown): string {
  return error instanceof SolverError ? error.code : 'error';
}

/** Resolves when the signal fires. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
