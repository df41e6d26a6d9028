import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll } from 'vitest';
import type { Io } from '../../src/cli/io.js';
import { run } from '../../src/cli/program.js';

/** A stream that keeps what is written to it. */
export class Sink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line inside this process. */
export async function cli(args: readonly string[], stdin = '', env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const [stdout, stderr] = [new Sink(), new Sink()];
  const io: Io = { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr, env };
  const status = await run(args, io);
  return { status, stdout: stdout.text, stderr: stderr.text };
}

/** The objects that a command printed, one a line. */
export function jsonLines({ stdout }: Outcome): any[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** A folder of its own for a test file, removed afterwards. */
export function temporaryFolder(): {
  path(name: string): string;
  write(name: string, text: string, mode?: number): string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'anthic-solver-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  return {
    path,
    write(name, text, mode = 0o600) {
      writeFileSync(path(name), text, { mode });
      return path(name);
    },
  };
}
