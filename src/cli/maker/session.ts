import { randomBytes } from 'node:crypto';
import { systemClock } from '../../anthic/stream/clock.js';
import { TradeApi } from '../../anthic/trade/client.js';
import { SolverError } from '../../base/error.js';
import { systemSurroundings } from '../../ledger/surroundings.js';
import { loadTerms } from '../../maker/loadTerms.js';
import { Maker } from '../../maker/maker.js';
import { PricingFile, type PricingFileOptions } from '../../maker/pricingFile.js';
import { MakerStore } from '../../maker/store.js';
import { openLog } from '../../observe/log.js';
import { type Observer, Observers } from '../../observe/observers.js';
import type { SolverKey } from '../../transaction/solverKey.js';
import { API_KEY_VARIABLE, loadApiKey } from '../apiKey.js';
import { type SolverAccount, solverAccount } from '../config/account.js';
import { CliError, EXIT, unreadable, usageError } from '../error.js';
import type { Io } from '../io.js';
import { KEY_VARIABLE, loadSolverKey } from '../keySource.js';
import { openLedger, reachLedger } from '../run/gateways.js';
import { aborted, type Surroundings } from '../run/session.js';
import { listenForStop } from '../run/signals.js';
import { packageVersion } from '../version.js';
import type { MakerSettings } from './settings.js';

/** From the first line of the log to the last. What was opened is closed in reverse order, whatever happens. */
export async function runMaker(
  settings: MakerSettings,
  { io, signals, exit }: Surroundings,
): Promise<{ inFlight: number }> {
  const opened: (() => unknown)[] = [];
  try {
    const key = loadKey(settings, io);
    opened.push(() => key.dispose());
    const apiKey = loadApiKey(settings.apiKeyFile, io);
    if (apiKey === undefined) throw usageError(`expected an API key: give --api-key-file or ${API_KEY_VARIABLE}`);
    const account = solverAccount(settings, key.publicKey);
    const { network, submit } = settings;
    const store = MakerStore.open(settings.store, { network: network.id, account: account.address }, Date.now);
    opened.push(() => store.close());
    const log = await openLog({ level: settings.logLevel, out: io.stdout });
    opened.push(() => log.close());
    const observers = new Observers();
    observers.add('log', log.observe);
    const { emit } = observers;
    const stop = listenForStop(signals, exit, (error) => {
      const detail = error instanceof Error ? error.message : String(error);
      emit({ type: 'internal-error', code: 'internal', where: 'process', detail, fatal: true });
    });
    opened.push(stop.close);
    const pricing = openPricing(settings, emit, (changed, ageMs) => maker.reprice(changed, ageMs));
    const ledger = openLedger(settings, packageVersion(), emit);
    const surroundings = systemSurroundings();
    const api = new TradeApi(settings.trade, surroundings);
    const maker: Maker = new Maker({
      signer: { network: network.id, account: account.node, key, expirySeconds: settings.expirySeconds, discriminator },
      address: account.address,
      ...{ submit, store, ledger, emit },
      flash: { urls: settings.flash, apiKey, connections: settings.connections, shapes: settings.shapes },
      terms: () =>
        loadTerms({
          ...{ api, network, account: account.address },
          divisibilities: (resources) => ledger.divisibilities(resources),
        }),
      pricing: pricing.pricing,
      pricingAgeMs: pricing.ageMs,
      clock: systemClock,
      marginMs: settings.marginMs,
      maxClockAgeMs: settings.maxClockAgeMs,
      maxPricingAgeMs: settings.maxPricingAgeMs,
      pollMs: settings.pollIntervalMs,
      termsMs: settings.termsIntervalMs,
      statusMs: settings.statusIntervalMs,
    });
    emit({ type: 'started', version: packageVersion(), network: network.id, account: account.address, submit });
    const ended = await serve(settings, { maker, pricing, ledger, account, emit, signal: stop.signal });
    stop.throwIfCrashed();
    return ended;
  } finally {
    for (const close of opened.reverse()) await close();
  }
}

interface Parts {
  readonly maker: Maker;
  readonly pricing: PricingFile;
  readonly ledger: ReturnType<typeof openLedger>;
  readonly account: SolverAccount;
  readonly emit: Observer;
  readonly signal: AbortSignal;
}

async function serve(
  { network, shutdownTimeoutMs }: MakerSettings,
  { maker, pricing, ledger, emit, signal }: Parts,
): Promise<{ inFlight: number }> {
  const ending = new AbortController();
  let clock: Promise<void> | undefined;
  // What runs on would keep the process.
  const end = async () => {
    pricing.stop();
    ending.abort();
    await clock;
  };
  try {
    await reachLedger(ledger, network.id, emit, signal);
    clock = ledger.clock.run(ending.signal);
    pricing.start();
    await maker.start();
    await aborted(signal);
  } catch (error) {
    if (!signal.aborted) {
      await end();
      throw error;
    }
  }
  const started = performance.now();
  emit({ type: 'shutdown', signal: String(signal.reason), inFlight: maker.openFills });
  const { inFlight } = await maker.stop(shutdownTimeoutMs);
  await end();
  emit({ type: 'stopped', inFlight, tookMs: performance.now() - started });
  return { inFlight };
}

function openPricing(
  { pricing: path, pricingIntervalMs: intervalMs }: MakerSettings,
  emit: Observer,
  onChange: (pricing: PricingFile['pricing'], ageMs: number) => void,
): PricingFile {
  const tell = ({ pairs, tokens }: PricingFile['pricing']) => {
    emit({ type: 'pricing-changed', file: path, pairs: pairs.map(({ base, quote }) => `${base}/${quote}`) });
    const traded = new Set(pairs.flatMap(({ base, quote }) => [base, quote]));
    const symbols = [...tokens.keys()].filter((symbol) => !traded.has(symbol));
    if (symbols.length > 0) emit({ type: 'pricing-limits-unused', file: path, symbols });
  };
  const file = openFile({
    ...{ path, intervalMs, clock: systemClock },
    onChange(pricing, ageMs) {
      tell(pricing);
      onChange(pricing, ageMs);
    },
    onRefused(error) {
      const field = error instanceof SolverError ? error.path : '';
      emit({ type: 'pricing-refused', file: path, field, detail: error instanceof Error ? error.message : '' });
    },
  });
  tell(file.pricing);
  return file;
}

/** What is wrong with it at the start is wrong usage. */
function openFile(options: PricingFileOptions): PricingFile {
  try {
    return new PricingFile(options);
  } catch (error) {
    if (!(error instanceof SolverError)) throw unreadable(options.path, error);
    throw new CliError(EXIT.usage, error.code, `${options.path}: ${error.message}`);
  }
}

/** A dry run needs it, too: what is quoted depends on what its account holds. */
function loadKey({ keyFile }: MakerSettings, io: Io): SolverKey {
  const key = loadSolverKey(keyFile, io);
  if (key !== undefined) return key;
  throw usageError(`expected the maker's key: give --key-file or ${KEY_VARIABLE}`);
}

function discriminator(): bigint {
  return randomBytes(8).readBigUInt64BE();
}
