import { z } from 'zod';
import { SolverError } from '../../base/error.js';
import type { Delay } from './random.js';

/** What a backtest assumes of everything that no recording tells. */
export interface Assumptions {
  /** From a decision until the settlement is before the ledger. */
  readonly latency: Delay;
  /** That a rival settles a bundle too, from 0 to 1; when it would be before the ledger, counted from the push. */
  readonly contested: number;
  readonly rivalLatency: Delay;
  /** Rivals tip any number of basis points up to this, all alike. */
  readonly rivalTip: number;
  /** Milliseconds within which the ledger takes the higher tip first; 0: only time decides. */
  readonly round: number;
  /** That an order's account cannot pay, from 0 to 1. */
  readonly cannotPay: number;
  /** Milliseconds that a preview takes; null: there is none. */
  readonly preview: number | null;
}

export type AssumptionName = keyof Assumptions;

/** Where an assumption comes from. */
export type Origin = 'default' | 'journal' | 'file' | 'flag';

/** Round numbers of a quiet market; a journal tells better ones. */
export const DEFAULTS: Assumptions = {
  latency: { p50: 500, p95: 1500 },
  contested: 0,
  rivalLatency: { p50: 1000, p95: 3000 },
  rivalTip: 0,
  round: 0,
  cannotPay: 0.01,
  preview: null,
};

/** An assumption that cannot be. */
export class AssumptionError extends SolverError {
  declare readonly code: 'bad-assumption';
}

const share = z.number({ error: 'expected a number from 0 to 1' }).min(0).max(1);
const milliseconds = z.number({ error: 'expected milliseconds' }).min(0).max(86_400_000);
const delay = z
  .strictObject({ p50: milliseconds, p95: milliseconds }, { error: 'expected { "p50": …, "p95": … }' })
  .refine(({ p50, p95 }) => p95 >= p50, { error: 'expected at least p50', path: ['p95'] })
  .refine(({ p50, p95 }) => p50 > 0 || p95 === 0, { error: 'expected more than 0, since p95 is', path: ['p50'] });

const schema = z.strictObject({
  latency: delay,
  contested: share,
  rivalLatency: delay,
  rivalTip: z.int().min(0).max(65_535),
  round: milliseconds,
  cannotPay: share,
  preview: milliseconds.nullable(),
});

/** Reads some assumptions from JSON. Error: `bad-assumption`, with the field's name. */
export function readAssumptions(value: unknown): Partial<Assumptions> {
  const read = schema.partial().safeParse(value);
  if (read.success) return read.data as Partial<Assumptions>;
  const [issue] = read.error.issues;
  const unknown = issue!.code === 'unrecognized_keys' ? issue!.keys[0] : undefined;
  const path = [...issue!.path, ...(unknown === undefined ? [] : [unknown])].join('.');
  const message = unknown === undefined ? issue!.message : `expected one of ${Object.keys(DEFAULTS).join(', ')}`;
  throw new AssumptionError('bad-assumption', `${path === '' ? '' : `${path}: `}${message}`, { path });
}

/** Assumptions with where each comes from. */
export interface Assumed {
  readonly values: Assumptions;
  readonly origins: Readonly<Record<AssumptionName, Origin>>;
}

/** Later layers overrule earlier ones. Error: `bad-assumption` where what was said cannot all be. */
export function layerAssumptions(
  layers: readonly { readonly origin: Origin; readonly given: Partial<Assumptions> }[],
): Assumed {
  const values: Record<string, unknown> = { ...DEFAULTS };
  const origins: Record<string, Origin> = {};
  for (const name of Object.keys(DEFAULTS)) origins[name] = 'default';
  for (const { origin, given } of layers) {
    for (const [name, value] of Object.entries(given)) {
      if (value === undefined) continue;
      values[name] = value;
      origins[name] = origin;
    }
  }
  const made = { values, origins } as unknown as Assumed;
  refuseContradictions(made);
  return made;
}

/** What was said of rivals where there are none would change nothing: whoever said it believes otherwise. */
function refuseContradictions({ values, origins }: Assumed): void {
  if (values.contested > 0) return;
  const idle = (['rivalLatency', 'rivalTip', 'round'] as const).find((name) =>
    ['file', 'flag'].includes(origins[name]),
  );
  if (idle === undefined) return;
  throw new AssumptionError('bad-assumption', `${idle}: there are no rivals, since contested is 0`, {
    path: idle,
    hint: 'say how many bundles are contested, or leave it out',
  });
}
