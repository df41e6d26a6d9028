import { access, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, systemClock } from '../anthic/stream/clock.js';
import type { RecordingEvent } from '../observe/event.js';
import { type Knowledge, knowledgeFields } from './knowledge.js';
import type { Recording } from './recording.js';

/** What is recorded of a pushed message, with what was known. */
export type Recorded = Omit<Recording, keyof Knowledge | 'balances'> & Partial<Knowledge>;

/** A message that the solver has yet to decide on. */
export interface Undecided {
  /** Resolves when it has; never rejects. */
  readonly decided: Promise<void>;
  /** What is known of the message now; never throws. */
  known(): Knowledge;
}

interface Entry {
  recorded: Recorded;
  /** Ends the wait for a decision; undefined where none is waited for. */
  release: (() => void) | undefined;
}

/** The part of a file's handle that is used: a test can fill the disk. */
export interface RecordingFile {
  write(data: Uint8Array, offset: number): Promise<{ bytesWritten: number }>;
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  stat(): Promise<{ size: number }>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface RecorderOptions {
  /** Appended to, and made where it does not exist. No other process may write to it. */
  readonly file: string;
  readonly onEvent?: (event: RecordingEvent) => void;
  /** Size at which a file is put aside. */
  readonly maxBytes?: number;
  /** How many files that were put aside are kept. */
  readonly keep?: number;
  /** Bounds of what waits to be written: messages, and the characters in them. */
  readonly maxQueued?: number;
  readonly maxQueuedLength?: number;
  /** How long a failed disk is left alone. */
  readonly retryAfterMs?: number;
  /** How long a message waits for a decision before it is written without. */
  readonly holdMs?: number;
  readonly clock?: Clock;
  readonly open?: (file: string) => Promise<RecordingFile>;
}

const NEWLINE = 0x0a;

/**
 * Writes recordings that `replay` reads (docs/architecture.md, recordings), beside the hot path: `record` only puts the
 * message into a bounded queue. Each line is one write, so that a SIGKILL tears at most the last one. Messages are written in
 * the order in which they came, each as soon as it is decided on or has waited for that too long: a replay knows what the
 * solver knew.
 *
 * Before `run.jsonl` would grow past its limit it becomes `run-20260131T235959123Z.jsonl`: `run*.jsonl` names all, in
 * the order of time. The oldest are deleted.
 */
export class Recorder {
  private readonly options: Required<RecorderOptions>;
  private readonly queue: Entry[] = [];
  private queuedLength = 0;
  private handle: RecordingFile | undefined;
  private size = 0;
  private written_ = 0;
  private dropped_ = 0;
  private droppedNow = 0;
  /** No line was written since one failed. */
  private failing = false;
  /** Set while a failed disk is left alone. */
  private cancelRetry: (() => void) | undefined;
  private closed = false;
  private writing: Promise<void> | undefined;

  constructor(options: RecorderOptions) {
    this.options = {
      onEvent: () => {},
      maxBytes: 64 * 1024 * 1024,
      keep: 15,
      maxQueued: 10_000,
      maxQueuedLength: 32 * 1024 * 1024,
      retryAfterMs: 10_000,
      holdMs: 2_000,
      clock: systemClock,
      open: (file) => open(file, 'a+'),
      ...options,
    };
  }

  /** Counts since the start. `written` + `dropped` + `queued` is what was given. */
  stats(): { written: number; dropped: number; queued: number; failing: boolean } {
    return { written: this.written_, dropped: this.dropped_, queued: this.queue.length, failing: this.failing };
  }

  /**
   * Takes a message to be written soon, or when it is decided on. Never waits and never throws; what finds the queue full is
   * dropped.
   */
  record(recorded: Recorded, undecided?: Undecided): void {
    const { maxQueued, maxQueuedLength } = this.options;
    const length = this.queuedLength + recorded.frame.length;
    if (this.closed || this.queue.length >= maxQueued || (length > maxQueuedLength && this.queue.length > 0)) {
      this.drop(1);
    } else {
      const entry: Entry = { recorded, release: undefined };
      if (undecided !== undefined) this.hold(entry, undecided);
      this.queue.push(entry);
      this.queuedLength = length;
    }
    this.goOn();
  }

  private hold(entry: Entry, { decided, known }: Undecided): void {
    const { clock, holdMs } = this.options;
    const release = (): void => {
      if (entry.release === undefined) return;
      entry.release = undefined;
      cancel();
      entry.recorded = { ...entry.recorded, ...known() };
    };
    const goOn = (): void => {
      release();
      this.goOn();
    };
    const cancel = clock.after(holdMs, goOn);
    entry.release = release;
    void decided.then(goOn);
  }

  /** Writes what is queued, on a disk that failed by one more try, and closes the file. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancelRetry?.();
    for (const { release } of this.queue) release?.();
    await this.writing;
    if (this.queue.length > 0) await this.write();
    if (this.queue.length > 0) this.drop(this.queue.splice(0).length);
    this.queuedLength = 0;
    await this.release();
  }

  private goOn(): void {
    if (this.cancelRetry === undefined && !this.closed) this.start();
  }

  private start(): void {
    // Not within the call of `record`, whose caller is in a hurry.
    this.writing ??= nextTurn().then(() => this.write());
  }

  private async write(): Promise<void> {
    try {
      for (let next = this.queue[0]; next !== undefined && next.release === undefined; next = this.queue[0]) {
        const line = encode(next.recorded);
        if (line !== undefined) await this.append(line);
        this.queue.shift();
        this.queuedLength -= next.recorded.frame.length;
        if (line === undefined) this.drop(1);
        else this.written_++;
      }
      if (this.droppedNow > 0) this.tellDropped();
      this.droppedNow = 0;
    } catch (error) {
      await this.fail(error);
    } finally {
      this.writing = undefined;
    }
  }

  private drop(count: number): void {
    const before = this.droppedNow;
    this.dropped_ += count;
    this.droppedNow += count;
    if (Math.floor(Math.log2(before)) !== Math.floor(Math.log2(this.droppedNow))) this.tellDropped();
  }

  private tellDropped(): void {
    this.tell({ type: 'recording-dropped', file: this.options.file, count: this.droppedNow, total: this.dropped_ });
  }

  private async append(line: Uint8Array): Promise<void> {
    if (this.handle === undefined) await this.acquire();
    if (this.size > 0 && this.size + line.length > this.options.maxBytes) await this.rotate();
    const { bytesWritten } = await this.handle!.write(line, 0);
    if (bytesWritten < line.length) {
      // The disk is full in the middle of the line. Taken back, the line leaves a file that ends with a whole one.
      await this.handle!.truncate(this.size).catch(() => {});
      throw Object.assign(new Error(`wrote ${bytesWritten} of ${line.length} bytes`), { code: 'ENOSPC' });
    }
    this.size += line.length;
    if (!this.failing) return;
    this.failing = false;
    this.tell({ type: 'recording-resumed', file: this.options.file });
  }

  /** Opens the file. A torn last line, left by a process that was killed, is ended: the next must not be glued to it. */
  private async acquire(): Promise<void> {
    const handle = await this.options.open(this.options.file);
    this.handle = handle;
    this.size = (await handle.stat()).size;
    if (this.size === 0) return;
    const last = new Uint8Array(1);
    await handle.read(last, 0, 1, this.size - 1);
    if (last[0] === NEWLINE) return;
    await handle.write(Uint8Array.of(NEWLINE), 0);
    this.size++;
  }

  private async rotate(): Promise<void> {
    const { file, keep, clock } = this.options;
    const directory = dirname(file);
    const extension = extname(file);
    const stem = `${basename(file, extension)}-`;
    await this.release();
    // Two in a millisecond, or a clock that was set back: nothing may be overwritten.
    let at = clock.now();
    const path = () => join(directory, `${stem}${new Date(at).toISOString().replace(/[-:.]/g, '')}${extension}`);
    while (await exists(path())) at++;
    const to = path();
    await rename(file, to);
    const aside = (await readdir(directory)).filter((name) => {
      const stamp = name.slice(stem.length, name.length - extension.length);
      return name.startsWith(stem) && name.endsWith(extension) && /^\d{8}T\d{9}Z$/.test(stamp);
    });
    const oldest = aside.sort().slice(0, Math.max(0, aside.length - keep));
    const deleted = oldest.map((name) => join(directory, name));
    for (const old of deleted) await unlink(old);
    await this.acquire();
    this.tell({ type: 'recording-rotated', file, to, deleted });
  }

  /** The message stays first in the queue. The file is opened anew at the next try: it may be another one by then. */
  private async fail(error: unknown): Promise<void> {
    const { file, clock, retryAfterMs } = this.options;
    await this.release();
    if (!this.closed) {
      this.cancelRetry = clock.after(retryAfterMs, () => {
        this.cancelRetry = undefined;
        this.start();
      });
    }
    if (this.failing) return;
    this.failing = true;
    const { code = 'internal', message } = error as Error & { code?: string };
    this.tell({ type: 'recording-stopped', file, code, detail: message });
  }

  private async release(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close().catch(() => {});
  }

  private tell(event: RecordingEvent): void {
    try {
      this.options.onEvent(event);
    } catch {
      // Whoever listens cannot stop the recording, and there is nobody else to tell.
    }
  }
}

/** A line of a recording, its newline included: what `parseRecording` reads. */
export function recordingLine({ receivedAt, network, epoch, timestamp, frame, ...known }: Recorded): string {
  const line = {
    receivedAt: new Date(receivedAt).toISOString(),
    network,
    epoch: Number(epoch),
    proposerTimestamp: Number(timestamp),
    frame,
    ...knowledgeFields(known, network),
  };
  return `${JSON.stringify(line)}\n`;
}

/** Undefined for what no line can hold, such as a time that is none: the messages behind it must not wait for it. */
function encode(recorded: Recorded): Uint8Array | undefined {
  try {
    return Buffer.from(recordingLine(recorded));
  } catch {
    return undefined;
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
