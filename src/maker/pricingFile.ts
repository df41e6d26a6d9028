import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '../anthic/stream/clock.js';
import type { Pricing } from './pricing.js';
import { parsePricing } from './pricing.js';

export interface PricingFileOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** `ageMs`: since the file was changed, by its own word. */
  readonly onChange: (pricing: Pricing, ageMs: number) => void;
  /** The file changed, and cannot be used: what was read before stays. Told once for each change. */
  readonly onRefused: (error: unknown) => void;
}

/** The pricing file, looked at again and again: watching by the system misses changes on some file systems. */
export class PricingFile {
  private current: Pricing;
  private version: string;
  private changedAt = 0;
  private cancel: () => void = () => {};

  /** Errors: `bad-pricing`, or that of a file that cannot be read. */
  constructor(private readonly options: PricingFileOptions) {
    this.version = this.readVersion();
    this.current = parsePricing(readFileSync(options.path, 'utf8'));
  }

  get pricing(): Pricing {
    return this.current;
  }

  /** Milliseconds since the file was changed, when it was last looked at. */
  get ageMs(): number {
    return Math.max(0, this.options.clock.now() - this.changedAt);
  }

  start(): void {
    const { clock, intervalMs } = this.options;
    this.cancel = clock.after(intervalMs, () => {
      this.look();
      this.start();
    });
  }

  stop(): void {
    this.cancel();
  }

  private look(): void {
    const { path, onChange, onRefused } = this.options;
    // Before the file is read: a change between the two is seen the next time.
    const version = this.readVersion();
    if (version === this.version) return;
    this.version = version;
    try {
      this.current = parsePricing(readFileSync(path, 'utf8'));
    } catch (error) {
      onRefused(error);
      return;
    }
    onChange(this.current, this.ageMs);
  }

  /** Editors take the file away for a moment: that, too, is a version, and so is a folder that is closed. */
  private readVersion(): string {
    try {
      const { mtimeMs, size, ino } = statSync(this.options.path);
      this.changedAt = mtimeMs;
      return `${mtimeMs} ${size} ${ino}`;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'unreadable';
    }
  }
}
