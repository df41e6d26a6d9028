import { statSync } from 'node:fs';
import { SolverError } from '../base/error.js';
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

/** The lines of recordings, one after the other. Error: `unreadable-file`. */
export async function* readRecordings(files: readonly string[], io: Pick<Io, 'stdin'>): AsyncGenerator<RecordedLine> {
  for (const file of files) {
    for await (const { number, text } of readLines(file, io)) {
      yield { file, number, recording: read(text), bytes: (text?.length ?? 0) + 1 };
    }
  }
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
