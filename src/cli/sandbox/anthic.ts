import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalAnthic } from '../../sandbox/anthic/anthic.js';
import { type AnthicSettings, parseAnthicSettings } from '../../sandbox/anthic/settings.js';
import { exampleSettings, startAnthicOn } from '../../sandbox/anthic/stand.js';
import type { Sandbox } from '../../sandbox/sandbox.js';
import type { SolverKey } from '../../transaction/solverKey.js';
import { systemMessage, unreadable, usageError } from '../error.js';
import { createKeyFile, readKeyFile } from '../keyFile.js';

export interface AnthicOptions {
  /** A settings file; true: those of the example. */
  readonly anthic: string | true;
  /** Where the keys are, or will be. */
  readonly keys: string;
  /** Of the Gateway; those of the example are the ones behind it. 0: any that are free. */
  readonly port: number;
}

/** A local Anthic and where the keys of who trades there are. */
export interface OpenedAnthic {
  readonly anthic: LocalAnthic;
  readonly files: Readonly<Record<string, string>>;
}

const MAKERS = ['maker-1', 'maker-2'];
const USERS = ['user', 'user-2'];
const SOLVER = 'solver';

/**
 * Starts an Anthic on the sandbox. Keys and API keys are in files that only their owner may read: those of an earlier run
 * serve again, and none is ever printed. Errors: `bad-usage` (settings), those of key files.
 */
export async function openAnthic(
  sandbox: Sandbox,
  options: AnthicOptions,
  parse: <T>(file: string, parse: (json: unknown) => T) => T,
): Promise<OpenedAnthic> {
  const { anthic: file, keys: folder, port } = options;
  const ports = port === 0 ? {} : { trade: port + 1, flash: port + 2, solver: port + 3 };
  makeFolder(folder);
  const files: Record<string, string> = {};
  const keyOf = (name: string): SolverKey => {
    const path = join(folder, `${name}.key`);
    files[name] = path;
    return existsSync(path) ? readKeyFile(path) : createKeyFile(path, 'Ed25519');
  };
  const users = USERS.map((name) => ({ name, key: keyOf(name) }));
  const solver = keyOf(SOLVER);
  const makers = file === true ? MAKERS.map((name) => ({ name, key: keyOf(name) })) : [];
  const key = keyOf('anthic');
  const settings: AnthicSettings =
    file === true
      ? exampleSettings(
          sandbox.world.network,
          makers.map(({ name, key: { publicKey } }) => {
            const path = join(folder, `${name}.api-key`);
            files[`${name} API key`] = path;
            return { publicKey, settings: { name, apiKey: apiKeyIn(path) } };
          }),
          ports,
        )
      : parse(file, parseAnthicSettings);
  const funded = [...users.map((user) => user.key), solver, ...makers.map((maker) => maker.key)];
  const fund = funded.map(({ publicKey }) => publicKey);
  const solvers = [{ name: SOLVER, publicKey: solver.publicKey }];
  const anthic = await startAnthicOn(sandbox, { settings, key, fund, users, solvers });
  return { anthic, files };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw usageError(`--keys: cannot make ${folder}: ${systemMessage(error)}`);
  }
}

function apiKeyIn(path: string): string {
  try {
    if (existsSync(path)) return readFileSync(path, 'utf8').trim();
    const key = randomBytes(24).toString('hex');
    writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(path, 0o600);
    return key;
  } catch (error) {
    throw unreadable(path, error);
  }
}
