import { readFileSync } from 'node:fs';

/** Processor time that a process has had, in milliseconds (Linux counts hundredths of a second). */
function processorMs(pid: number): number {
  const [, fields] = /\) (.*)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))!;
  const [user, system] = fields!.split(' ').slice(11, 13).map(Number);
  return (user! + system!) * 10;
}

/** Resident memory of a process in megabytes (Linux). */
function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

const SAMPLE_MS = 500;
/** Compilers and caches fill up meanwhile: a part of the run. */
const WARM_UP = 0.25;
/** What the last third may have more than the first. */
export const MARGIN = 0.1;
/** Below that no growth can be told from the warming up. */
const JUDGED_FROM_MS = 120_000;

export interface Consumption {
  readonly processorMs: number;
  /** Medians of the thirds, the warm-up left out; megabytes. */
  readonly first: number;
  readonly last: number;
  readonly peak: number;
  readonly judged: boolean;
  readonly flat: boolean;
}

/** Samples a process until it is asked what came of it. */
export function watchProcess(pid: number): () => Consumption {
  const processorBefore = processorMs(pid);
  const samples: number[] = [];
  const sample = () => samples.push(residentMegabytes(pid));
  sample();
  const timer = setInterval(sample, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    sample();
    const warm = samples.slice(Math.floor(samples.length * WARM_UP));
    const third = Math.max(1, Math.floor(warm.length / 3));
    const [first, last] = [median(warm.slice(0, third)), median(warm.slice(-third))];
    const judged = samples.length * SAMPLE_MS >= JUDGED_FROM_MS;
    const memory = { first, last, peak: Math.max(...samples), judged, flat: !judged || last <= first * (1 + MARGIN) };
    return { ...memory, processorMs: processorMs(pid) - processorBefore };
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
