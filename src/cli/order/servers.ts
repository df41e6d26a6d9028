import { TradeApi } from '../../anthic/trade/client.js';
import { SolverError } from '../../base/error.js';
import { GatewayEndpoint } from '../../ledger/endpoint.js';
import { Ledger } from '../../ledger/ledger.js';
import { type Surroundings, systemSurroundings } from '../../ledger/surroundings.js';
import type { LedgerTime } from '../../transaction/window.js';
import { loadApiKey } from '../apiKey.js';
import type { Io } from '../io.js';
import { asUsage, type ServerOptions } from './options.js';

/** Servers may be away for a moment while an order is followed; no longer. */
const READ_TIMEOUT_MS = 30_000;
/** An order lives for a minute: a time that is older than this says nothing about it. */
const MAX_CLOCK_AGE_MS = 15_000;

export const surroundings: Surroundings = systemSurroundings();

/** The Gateways, found to be of the network. Errors: `wrong-network`, `no-gateway-answers`. */
export async function openLedger({ gateway, network }: ServerOptions): Promise<Ledger> {
  const ledger = asUsage(() => {
    const endpoints = gateway.map((url) => new GatewayEndpoint(url, surroundings));
    return new Ledger(endpoints, surroundings, { readTimeoutMs: READ_TIMEOUT_MS });
  });
  const checks = await ledger.checkNetwork(network.id);
  if (ledger.verified.length > 0) return ledger;
  const each = checks.map(({ error }) => error?.message ?? 'no answer').join('; ');
  throw new SolverError('no-gateway-answers', `expected a Gateway that answers: ${each}`);
}

/** The ledger's time, if it can be relied on. Error: `stale-clock`. */
export async function readTime(ledger: Ledger): Promise<LedgerTime> {
  await ledger.clock.poll();
  const stale = ledger.clock.staleness(MAX_CLOCK_AGE_MS);
  if (stale !== undefined) {
    throw new SolverError('stale-clock', stale, { hint: "check this machine's clock and the Gateway" });
  }
  return ledger.clock.clockAt()!;
}

export function openTradeApi(url: string, io: Io, apiKeyFile?: string): TradeApi {
  const apiKey = loadApiKey(apiKeyFile, io);
  return asUsage(() => new TradeApi(url, surroundings, { apiKey }));
}
