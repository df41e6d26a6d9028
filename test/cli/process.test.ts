import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './support.js';

/** What only a process of its own shows: streams that end early, exit status, what is loaded. */

const folder = temporaryFolder();
const vectors = 'fixtures/vectors/cuttlefish-part2/basic_subintents_part2/';
const hex = readFileSync(`${vectors}005--trading_with_subintent.hex`, 'utf8').trim();

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], options: { closeAfter?: number; stdin?: string } = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', ...args]);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (options.closeAfter !== undefined && stdout.length > options.closeAfter) child.stdout.destroy();
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
    child.stdin.end(options.stdin ?? '');
  });
}

describe('the process', () => {
  it('reads standard input and exits with 0', async () => {
    const ended = await start(['inspect', '-', '--json'], { stdin: `${hex}\nzz\n` });
    expect([ended.status, ended.stderr]).toEqual([0, '']);
    expect(ended.stdout.trim().split('\n')).toHaveLength(2);
  });

  it('ends quietly when its reader leaves', async () => {
    const many = folder.write('many', `${hex}\n`.repeat(2000));
    const ended = await start(['inspect', many, '--json', '--manifest'], { closeAfter: 1000 });
    expect([ended.status, ended.stderr]).toEqual([0, '']);
  });

  it('exits with the status of its error', async () => {
    expect((await start(['inspect', 'no-such-file'])).status).toBe(3);
    expect((await start(['--nonsense'])).status).toBe(2);
  });
});
