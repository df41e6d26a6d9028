import type { EventOf, SolverEvent, SolverEventType } from './event.js';

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

type Levels = { readonly [T in SolverEventType]: Level | ((event: EventOf<T>) => Level) };

const OUTCOME_LEVELS: ReadonlyMap<string, Level> = new Map([
  ['failed', 'warn'],
  ['duplicate', 'debug'],
]);

/**
 * How loud an event is. `info` tells how each bundle ends and what changes; `warn` what costs money or may want somebody;
 * `error` what stops submissions or is a mistake of this program.
 */
// biome-ignore format: a table reads better aligned
const LEVELS: Levels = {
  'started':                'info',
  'recovery':               'info',
  'shutdown':               'info',
  'stopped':                'info',
  'internal-error':         ({ fatal }) => (fatal ? 'fatal' : 'error'),
  'frame':                  'trace',
  'no-bundle':              'debug',
  'bundle-received':        'debug',
  'bundle-finished':        ({ outcome }) => OUTCOME_LEVELS.get(outcome) ?? 'info',
  'settlement-planned':     'debug',
  'previewed':              ({ outcome }) => (outcome === 'unavailable' ? 'warn' : 'debug'),
  'bundle-dropped':         'info',
  'attempt-journaled':      'debug',
  'submission-started':     'debug',
  'submission-result':      ({ verdict }) => (verdict === 'accepted' ? 'debug' : 'warn'),
  'attempt-state':          ({ state }) => (state === 'committed-failure' || state === 'rejected' ? 'warn' : 'debug'),
  'attempt-committed':      ({ success }) => (success ? 'info' : 'warn'),
  'ledger-clock':           'trace',
  'clock-stale':            'error',
  'clock-fresh':            'info',
  'endpoint-state':         ({ ok }) => (ok ? 'info' : 'warn'),
  'gateway-call':           'trace',
  'balance':                'debug',
  'prices':                 ({ ok, tokens }) => (ok && tokens > 0 ? 'debug' : 'warn'),
  'prices-read':            'trace',
  'journal-state':          ({ writable }) => (writable ? 'info' : 'error'),
  'journal-write':          'trace',
  'limit-reached':          'error',
  'limit-lifted':           'info',
  'recording-stopped':      'error',
  'recording-resumed':      'info',
  'recording-dropped':      'warn',
  'recording-rotated':      'info',
  'pricing-changed':        'info',
  'pricing-refused':        'error',
  'pricing-limits-unused':  'warn',
  'terms-failed':           'warn',
  'quotes-paused':          'warn',
  'quotes-resumed':         'info',
  'pair-not-quoted':        'warn',
  'book-quoted':            'debug',
  'order-declined':         'info',
  'fill-written':           'info',
  'fill-answered':          ({ answer }) => (answer === 'accepted' ? 'debug' : 'warn'),
  'fill-execution':         ({ change }) => (change === 'unknown' ? 'warn' : 'debug'),
  'fill-ended':             ({ state }) => (state === 'settled' ? 'info' : 'warn'),
  'ledger-look-failed':     'warn',
  'maker-status':           'info',
  'flash-ready':            'info',
  'flash-not-started':      'error',
  'flash-bad-message':      'warn',
  'flash-unknown-method':   'warn',
  'flash-gap':              'warn',
  'flash-starting-point':   'info',
  'flash-consumer-failed':  'error',
  'stream-open':            'info',
  'stream-proven':          'debug',
  'stream-closed':          'warn',
  'stream-refused':         'warn',
  'stream-retry':           'debug',
  'stream-ignored':         'warn',
  'stream-consumer-failed': 'error',
  'stream-stopped':         'info',
};

export function levelOf(event: SolverEvent): Level {
  const level = LEVELS[event.type] as Level | ((event: SolverEvent) => Level);
  return typeof level === 'function' ? level(event) : level;
}
