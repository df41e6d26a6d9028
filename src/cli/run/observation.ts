import { Health } from '../../observe/health.js';
import { openLog } from '../../observe/log.js';
import { Metrics } from '../../observe/metrics.js';
import { Observers } from '../../observe/observers.js';
import { serveObservation } from '../../observe/server.js';
import { StatusLine } from '../../observe/statusLine.js';
import type { Policy } from '../../settlement/policy.js';
import type { RunConfig } from '../config/runConfig.js';
import type { Io } from '../io.js';

export interface Observation {
  readonly observers: Observers;
  /** Of /health and /metrics. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** All who listen to a running solver: log, status line, metrics, health, and the server of the last two. */
export async function openObservation(
  config: RunConfig,
  { prices }: Pick<Policy, 'prices'>,
  io: Pick<Io, 'stdout'>,
): Promise<Observation> {
  const observers = new Observers();
  const line = new StatusLine({ out: io.stdout });
  const metrics = new Metrics();
  const health = new Health({ maxClockAgeMs: config.maxClockAgeMs, maxPriceAgeMs: prices.maxAge });
  const server = await serveObservation({ ...config.http, health, metrics });
  const log = await openLog({ level: config.logLevel, out: line.output });
  observers.add('health', health.observe);
  observers.add('metrics', metrics.observe);
  observers.add('status line', line.observe);
  observers.add('log', log.observe);
  health.start();
  line.start();
  return {
    observers,
    url: server.url,
    async close() {
      line.stop();
      health.stop();
      await log.close();
      await server.close();
    },
  };
}
