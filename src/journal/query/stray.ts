import type { Store } from '../store.js';

/** Frames that were no bundle, by what was wrong with them. */
export interface StrayFrames {
  readonly code: string;
  readonly count: number;
  readonly lastAt: number;
}

export function strayFrames(store: Store): StrayFrames[] {
  return store.all(store.query.selectFrom('stray').select(['code', 'count', 'last_at as lastAt']).orderBy('code'));
}
