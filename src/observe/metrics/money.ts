import { Counter, Gauge, type Registry } from 'prom-client';
import type { Handlers } from '../handlers.js';
import { PREFIX, toFloat } from './names.js';

/** What was paid and earned since the start, in XRD. */
export function moneyMetrics(registry: Registry): Handlers {
  const registers = [registry];
  const fees = new Counter({
    ...{
      name: `${PREFIX}fees_xrd_total`,
      help: 'Network fees charged, by what for.',
      labelNames: ['result'],
      registers,
    },
  });
  const rewards = new Counter({ name: `${PREFIX}rewards_xrd_total`, help: 'What settlements brought in.', registers });
  const profit = new Gauge({ name: `${PREFIX}profit_xrd`, help: 'Rewards less all fees, since the start.', registers });
  const balance = new Gauge({ name: `${PREFIX}balance_xrd`, help: "XRD of the solver's account.", registers });
  for (const result of ['success', 'failure']) fees.inc({ result }, 0);
  return {
    'attempt-committed'({ success, feePaid, xrdChange }) {
      fees.inc({ result: success ? 'success' : 'failure' }, toFloat(feePaid));
      profit.inc(toFloat(xrdChange));
      // A settlement that sells XRD of the solver's own brings in none: a counter cannot fall.
      if (xrdChange + feePaid > 0n) rewards.inc(toFloat(xrdChange + feePaid));
    },
    balance: ({ xrd }) => balance.set(toFloat(xrd)),
  };
}
