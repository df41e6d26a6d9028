import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The moments at which a child is killed: before and after each call of the journal's that writes. */
export const METHODS = ['receive', 'planAttempt', 'recordSubmission', 'recordAttemptState', 'finish'] as const;

export interface Step {
  readonly method: (typeof METHODS)[number];
  readonly when: 'before' | 'after';
  /** Which call of it, from 1. */
  readonly nth: number;
}

/** Compiles the solver beside the packages that it needs. Another run has a folder of its own. */
export function build(): { readonly entry: string; readonly folder: string } {
  const folder = resolve(`node_modules/.cache/crash-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const options = ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')];
  execFileSync('node_modules/.bin/tsc', options, { stdio: ['ignore', 'ignore', 'inherit'] });
  copyFileSync('package.json', join(folder, 'package.json'));
  return { entry: join(folder, 'dist/main.js'), folder };
}

/** Code that kills the process from within: no signal from outside hits the gap between two statements for certain. */
function trap(entry: string, { method, when, nth }: Step): string {
  const journal = pathToFileURL(join(entry, '../journal/journal.js'));
  const code = `
    const { Journal } = await import(${JSON.stringify(journal.href)});
    const original = Journal.prototype.${method};
    let calls = 0;
    const die = () => { process.kill(process.pid, 'SIGKILL'); for (;;); };
    Journal.prototype.${method} = function (...args) {
      const isIt = ++calls === ${nth};
      if (isIt && ${when === 'before'}) die();
      const result = original.apply(this, args);
      if (isIt) die();
      return result;
    };`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

export interface Child {
  readonly process: ChildProcess;
  /** Exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly output: () => string;
}

/** A solver in a process of its own. */
export function startChild(entry: string, args: readonly string[], secret: string, step?: Step): Child {
  const traps = step === undefined ? [] : ['--import', trap(entry, step)];
  const child = spawn(process.execPath, [...traps, entry, 'run', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ANTHIC_SOLVER_KEY: secret },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-20_000);
    });
  }
  const ended = once(child, 'close').then(([status, signal]) => (status ?? signal) as number | string);
  return { process: child, ended, output: () => output };
}
