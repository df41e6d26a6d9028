import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SolverError } from '../../base/error.js';

/** Names the engine's binary instead of the one in the cache. */
export const ENGINE_VARIABLE = 'ANTHIC_ENGINE';

/** The builder knows where it puts what it builds. It lies beside src/ and dist/ alike, and is no part of either. */
const BUILDER = new URL('../../../scripts/engine-build.mjs', import.meta.url);

interface Builder {
  engineBinary(env: NodeJS.ProcessEnv): string | null;
}

/** Where the engine's binary is. Error: `engine-missing`, which says what to run. */
export async function engineBinary(env: NodeJS.ProcessEnv, builder = BUILDER): Promise<string> {
  const named = env[ENGINE_VARIABLE];
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return resolve(named);
    throw missing(`there is no engine at ${named} (${ENGINE_VARIABLE})`);
  }
  const path = existsSync(builder) ? await fromBuilder(env, builder) : null;
  if (path === null) throw missing('the engine has not been built');
  return path;
}

async function fromBuilder(env: NodeJS.ProcessEnv, builder: URL): Promise<string | null> {
  try {
    const { engineBinary } = (await import(/* @vite-ignore */ builder.href)) as Builder;
    return engineBinary(env);
  } catch {
    return null; // an installation without the engine's sources
  }
}

function missing(what: string): SolverError {
  return new SolverError('engine-missing', `${what}: run \`npm run engine:build\` in a checkout of the project`);
}
