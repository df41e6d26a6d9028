import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '../anthic/stream/clock.js';
import type { Pricing } from './pricing.js';
import { parsePricing } from './pricing.js';

export interface PricingFileOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly onChange: (pricing: Pricing) => void;
  /** The file changed, and cannot be used: what was read before stays. Told once for each change. */
  readonly onRefused: (error: unknown) => void;
}

/** The pricing file, looked at again and again: watching by the system misses changes on some file systems. */
export class PricingFile {
  private current: Pricing;
  private version: string;
  private cancel: () => void = () => {};

  /** Errors: `bad-pricing`, or that of a file that cannot be read. */
  constructor(private readonly options: PricingFileOptions) {
    this.version = this.readVersion();
    this.current = parsePricing(readFileSync(options.path, 'utf8'));
  }

  get pricing(): Pricing {
    return this.current;
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
    onChange(this.current);
  }

  /** Editors take the file away for a moment: that, too, is a version. */
  private readVersion(): string {
    const status = statSync(this.options.path, { throwIfNoEntry: false });
    return status === undefined ? 'missing' : `${status.mtimeMs} ${status.size} ${status.ino}`;
  }
}
