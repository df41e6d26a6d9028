import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Handlers } from '../handlers.js';
import { PREFIX } from './names.js';

/** Journal, limits, recorder, and the process itself. */
export function upkeepMetrics(registry: Registry): Handlers {
  const registers = [registry];
  const info = new Gauge({
    ...{ name: `${PREFIX}info`, help: '1; the labels say what runs.', labelNames: ['version', 'network', 'submit'] },
    registers,
  });
  const writable = new Gauge({ name: `${PREFIX}journal_writable`, help: '0 while the journal fails.', registers });
  const writes = new Histogram({
    ...{ name: `${PREFIX}journal_write_seconds`, help: 'Writes to the journal; durable ones wait for the disk.' },
    ...{
      labelNames: ['durable'],
      buckets: [0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
      registers,
    },
  });
  const failures = new Counter({
    ...{ name: `${PREFIX}journal_write_failures_total`, help: 'Writes to the journal that failed.', registers },
  });
  const limits = new Gauge({
    ...{ name: `${PREFIX}limit_reached`, help: '1 while a limit stops submissions.', labelNames: ['limit'], registers },
  });
  const recording = new Gauge({ name: `${PREFIX}recording_ok`, help: '0 while recording fails.', registers });
  const dropped = new Counter({
    ...{ name: `${PREFIX}recording_dropped_total`, help: 'Messages that are in no recording.', registers },
  });
  const errors = new Counter({
    ...{ name: `${PREFIX}internal_errors_total`, help: 'Mistakes of this program.', labelNames: ['code'], registers },
  });
  let droppedBefore = 0;
  writable.set(1);
  recording.set(1);
  return {
    started: ({ version, network, submit }) => info.set({ version, network, submit: String(submit) }, 1),
    'journal-state': (event) => writable.set(event.writable ? 1 : 0),
    'journal-write'({ durable, tookMicros, ok }) {
      writes.observe({ durable: String(durable) }, tookMicros / 1e6);
      if (!ok) failures.inc();
    },
    'limit-reached': ({ limit }) => limits.set({ limit }, 1),
    'limit-lifted': ({ limit }) => limits.set({ limit }, 0),
    'recording-stopped': () => recording.set(0),
    'recording-resumed': () => recording.set(1),
    'recording-dropped'({ total }) {
      dropped.inc(Math.max(0, total - droppedBefore));
      droppedBefore = total;
    },
    'internal-error': ({ code }) => errors.inc({ code }),
    'stream-consumer-failed': () => errors.inc({ code: 'consumer-failed' }),
  };
}
