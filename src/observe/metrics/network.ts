import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Handlers } from '../handlers.js';
import { PREFIX } from './names.js';

/** The streams that bundles come from. */
export function feedMetrics(registry: Registry): Handlers {
  const registers = [registry];
  const open = new Gauge({
    ...{ name: `${PREFIX}feed_open`, help: '1 while a stream is open.', labelNames: ['url'], registers },
  });
  const ends = new Counter({
    ...{ name: `${PREFIX}feed_ends_total`, help: 'Links of a stream that ended or did not come about.' },
    ...{ labelNames: ['url', 'reason'], registers },
  });
  const end = ({ url, reason }: { readonly url: string; readonly reason: string }): void => {
    open.set({ url }, 0);
    ends.inc({ url, reason });
  };
  return {
    'stream-open': ({ url }) => open.set({ url }, 1),
    'stream-closed': end,
    'stream-refused': end,
    'stream-stopped': ({ url }) => open.set({ url }, 0),
  };
}

/** What prices there are, by source. `now` never goes back. */
export function priceMetrics(registry: Registry, now: () => number): Handlers {
  const registers = [registry];
  const labelNames = ['source'];
  const tokens = new Gauge({
    ...{ name: `${PREFIX}prices`, help: 'Tokens that have a price, by source.', labelNames, registers },
  });
  const failures = new Counter({
    ...{ name: `${PREFIX}price_failures_total`, help: 'Times that a source of prices failed.', registers },
    labelNames: ['source', 'code'],
  });
  const asOf = new Map<string, number>();
  new Gauge({
    ...{ name: `${PREFIX}price_age_seconds`, help: 'Age of the prices that were last read.', labelNames, registers },
    collect() {
      for (const [source, at] of asOf) this.set({ source }, (now() - at) / 1000);
    },
  });
  return {
    'prices-read': ({ source, ageMs }) => void asOf.set(source, now() - ageMs),
    prices({ source, ok, tokens: count, code = 'unknown' }) {
      tokens.set({ source }, count);
      if (!ok) failures.inc({ source, code });
    },
  };
}

/** The Gateways, and the ledger's time that they tell. `now` never goes back. */
export function ledgerMetrics(registry: Registry, now: () => number): Handlers {
  const registers = [registry];
  const up = new Gauge({
    ...{ name: `${PREFIX}gateway_up`, help: '1 while a Gateway is well.', labelNames: ['endpoint'], registers },
  });
  const calls = new Histogram({
    ...{ name: `${PREFIX}gateway_call_seconds`, help: 'Requests to a Gateway.', labelNames: ['endpoint', 'call'] },
    ...{ buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], registers },
  });
  const errors = new Counter({
    ...{ name: `${PREFIX}gateway_errors_total`, help: 'Requests that failed, by how.' },
    ...{ labelNames: ['endpoint', 'class'], registers },
  });
  const epoch = new Gauge({ name: `${PREFIX}ledger_epoch`, help: 'Epoch of the ledger.', registers });
  const timestamp = new Gauge({
    ...{ name: `${PREFIX}ledger_timestamp_seconds`, help: 'Proposer timestamp, Unix seconds.', registers },
  });
  const skew = new Gauge({
    ...{ name: `${PREFIX}clock_skew_seconds`, help: "This machine's time less the ledger's.", registers },
  });
  let seenAt: number | undefined;
  new Gauge({
    ...{ name: `${PREFIX}ledger_clock_age_seconds`, help: "Age of the ledger's time, as known here.", registers },
    // Calculated when it is asked for: an age that is only set when there is news does not grow.
    collect() {
      this.set(seenAt === undefined ? Number.NaN : (now() - seenAt) / 1000);
    },
  });
  const stale = new Gauge({ name: `${PREFIX}clock_stale`, help: '1 while that is too old to submit.', registers });
  return {
    'endpoint-state': ({ endpoint, ok }) => up.set({ endpoint }, ok ? 1 : 0),
    'gateway-call'({ endpoint, call, tookMs, class: failure }) {
      calls.observe({ endpoint, call }, tookMs / 1000);
      if (failure !== undefined) errors.inc({ endpoint, class: failure });
    },
    'ledger-clock'(event) {
      epoch.set(Number(event.epoch));
      timestamp.set(Number(event.timestamp));
      seenAt = now() - event.ageMs;
      if (event.skewMs !== undefined) skew.set(event.skewMs / 1000);
    },
    'clock-stale': () => stale.set(1),
    'clock-fresh': () => stale.set(0),
  };
}
