import { describe, expect, it } from 'vitest';
import { parseFaults } from '../../src/sandbox/fault/fault.js';
import { FaultSchedule } from '../../src/sandbox/fault/schedule.js';

function schedule(...rules: object[]): FaultSchedule {
  return new FaultSchedule(parseFaults(rules));
}

/** The types of fault that befall so many calls of a path. */
function befallen(faults: FaultSchedule, count: number, path = '/transaction/status'): (string | undefined)[] {
  return Array.from({ length: count }, () => faults.next(path).fault?.type);
}

const stall = { type: 'stall' };

describe('a script', () => {
  it('is read with its defaults', () => {
    const fault = (value: object) => parseFaults({ seed: 9, rules: [{ fault: value }] }).rules[0]!.fault;
    expect(parseFaults([])).toEqual({ seed: 1, rules: [] });
    expect(parseFaults({ seed: 9, rules: [{ fault: stall }] })).toEqual({
      seed: 9,
      rules: [{ path: '*', fault: stall }],
    });
    expect(fault({ type: 'latency', ms: 5 })).toEqual({ type: 'latency', ms: 5 });
    expect(fault({ type: 'rate-limit', retryAfter: '2' })).toEqual({ type: 'rate-limit', retryAfter: '2' });
    expect(fault({ type: 'internal-error' })).toEqual({ type: 'internal-error', exception: 'UnknownException' });
    expect(fault({ type: 'unavailable' })).toEqual({ type: 'unavailable', status: 503 });
    expect(fault({ type: 'not-synced' })).toEqual({ type: 'not-synced', delaySeconds: 1000 });
    expect(fault({ type: 'reset', afterBytes: 0 })).toEqual({ type: 'reset', afterBytes: 0 });
    expect(fault({ type: 'never-commits' })).toEqual({ type: 'never-commits', forget: false });
    expect(fault({ type: 'late-status' })).toEqual({ type: 'late-status', rounds: 5 });
    expect(fault({ type: 'stale-state', rounds: 2 })).toEqual({ type: 'stale-state', rounds: 2 });
    expect(fault({ type: 'malformed-json', body: '' })).toEqual({ type: 'malformed-json', body: '' });
  });

  it.each([
    ['rules', { rules: 5 }],
    ['rules[0]', [5]],
    ['rules[0].fault', [{}]],
    ['rules[0].fault.type', [{ fault: { type: 'flood' } }]],
    ['rules[0].fault.ms', [{ fault: { type: 'latency' } }]],
    ['rules[0].fault.ms', [{ fault: { type: 'stall', ms: 5 } }]],
    ['rules[0].path', [{ path: 'transaction', fault: stall }]],
    ['rules[0].nth[1]', [{ nth: [1, 0], fault: stall }]],
    ['rules[0].paths', [{ paths: '*', fault: stall }]],
    ['rules[0].probability', [{ probability: 'half', fault: stall }]],
    ['sead', { sead: 1 }],
  ])('is refused at %s', (path, json) => {
    expect(() => parseFaults(json)).toThrow(expect.objectContaining({ code: 'bad-field', path }));
  });
});

describe('a rule', () => {
  it('fits a path, a folder, or all', () => {
    const one = schedule({ path: '/transaction/submit', fault: stall });
    expect(befallen(one, 1, '/transaction/submit/')).toEqual(['stall']);
    expect(befallen(one, 1)).toEqual([undefined]);
    const folder = schedule({ path: '/transaction/*', fault: stall });
    expect(befallen(folder, 1)).toEqual(['stall']);
    expect(befallen(folder, 1, '/state/entity/details')).toEqual([undefined]);
  });

  it('counts the calls that fit', () => {
    expect(befallen(schedule({ nth: [2, 4], fault: stall }), 4)).toEqual([undefined, 'stall', undefined, 'stall']);
    expect(befallen(schedule({ from: 2, to: 3, fault: stall }), 4)).toEqual([undefined, 'stall', 'stall', undefined]);
    const once = schedule({ times: 1, fault: stall });
    expect(befallen(once, 3)).toEqual(['stall', undefined, undefined]);
    expect(once.report()).toMatchObject([{ calls: 3, fired: 1 }]);
  });

  it('gives way to an earlier one, but latencies add up', () => {
    const faults = schedule(
      { fault: { type: 'latency', ms: 5 } },
      { fault: stall },
      { fault: { type: 'rate-limit' } },
      { fault: { type: 'latency', ms: 7 } },
    );
    expect(faults.next('/')).toEqual({ delayMs: 12, fault: stall });
    expect(faults.report().map(({ fired }) => fired)).toEqual([1, 1, 0, 1]);
  });

  it('happens by chance, the same for the same seed', () => {
    const rules = [{ probability: 0.25, fault: stall }];
    const once = befallen(new FaultSchedule(parseFaults({ seed: 7, rules })), 1000);
    const again = befallen(new FaultSchedule(parseFaults({ seed: 7, rules })), 1000);
    const other = befallen(new FaultSchedule(parseFaults({ seed: 8, rules })), 1000);
    expect(again).toEqual(once);
    expect(other).not.toEqual(once);
    const count = once.filter((type) => type === 'stall').length;
    expect(count).toBeGreaterThan(200);
    expect(count).toBeLessThan(300);
  });
});
