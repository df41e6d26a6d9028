import { collectDefaultMetrics, Registry } from 'prom-client';
import { observerOf } from './handlers.js';
import { attemptMetrics, bundleMetrics } from './metrics/bundles.js';
import { moneyMetrics } from './metrics/money.js';
import { feedMetrics, ledgerMetrics, priceMetrics } from './metrics/network.js';
import { settlementMetrics } from './metrics/settlements.js';
import { stageMetrics } from './metrics/stages.js';
import { upkeepMetrics } from './metrics/upkeep.js';
import type { Observer } from './observers.js';

export interface MetricsOptions {
  /** Milliseconds that never go back. */
  readonly now?: () => number;
  /** Also memory, garbage collection and delays of the event loop. */
  readonly ofProcess?: boolean;
}

/** What Prometheus can be told; docs/operations.md says what each means. Counters begin at 0 with the process. */
export class Metrics {
  readonly contentType: string;
  readonly observe: Observer;
  private readonly registry = new Registry();

  constructor({ now = () => performance.now(), ofProcess = true }: MetricsOptions = {}) {
    const { registry } = this;
    this.contentType = registry.contentType;
    if (ofProcess) collectDefaultMetrics({ register: registry });
    this.observe = observerOf(
      bundleMetrics(registry),
      attemptMetrics(registry),
      settlementMetrics(registry),
      stageMetrics(registry),
      moneyMetrics(registry),
      feedMetrics(registry),
      ledgerMetrics(registry, now),
      priceMetrics(registry, now),
      upkeepMetrics(registry),
    );
  }

  /** In Prometheus's text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}
