import { statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { SolverError } from '../base/error.js';
import { reasonOf } from '../settlement/decline.js';
import { parseRecording, type Recording } from '../solver/recording.js';
import { readLines } from './input.js';
import type { Io } from './io.js';

/** A line of a recording that was read, and how far it is into its file. */
export interface RecordedLine {
  readonly file: string;
  readonly number: number;
  /** What is wrong, where it is no recording. */
  readonly recording: Recording | SolverError;
  readonly bytes: number;
}

/** Bytes of recordings together, of which `RecordedLine.bytes` are a part; undefined where a pipe is among them. */
export function recordedBytes(files: readonly string[]): number | undefined {
  const sizes = files.map((file) => statSync(file, { throwIfNoEntry: false })?.size || undefined);
  return sizes.reduce((sum, size) => (sum === undefined || size === undefined ? undefined : sum + size), 0);
}

/**
 * The lines of recordings, one after the other. Files are read in the order in which they were recorded, since what came
 * together is decided together; pipes, which can be read once only, as they are named. Error: `unreadable-file`.
 */
export async function* readRecordings(files: readonly string[], io: Pick<Io, 'stdin'>): AsyncGenerator<RecordedLine> {
  for (const file of await oldestFirst(files, io)) yield* readRecording(file, io);
}

async function* readRecording(file: string, io: Pick<Io, 'stdin'>): AsyncGenerator<RecordedLine> {
  for await (const { number, text } of readLines(file, io)) {
    yield { file, number, recording: read(text), bytes: (text?.length ?? 0) + 1 };
  }
}

async function oldestFirst(files: readonly string[], io: Pick<Io, 'stdin'>): Promise<readonly string[]> {
  const canBeReadAgain = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
  if (files.length < 2 || !files.every(canBeReadAgain)) return files;
  const starts: { readonly file: string; readonly start: number }[] = [];
  for (const file of files) starts.push({ file, start: await startOf(file, io) });
  return starts.sort((a, b) => a.start - b.start).map(({ file }) => file);
}

/** When the first message of a file came. One without any may stand anywhere. */
async function startOf(file: string, io: Pick<Io, 'stdin'>): Promise<number> {
  for await (const { recording } of readRecording(file, io)) {
    if (!(recording instanceof SolverError)) return recording.receivedAt;
  }
  return 0;
}

function read(text: string | undefined): Recording | SolverError {
  if (text === undefined) return new SolverError('line-too-long', 'expected a shorter line');
  try {
    return parseRecording(text);
  } catch (error) {
    if (error instanceof SolverError) return error;
    throw error;
  }
}

/** Lines that are no recordings: figures go on without them, and what is wrong with the first is said. */
export class UnreadLines {
  private count = 0;
  private first = '';

  add({ file, number }: RecordedLine, error: SolverError): void {
    if (this.count === 0) this.first = `${file}:${number}: ${reasonOf(error).message}`;
    this.count++;
  }

  tell(err: Writable): void {
    if (this.count === 0) return;
    const more = this.count === 1 ? '' : `, and ${this.count - 1} more lines that are no recordings`;
    err.write(`warning: ${this.first}${more}\n`);
  }
}
