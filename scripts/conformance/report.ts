import { appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A case in which the two implementations differ: what it takes to look at it again, and both verdicts. */
export interface Difference {
  readonly suite: string;
  readonly index: number;
  /** What was made, or what was done to it. */
  readonly label: string;
  readonly kind: string;
  readonly network: number;
  readonly hex: string;
  readonly official: unknown;
  readonly ours: unknown;
}

const PROGRESS_MILLIS = 2000;
/** Enough to see a pattern; a broken build would otherwise fill the disk. */
const MOST_WRITTEN = 1000;

/** Progress on stderr; every difference into a file of JSON lines, made when the first one occurs. */
export class Report {
  readonly path: string;
  written = 0;
  private lastProgress = 0;

  constructor(
    private readonly seed: number,
    private readonly say: (line: string) => void,
    folder: string = tmpdir(),
  ) {
    this.path = join(folder, `anthic-conformance-${seed}-${process.pid}.jsonl`);
  }

  /** Now and then; `force` for what must not be missed. */
  progress(text: string, force = false): void {
    const now = Date.now();
    if (!force && now - this.lastProgress < PROGRESS_MILLIS) return;
    this.lastProgress = now;
    this.say(text);
  }

  difference(difference: Difference): void {
    this.written++;
    if (this.written <= MOST_WRITTEN) {
      appendFileSync(this.path, `${JSON.stringify({ seed: this.seed, ...difference })}\n`);
    }
    if (this.written <= 20) {
      const { suite, index, label, official, ours } = difference;
      this.say(`${suite} ${index} (${label}): official ${brief(official)}, ours ${brief(ours)}`);
    }
  }
}

function brief(verdict: unknown): string {
  const text = JSON.stringify(verdict) ?? String(verdict);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
