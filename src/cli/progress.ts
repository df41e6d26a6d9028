import type { Writable } from 'node:stream';

/** Time without a word: what is done sooner needs none. */
const PATIENCE = 1000;
const INTERVAL = 200;

/** How far long work is: one line on a terminal that is written over. On anything else, nothing. */
export class Progress {
  private readonly started: number;
  private next: number;
  private shown = false;

  constructor(
    private readonly err: Writable & { readonly isTTY?: boolean },
    private readonly now: () => number = Date.now,
  ) {
    this.started = now();
    this.next = this.started + PATIENCE;
  }

  /** `text` is asked for only when it is shown; it gets the seconds since the start. */
  tell(text: (seconds: number) => string): void {
    if (!this.err.isTTY) return;
    const time = this.now();
    if (time < this.next) return;
    this.next = time + INTERVAL;
    this.shown = true;
    this.err.write(`\r${text((time - this.started) / 1000)}\u001b[K`);
  }

  /** Clears the line. */
  end(): void {
    if (this.shown) this.err.write('\r\u001b[K');
    this.shown = false;
  }
}

/** `[#####     ] 50 %`. */
export function progressBar(share: number, width = 24): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `[${'#'.repeat(filled)}${' '.repeat(width - filled)}] ${Math.floor(Math.min(1, share) * 100)} %`;
}
