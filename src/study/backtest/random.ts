import { blake2b } from '../../transaction/crypto.js';

/** Longest key that is hashed: ids, and what they are asked for. */
const encoder = new TextEncoder();

/**
 * Chance that depends on what is asked, not on when: the same seed and key give the same number, in any order and under
 * any policy. So policies meet the same luck, and differ by what they do alone.
 */
export class Chance {
  constructor(private readonly seed: number) {}

  /** At least 0, below 1. */
  uniform(purpose: string, key: string): number {
    const digest = blake2b(encoder.encode(`${this.seed}\n${purpose}\n${key}`));
    return digest.readUIntBE(0, 6) / 2 ** 48;
  }

  /** Milliseconds, log-normal: half of them below `p50`, one in twenty above `p95`. */
  delay(purpose: string, key: string, { p50, p95 }: Delay): number {
    if (p50 === 0) return 0;
    const sigma = Math.log(p95 / p50) / NORMAL_95;
    return Math.round(p50 * Math.exp(sigma * this.normal(purpose, key)));
  }

  /** Normal with mean 0 and deviation 1 (Box and Muller). */
  private normal(purpose: string, key: string): number {
    const digest = blake2b(encoder.encode(`${this.seed}\n${purpose}\n${key}`));
    const [a, b] = [(digest.readUIntBE(0, 6) + 1) / 2 ** 48, digest.readUIntBE(6, 6) / 2 ** 48];
    return Math.sqrt(-2 * Math.log(a)) * Math.cos(2 * Math.PI * b);
  }
}

/** A time that varies. */
export interface Delay {
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
}

/** The normal distribution's quantile of 95 %. */
const NORMAL_95 = 1.6448536269514722;

/** A small generator for resampling (mulberry32): fast, and the same on every machine. */
export function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
