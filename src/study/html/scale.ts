/** Places numbers on a line of a chart. */
export interface Scale {
  (value: number): number;
  /** Round numbers within the domain. */
  readonly ticks: readonly number[];
}

/** From `[low, high]`, widened to round numbers, to `[from, to]`. */
export function linearScale(low: number, high: number, from: number, to: number, ticks = 5): Scale {
  // What differs by less than a chart can show is one value, and stands in the middle of its own size.
  const size = Math.max(Math.abs(low), Math.abs(high), 1e-12);
  const span = high - low > size * 1e-6 ? high - low : size;
  const step = roundStep(span / ticks);
  const start = Math.floor(low / step) * step;
  const end = Math.max(Math.ceil(high / step) * step, start + step);
  const place = (value: number): number => from + ((value - start) / (end - start)) * (to - from);
  const found: number[] = [];
  for (let index = Math.ceil(start / step - 1e-9); index * step <= end + step * 1e-9; index++) {
    found.push(Number((index * step).toPrecision(12)));
  }
  return Object.assign(place, { ticks: found });
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough * 0.999)!;
  return factor * power;
}

/** At most `most` evenly spread items, the first and the last among them. */
export function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))]!);
}
