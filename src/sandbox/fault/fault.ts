import { SolverError } from '../../base/error.js';
import { Fields } from '../fields.js';

/** What may go wrong with a call. */
export type Fault =
  /** Answers late. */
  | { readonly type: 'latency'; readonly ms: number }
  /** Never answers. */
  | { readonly type: 'stall' }
  | { readonly type: 'rate-limit'; readonly retryAfter?: string }
  | { readonly type: 'internal-error'; readonly exception: string }
  /** What a proxy in front says: HTML. */
  | { readonly type: 'unavailable'; readonly status: number; readonly retryAfter?: string }
  | { readonly type: 'not-synced'; readonly delaySeconds: number }
  /** Resets the connection after so many bytes of the body; left out, half of it. */
  | { readonly type: 'reset'; readonly afterBytes?: number }
  /** Of a submission: 200, and no node ever hears of it. `forget`: nor does the Gateway. */
  | { readonly type: 'never-commits'; readonly forget: boolean }
  /** What committed in the last rounds is not known yet, though the ledger state is the newest. */
  | { readonly type: 'late-status'; readonly rounds: number }
  /** Everything is as it was some rounds ago, the ledger state too. */
  | { readonly type: 'stale-state'; readonly rounds: number }
  /** 200 with a body that is no JSON; left out, the right one torn in the middle. */
  | { readonly type: 'malformed-json'; readonly body?: string };

/** Which calls a fault befalls. All that is given must hold. */
export interface FaultRule {
  /** `/transaction/status`, `/transaction/*`, or `*` for every call. */
  readonly path: string;
  /** Only these of the calls with a fitting path, counted from 1. */
  readonly nth?: readonly number[];
  /** From this call to that one, both included. */
  readonly from?: number;
  readonly to?: number;
  readonly probability?: number;
  /** At most so often. */
  readonly times?: number;
  readonly fault: Fault;
}

export interface FaultScript {
  /** For what is left to chance: the same seed, the same faults. */
  readonly seed: number;
  readonly rules: readonly FaultRule[];
}

export const NO_FAULTS: FaultScript = { seed: 1, rules: [] };

/** A script from JSON: `{ seed?, rules: [...] }` or just the list. Error: `bad-field`. */
export function parseFaults(json: unknown): FaultScript {
  const script = Fields.of(Array.isArray(json) ? { rules: json } : json).only('seed', 'rules');
  return { seed: script.count('seed', 1), rules: script.list('rules', parseRule) };
}

function parseRule(json: unknown): FaultRule {
  const rule = Fields.of(json).only('path', 'nth', 'from', 'to', 'probability', 'times', 'fault');
  const path = rule.string('path', undefined) ?? '*';
  if (path !== '*' && !path.startsWith('/')) {
    throw new SolverError('bad-field', `expected a path such as /transaction/submit, got ${path}`, { path: 'path' });
  }
  return withoutUndefined({
    path,
    nth: rule.has('nth') ? rule.list('nth', positive) : undefined,
    from: rule.count('from', undefined),
    to: rule.count('to', undefined),
    probability: rule.has('probability') ? rule.number('probability', 1) : undefined,
    times: rule.count('times', undefined),
    fault: parseFault(rule.object('fault')),
  });
}

const TYPES = [
  'latency',
  'stall',
  'rate-limit',
  'internal-error',
  'unavailable',
  'not-synced',
  'reset',
  'never-commits',
  'late-status',
  'stale-state',
  'malformed-json',
] as const;

const DEFAULT_ROUNDS = 5;

function parseFault(fields: Fields): Fault {
  const type = fields.oneOf('type', TYPES);
  switch (type) {
    case 'latency':
      return { type, ms: fields.only('type', 'ms').count('ms') };
    case 'stall':
      fields.only('type');
      return { type };
    case 'rate-limit':
      return withoutUndefined({ type, retryAfter: fields.only('type', 'retryAfter').string('retryAfter', undefined) });
    case 'internal-error':
      return { type, exception: fields.only('type', 'exception').string('exception', undefined) ?? 'UnknownException' };
    case 'unavailable': {
      fields.only('type', 'status', 'retryAfter');
      const retryAfter = fields.string('retryAfter', undefined);
      return withoutUndefined({ type, status: fields.count('status', 503), retryAfter });
    }
    case 'not-synced':
      return { type, delaySeconds: fields.only('type', 'delaySeconds').count('delaySeconds', 1000) };
    case 'reset':
      return withoutUndefined({ type, afterBytes: fields.only('type', 'afterBytes').count('afterBytes', undefined) });
    case 'never-commits':
      return { type, forget: fields.only('type', 'forget').bool('forget', false) };
    case 'late-status':
    case 'stale-state':
      return { type, rounds: fields.only('type', 'rounds').count('rounds', DEFAULT_ROUNDS) };
    case 'malformed-json':
      return withoutUndefined({ type, body: fields.only('type', 'body').string('body', undefined) });
  }
}

function positive(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw new SolverError('bad-field', `expected a number from 1, got ${JSON.stringify(value)}`);
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}
