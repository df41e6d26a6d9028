import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayEndpoint } from '../../ledger/endpoint.js';
import { keepAliveFetch } from '../../ledger/keepAlive.js';
import { Ledger } from '../../ledger/ledger.js';
import { systemSurroundings } from '../../ledger/surroundings.js';
import type { Observer } from '../../observe/observers.js';
import type { RunConfig } from '../config/runConfig.js';

type GatewayConfig = Pick<RunConfig, 'gateways' | 'requestTimeoutMs' | 'pollIntervalMs'> &
  Partial<Pick<RunConfig, 'requestsPerSecond'>>;

/** The Gateways of a configuration; every call is told. */
export function openLedger(config: GatewayConfig, version: string, emit: Observer): Ledger {
  const surroundings = { ...systemSurroundings(), fetch: keepAliveFetch() };
  const endpoints = config.gateways.map((url) => {
    const options = { timeoutMs: config.requestTimeoutMs, applicationVersion: version };
    const endpoint = new GatewayEndpoint(url, surroundings, options);
    let wasOk: boolean | undefined;
    endpoint.onCall = ({ endpoint: name, call, tookMs, error }) => {
      emit({ type: 'gateway-call', endpoint: name, call, tookMs, class: error?.code });
      // What it refuses or does not find is an answer.
      const ok = error?.retry !== true;
      if (ok !== wasOk) emit({ type: 'endpoint-state', endpoint: name, ok, class: ok ? undefined : error?.code });
      wasOk = ok;
    };
    return endpoint;
  });
  const { pollIntervalMs: intervalMs, requestsPerSecond } = config;
  const ledger = new Ledger(endpoints, surroundings, {
    tracker: { intervalMs, ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }) },
    readTimeoutMs: 2 * config.requestTimeoutMs,
  });
  // At the start that is fatal; one that answers later is only left out, which must not go unnoticed.
  ledger.onWrongNetwork = (endpoint) => emit({ type: 'endpoint-state', endpoint, ok: false, class: 'wrong-network' });
  return ledger;
}

const RETRY_MS = 500;
const TELL_MS = 30_000;

/**
 * Waits, for ever if need be, until a Gateway of the right network has told the time. Error: `wrong-network`, or the
 * reason of the signal.
 */
export async function reachLedger(ledger: Ledger, network: number, emit: Observer, signal: AbortSignal): Promise<void> {
  let toldAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    const checks = await ledger.checkNetwork(network, { signal });
    if (ledger.verified.length > 0) {
      await ledger.clock.poll(signal);
      if (ledger.clock.clockAt() !== undefined) {
        if (toldAt !== Number.NEGATIVE_INFINITY) emit({ type: 'clock-fresh' });
        return;
      }
    }
    if (performance.now() - toldAt > TELL_MS) {
      toldAt = performance.now();
      const each = checks.map(({ endpoint, error }) => `${endpoint}: ${error?.code ?? 'no time'}`);
      emit({ type: 'clock-stale', why: `waiting for a Gateway (${each.join(', ')})` });
    }
    await sleep(RETRY_MS, undefined, { signal });
  }
}
