import { Counter, Histogram, type Registry } from 'prom-client';
import type { Handlers } from '../handlers.js';
import { PREFIX } from './names.js';

/** How bundles share settlements, and what previews say of them. */
export function settlementMetrics(registry: Registry): Handlers {
  const registers = [registry];
  const size = new Histogram({
    ...{
      name: `${PREFIX}settlement_bundles`,
      help: 'Bundles in one transaction.',
      buckets: [1, 2, 3, 4, 6, 8, 12, 16],
    },
    registers,
  });
  const previews = new Histogram({
    ...{ name: `${PREFIX}preview_seconds`, help: 'Previews, by what they said.', labelNames: ['outcome'] },
    ...{ buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2], registers },
  });
  const dropped = new Counter({
    ...{ name: `${PREFIX}bundles_dropped_total`, help: 'Bundles that spoiled what they shared, by what named them.' },
    ...{ labelNames: ['how'], registers },
  });
  return {
    'settlement-planned': ({ bundleIds }) => size.observe(bundleIds.length),
    previewed: ({ outcome, tookMicros }) => previews.observe({ outcome }, tookMicros / 1e6),
    'bundle-dropped': ({ how }) => dropped.inc({ how }),
  };
}
