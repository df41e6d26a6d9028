import { type Attos, formatAmount } from '../../base/amount.js';
import type { SettingName } from './settings.js';

/** Each bounds a part of what the next one adds up. */
const NESTED = ['maxFeePerTransaction', 'maxFeePerHour', 'maxFeePerDay'] as const satisfies readonly SettingName[];

/** A limit above the one that holds for the whole would never be reached: whoever set it means something else. */
export interface Contradiction {
  readonly part: SettingName;
  readonly whole: SettingName;
  readonly message: string;
}

export function contradictionsOf(values: Readonly<Record<string, unknown>>): Contradiction[] {
  const set = NESTED.flatMap((name) =>
    typeof values[name] === 'bigint' ? [{ name, limit: values[name] as Attos }] : [],
  );
  return set.slice(1).flatMap((whole, index) => {
    const part = set[index]!;
    if (part.limit <= whole.limit) return [];
    const message = `expected at most ${whole.name}, ${formatAmount(whole.limit)}, got ${formatAmount(part.limit)}`;
    return [{ part: part.name, whole: whole.name, message }];
  });
}
