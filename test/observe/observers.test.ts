import { describe, expect, expectTypeOf, it } from 'vitest';
import type {
  FinalState,
  FollowedState,
  AttemptState as JournalState,
  LiveState,
  OpenState,
  Outcome,
} from '../../src/journal/model.js';
import type {
  AttemptState,
  BundleOutcome,
  EventOf,
  OpenAttemptState,
  RecordingEvent,
  SolverEvent,
} from '../../src/observe/event.js';
import { observerOf } from '../../src/observe/handlers.js';
import { levelOf } from '../../src/observe/level.js';
import { Observers } from '../../src/observe/observers.js';

const PROVEN: SolverEvent = { type: 'stream-proven', url: 'wss://a/b', by: 'frame' };

describe('the words of events', () => {
  it('are those of the journal and of the recorder, which this room may not import', () => {
    expectTypeOf<BundleOutcome>().toEqualTypeOf<Outcome>();
    expectTypeOf<AttemptState>().toEqualTypeOf<JournalState>();
    expectTypeOf<OpenAttemptState>().toEqualTypeOf<LiveState | FollowedState>();
    expectTypeOf<Exclude<AttemptState, OpenAttemptState>>().toEqualTypeOf<FinalState>();
    expectTypeOf<RecordingEvent>().toExtend<SolverEvent>();
    expectTypeOf<OpenState>().not.toEqualTypeOf<OpenAttemptState>();
    expectTypeOf<EventOf<'frame'>['bytes']>().toEqualTypeOf<number>();
  });
});

describe('observers', () => {
  it('tells everyone, in order, until they are removed', () => {
    const observers = new Observers();
    const heard: string[] = [];
    const remove = observers.add('a', ({ type }) => void heard.push(`a ${type}`));
    observers.add('b', ({ type }) => void heard.push(`b ${type}`));
    const { emit } = observers;
    emit(PROVEN);
    remove();
    emit(PROVEN);
    expect(heard).toEqual(['a stream-proven', 'b stream-proven', 'b stream-proven']);
  });

  it('lets one that throws harm nobody, and tells the others at the first, second, fourth time', () => {
    const observers = new Observers();
    const heard: SolverEvent[] = [];
    observers.add('broken', () => {
      throw new Error('no disk');
    });
    observers.add('fine', (event) => void heard.push(event));
    for (let i = 0; i < 5; i++) observers.emit(PROVEN);
    expect(heard.filter(({ type }) => type === 'stream-proven')).toHaveLength(5);
    const errors = heard.filter(({ type }) => type === 'internal-error');
    expect(errors).toHaveLength(3);
    expect(errors[0]).toEqual({ type: 'internal-error', code: 'observer-failed', where: 'broken', detail: 'no disk' });
  });

  it('comes to an end where all fail, at the news of failures too', () => {
    const observers = new Observers();
    let calls = 0;
    for (const name of ['a', 'b', 'c']) {
      observers.add(name, () => {
        calls++;
        throw 'text';
      });
    }
    for (let i = 0; i < 10; i++) observers.emit(PROVEN);
    expect(calls).toBeGreaterThanOrEqual(30);
    expect(calls).toBeLessThan(100);
  });

  it('catches the rejection of one that turns out to be asynchronous', async () => {
    const observers = new Observers();
    const heard: SolverEvent[] = [];
    observers.add('late', (async () => {
      throw new Error('later');
    }) as () => void);
    observers.add('fine', (event) => void heard.push(event));
    observers.emit(PROVEN);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard[1]).toMatchObject({ type: 'internal-error', where: 'late', detail: 'later' });
  });
});

describe('handlers', () => {
  it('joins sets that handle the same event', () => {
    const heard: string[] = [];
    const observe = observerOf(
      { 'stream-proven': () => void heard.push('first') },
      { 'stream-proven': ({ url }) => void heard.push(url), 'clock-fresh': () => void heard.push('clock') },
    );
    observe(PROVEN);
    observe({ type: 'stream-stopped', url: 'x' });
    expect(heard).toEqual(['first', 'wss://a/b']);
  });
});

describe('levels', () => {
  it.each([
    [{ type: 'internal-error', code: 'x', where: 'y' }, 'error'],
    [{ type: 'internal-error', code: 'x', where: 'y', fatal: true }, 'fatal'],
    [{ type: 'bundle-finished', bundleId: 'a', outcome: 'settled' }, 'info'],
    [{ type: 'bundle-finished', bundleId: 'a', outcome: 'failed' }, 'warn'],
    [{ type: 'bundle-finished', bundleId: 'a', outcome: 'duplicate' }, 'debug'],
    [{ type: 'attempt-state', txid: 'a', state: 'committed-failure' }, 'warn'],
    [{ type: 'attempt-state', txid: 'a', state: 'accepted' }, 'debug'],
    [{ type: 'endpoint-state', endpoint: 'a', ok: false, class: 'timeout' }, 'warn'],
    [{ type: 'endpoint-state', endpoint: 'a', ok: true }, 'info'],
    [{ type: 'journal-state', writable: false }, 'error'],
    [{ type: 'journal-state', writable: true }, 'info'],
    [{ type: 'clock-stale', why: 'old' }, 'error'],
  ] as [SolverEvent, string][])('%j is %s', (event, level) => {
    expect(levelOf(event)).toBe(level);
  });
});
