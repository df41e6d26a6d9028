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

  /** How many are done, and their share of the work, which is asked for only when it is shown; undefined where unknown. */
  tell(count: number, what: string, share: () => number | undefined): void {
    if (!this.err.isTTY) return;
    const time = this.now();
    if (time < this.next) return;
    this.next = time + INTERVAL;
    this.shown = true;
    const done = share();
    const bar = done === undefined ? '' : `${progressBar(done)} `;
    const pace = Math.round((count * 1000) / (time - this.started));
    this.err.write(`\r${bar}${count} ${what}, ${pace} a second\u001b[K`);
  }

  /** Clears the line. */
  end(): void {
    if (this.shown) this.err.write('\r\u001b[K');
    this.shown = false;
  }
}

/** `[#####     ] 50 %`. */
function progressBar(share: number, width = 24): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `[${'#'.repeat(filled)}${' '.repeat(width - filled)}] ${Math.floor(Math.min(1, share) * 100)} %`;
}
