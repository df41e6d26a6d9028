import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { unreadable } from './error.js';
import type { Io } from './io.js';

/** Stands for standard input where a file is named. */
export const STDIN = '-';

/** Longest line that is kept: the largest payload there is, a frame of sixteen items, many times over. */
export const MAX_LINE = 16 * 1024 * 1024;

/** A line that is not blank. `text` is undefined where it was longer than allowed, and is then not kept in memory. */
export interface Line {
  /** 1-based, blank lines counted. */
  readonly number: number;
  readonly text: string | undefined;
}

const NEWLINE = 0x0a;

/**
 * The lines of a file or of standard input, as a stream: memory holds one line, whatever the file's size. White space
 * around a line is dropped, blank lines are skipped.
 * Error: `unreadable-file`.
 */
export async function* readLines(path: string, io: Pick<Io, 'stdin'>, maxLength = MAX_LINE): AsyncGenerator<Line> {
  const stream: Readable = path === STDIN ? io.stdin : createReadStream(path, { highWaterMark: 256 * 1024 });
  let number = 0;
  let parts: Buffer[] = [];
  let length = 0;

  const add = (part: Buffer): void => {
    length += part.length;
    if (length > maxLength) parts = [];
    else parts.push(part);
  };
  const finish = (): Line | undefined => {
    number++;
    const text = length > maxLength ? undefined : lineText(parts);
    parts = [];
    length = 0;
    return text === '' ? undefined : { number, text };
  };

  try {
    for await (const data of stream) {
      const chunk: Buffer = typeof data === 'string' ? Buffer.from(data) : data;
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        add(chunk.subarray(start, end));
        start = end + 1;
        const line = finish();
        if (line !== undefined) yield line;
      }
      if (start < chunk.length) add(chunk.subarray(start));
    }
  } catch (cause) {
    throw unreadable(path === STDIN ? 'standard input' : path, cause);
  }
  if (length > 0) {
    const last = finish();
    if (last !== undefined) yield last;
  }
}

/** White space around a line means nothing; a byte order mark counts as such. */
function lineText(parts: readonly Buffer[]): string {
  return (parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString('utf8').trim();
}
