import { canonicalPath } from './ownerLock.js';
import { LIMIT_NAMES, type LimitName } from './spend.js';
import { Store } from './store.js';

/**
 * Lifts limits: what stopped is free again, failures are counted from none, and fees that were charged before count no
 * more. The one thing that another process may write into the journal of a running solver, which reads it before it
 * submits.
 */
export function resetLimits(path: string, names: readonly LimitName[], now: number): void {
  const store = Store.openBeside(canonicalPath(path));
  try {
    const values = { stopped_at: null, why: null, reset_at: now, count: 0 };
    store.write('durable', () => {
      for (const name of names.length === 0 ? LIMIT_NAMES : names) {
        const row = store.query.insertInto('limit_state').values({ name, ...values });
        store.run(row.onConflict((conflict) => conflict.column('name').doUpdateSet(values)));
      }
    });
  } finally {
    store.close();
  }
}
