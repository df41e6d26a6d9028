import type { Writable } from 'node:stream';
import { type DestinationStream, type LoggerOptions, pino } from 'pino';
import type { SolverEvent } from './event.js';
import { fieldsOf } from './fields.js';
import { levelOf } from './level.js';

export interface LogOptions {
  /** The least that is written; one of pino's levels, or `silent`. */
  readonly level: string;
  /** Where to: a terminal gets text for people, all else a line of JSON for each event. */
  readonly out: Writable & { readonly fd?: number; readonly isTTY?: boolean };
  /** Loads what writes for people; where that is not installed, a terminal gets JSON, too. */
  readonly loadPretty?: () => Promise<Pretty>;
}

export interface Log {
  readonly observe: (event: SolverEvent) => void;
  /** Lines that found too much waiting before them. */
  readonly dropped: () => number;
  /** Writes what waits, unless that takes longer than a moment. What is told afterwards is lost. */
  readonly close: () => Promise<void>;
}

/** What may wait to be written: whoever reads the log too slowly loses lines, and never holds up the solver. */
const MAX_WAITING = 8 * 1024 * 1024;

const CLOSE_MS = 1_000;
/** A line waits at most so long for others. */
const FLUSH_MS = 50;

const OPTIONS: LoggerOptions = {
  base: null,
  messageKey: 'event',
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
};

interface Sink extends DestinationStream {
  readonly dropped: () => number;
  readonly close: () => Promise<void>;
}

/** Opens the log: one line an event, with its type as the message. */
export async function openLog({ level, out, loadPretty = importPretty }: LogOptions): Promise<Log> {
  const pretty = out.isTTY ? await loadPretty().catch(() => undefined) : undefined;
  const sink =
    pretty !== undefined ? prettySink(pretty, out) : out.fd !== undefined ? fileSink(out.fd) : streamSink(out);
  const logger = pino({ ...OPTIONS, level }, sink);
  return {
    observe(event) {
      const wanted = levelOf(event);
      if (logger.isLevelEnabled(wanted)) logger[wanted](fieldsOf(event), event.type);
    },
    dropped: sink.dropped,
    close: sink.close,
  };
}

type Pretty = Pick<typeof import('pino-pretty'), 'prettyFactory'>;

async function importPretty(): Promise<Pretty> {
  return (await import('pino-pretty')).default;
}

function prettySink(pretty: Pretty, out: Writable): Sink {
  const format = pretty.prettyFactory({
    messageKey: 'event',
    timestampKey: 'time',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
    colorize: true,
  });
  const lines = streamSink(out);
  return { ...lines, write: (line) => lines.write(format(line)) };
}

/** A pipe or a file, written by other threads: Node's own stream of a pipe makes the solver wait for its reader. */
function fileSink(fd: number): Sink {
  const file = pino.destination({
    ...{ fd, sync: false, maxLength: MAX_WAITING },
    // A write of each line would cost more than all else of it.
    ...{ minLength: 8_192, periodicFlush: FLUSH_MS },
  });
  let dropped = 0;
  let closed = false;
  file.on('drop', () => dropped++);
  // Nobody reads any more. The solver goes on: metrics and journal still tell.
  file.on('error', () => {});
  return {
    write(line) {
      if (!closed) file.write(line);
    },
    dropped: () => dropped,
    close: () =>
      soon((done) => {
        closed = true;
        // Standard output stays open: the library spares it.
        file.once('close', done);
        file.end();
      }),
  };
}

function streamSink(out: Writable): Sink {
  let dropped = 0;
  out.on('error', () => {});
  return {
    write(line) {
      if (out.writableLength > MAX_WAITING || !out.writable) dropped++;
      else out.write(line);
    },
    dropped: () => dropped,
    close: () => soon((done) => (out.writable ? out.write('', done) : done())),
  };
}

/** A reader that stands still must not keep the process from ending. */
function soon(work: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CLOSE_MS);
    work(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
