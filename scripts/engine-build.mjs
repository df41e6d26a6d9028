// Builds engine/ (the official Radix engine behind JSON lines) into a cache outside the checkout.
// The binary is keyed by what it is made of, so a second clone compiles nothing; cargo's own target
// folder lies in the cache too, so that changed sources of ours recompile our crate only.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SOURCE = resolve(dirname(fileURLToPath(import.meta.url)), '..', 'engine');
const NAME = process.platform === 'win32' ? 'anthic-engine.exe' : 'anthic-engine';
const PROGRESS_MS = 5_000;

function cacheFolder(env) {
  if (env.ANTHIC_ENGINE_CACHE) return resolve(env.ANTHIC_ENGINE_CACHE);
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'anthic-solver', 'engine');
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function key() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  const files = [join(SOURCE, 'Cargo.lock'), join(SOURCE, 'Cargo.toml'), ...filesBelow(join(SOURCE, 'src'))];
  const named = files.map((path) => [relative(SOURCE, path).split(sep).join('/'), path]);
  for (const [name, path] of named.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const content = readFileSync(path);
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

function binaryPath(env) {
  return join(cacheFolder(env), 'bin', key(), NAME);
}

/** The path of the built binary, or null when these sources have not been built yet. */
export function engineBinary(env = process.env) {
  const path = binaryPath(env);
  return existsSync(path) ? path : null;
}

/** Builds if need be and resolves to the path of the binary. */
export async function buildEngine({ env = process.env, log = (line) => process.stderr.write(`${line}\n`) } = {}) {
  const present = engineBinary(env);
  if (present !== null) return present;
  const cache = cacheFolder(env);
  mkdirSync(cache, { recursive: true });
  // All builders share cargo's target folder and so the place where it leaves the binary.
  const unlock = await lock(join(cache, 'lock'), log);
  try {
    return engineBinary(env) ?? (await buildAndPublish(cache, env, log));
  } finally {
    unlock();
  }
}

async function buildAndPublish(cache, env, log) {
  const binary = binaryPath(env);
  const target = join(cache, 'target');
  log('building the engine (about four minutes the first time on two cores) ...');
  await runCargo(['build', '--release', '--locked'], { ...env, CARGO_TARGET_DIR: target }, log);
  if (binaryPath(env) !== binary) throw new Error('engine/ changed while it was being built: build it again');
  // Published by renaming: nobody ever sees half a binary.
  mkdirSync(dirname(binary), { recursive: true });
  const staged = `${binary}.${process.pid}`;
  copyFileSync(join(target, 'release', NAME), staged);
  renameSync(staged, binary);
  return binary;
}

/** Takes the lock file, waiting for a living holder; the lock of a dead one is removed. */
async function lock(path, log) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      writeFileSync(path, `${process.pid}`, { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = holderOf(path);
    if (holder === undefined) rmSync(path, { force: true });
    else {
      if (attempt % 20 === 0) log(`waiting for another build of the engine (process ${holder}) ...`);
      await sleep(500);
    }
  }
}

function holderOf(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return error.code === 'EPERM' ? 'of another user' : undefined;
  }
}

function runCargo(args, env, log) {
  const terminal = process.stderr.isTTY === true;
  return new Promise((done, failed) => {
    const cargo = spawn('cargo', args, {
      cwd: SOURCE,
      env,
      stdio: ['ignore', 'ignore', terminal ? 'inherit' : 'pipe'],
    });
    let compiled = 0;
    let last = '';
    const tail = [];
    const started = Date.now();
    const seconds = () => Math.round((Date.now() - started) / 1000);
    const ticker = terminal
      ? undefined
      : setInterval(() => log(`  ${seconds()} s, ${compiled} crates: ${last}`), PROGRESS_MS);
    let rest = '';
    cargo.stderr?.setEncoding('utf8').on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) {
        if (/^\s*Compiling /.test(line)) compiled += 1;
        if (line.trim() !== '') last = line.trim();
        tail.push(line);
        if (tail.length > 60) tail.shift();
      }
    });
    cargo.on('error', (error) => {
      clearInterval(ticker);
      const missing =
        'cargo was not found: install Rust (https://rustup.rs) to build the engine, which only development, conformance and the sandbox need.';
      failed(error.code === 'ENOENT' ? new Error(missing) : error);
    });
    cargo.on('close', (code, signal) => {
      clearInterval(ticker);
      if (code === 0) return done();
      const output = [...tail, rest].join('\n').trim();
      failed(new Error(`cargo build failed (${signal ?? `exit code ${code}`})${output === '' ? '' : `:\n${output}`}`));
    });
  });
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  buildEngine().then(
    (path) => process.stdout.write(`${path}\n`),
    (error) => {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    },
  );
}
