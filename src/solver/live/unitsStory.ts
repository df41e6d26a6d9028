import { type Attos, formatAmount, parseAmount } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import type { ExpectedShare } from '../../journal/shares.js';
import type { AttemptStory } from '../../journal/story.js';
import type { SettleDecision } from '../../settlement/planner/model.js';
import type { Pursuit } from './pursuit.js';
import type { OpenAttempt } from './recovery.js';

/** What the next run has to know of the bundles of an attempt; undefined where it holds one. */
export function unitsStory({ parts, shares }: SettleDecision): AttemptStory['units'] {
  if (shares.length === 1) return undefined;
  const incomes = new Map(shares.map(({ bundleId, xrd }) => [bundleId, formatAmount(xrd)]));
  return parts.map((part) => part.map(({ id: bundleId }) => ({ bundleId, xrd: incomes.get(bundleId)! })));
}

/** The bundles of an attempt of an earlier run, those together that settle only so; each apart where it does not say. */
export function unitsOfStory(details: unknown, members: readonly Pursuit[]): readonly (readonly Pursuit[])[] {
  const left = new Map(members.map((member) => [member.id, member]));
  const told = storedUnits(details).map((unit) =>
    unit.flatMap(({ bundleId }) => {
      const member = left.get(bundleId);
      left.delete(bundleId);
      return member ?? [];
    }),
  );
  return [...told.filter((unit) => unit.length > 0), ...[...left.values()].map((member) => [member])];
}

/** What was expected of each bundle of an attempt of an earlier run, what it brings in XRD where its story says that. */
export function expectedOfStory({ bundles, details }: Pick<OpenAttempt, 'bundles' | 'details'>): ExpectedShare[] {
  const incomes = new Map(storedUnits(details).flatMap((unit) => unit.map(({ bundleId, xrd }) => [bundleId, xrd])));
  return bundles.map(({ bundleId, fee, reward }) => ({ bundleId, fee, reward, xrd: attosOf(incomes.get(bundleId)) }));
}

function storedUnits(details: unknown): NonNullable<AttemptStory['units']> {
  const { units = [] } = (details ?? {}) as Partial<AttemptStory>;
  return units;
}

/** What cannot be read is passed over. */
function attosOf(text: string | undefined): Attos | undefined {
  if (text === undefined) return undefined;
  try {
    return parseAmount(text);
  } catch (error) {
    if (error instanceof SolverError) return undefined;
    throw error;
  }
}
