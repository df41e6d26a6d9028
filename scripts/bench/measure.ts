import { performance } from 'node:perf_hooks';

/** Times of one thing, in microseconds. */
export interface Times {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** Times `work` one call at a time, after a warm-up. */
export function measure(work: () => void, count: number, warmUp = count): Times {
  for (let i = 0; i < warmUp; i++) work();
  const times = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    work();
    times[i] = (performance.now() - start) * 1000;
  }
  return percentiles(times);
}

const TURN = 20;

/** Times several things in turns of a few calls, so that a change of the machine's speed meets all of them alike. */
export function measureTogether<K extends string>(works: Record<K, () => void>, count: number): Record<K, Times> {
  const names = Object.keys(works) as K[];
  for (const name of names) for (let i = 0; i < count; i++) works[name]();
  const times = Object.fromEntries(names.map((name) => [name, new Float64Array(count)])) as Record<K, Float64Array>;
  for (let first = 0; first < count; first += TURN) {
    for (const name of names) {
      for (let i = first; i < Math.min(first + TURN, count); i++) {
        const start = performance.now();
        works[name]();
        times[name][i] = (performance.now() - start) * 1000;
      }
    }
  }
  return Object.fromEntries(names.map((name) => [name, percentiles(times[name])])) as Record<K, Times>;
}

/** Of microseconds in any order. */
export function percentiles(values: Iterable<number>): Times {
  const times = Float64Array.from(values).sort();
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}
