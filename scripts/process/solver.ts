import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Compiles the solver beside the packages that it needs. Another run has a folder of its own: `name` and the process. */
export function build(name: string): { readonly entry: string; readonly folder: string } {
  const folder = resolve(`node_modules/.cache/${name}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const options = ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')];
  execFileSync('node_modules/.bin/tsc', options, { stdio: ['ignore', 'ignore', 'inherit'] });
  copyFileSync('package.json', join(folder, 'package.json'));
  return { entry: join(folder, 'dist/main.js'), folder };
}

export interface SolverProcess {
  readonly process: ChildProcess;
  /** Exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** The end of what it said. */
  readonly output: () => string;
}

/** `run` in a process of its own. `imports` are modules that it loads first. */
export function startSolver(
  entry: string,
  args: readonly string[],
  secret: string,
  imports: readonly string[] = [],
): SolverProcess {
  const flags = imports.flatMap((each) => ['--import', each]);
  const child = spawn(process.execPath, [...flags, entry, 'run', ...args], {
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
