import { readFileSync } from 'node:fs';
import { attempt, type Check, fail, pass } from './check.js';

const MINIMUM: readonly [major: number, minor: number] = [20, 19];

export function versionCheck(solver: string, node: string = process.versions.node): Check {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const found = `anthic-solver ${solver}, Node ${node}, ${process.platform} ${process.arch}`;
  const isNew = major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
  return isNew ? pass('versions', found) : fail('versions', found, `install Node ${MINIMUM.join('.')} or newer`);
}

const REBUILD = 'npm rebuild sodium-native secp256k1 better-sqlite3 (needs a compiler where no prebuilt one fits)';

/** Each binding by itself: one may be missing altogether, which an import tells by throwing. */
export async function nativeChecks(load = loaders): Promise<Check[]> {
  const one = (name: string, work: () => Promise<boolean>): Promise<Check> =>
    attempt(name, REBUILD, async () =>
      (await work()) ? pass(name, 'native') : fail(name, 'runs as slow JavaScript', REBUILD),
    );
  return Promise.all([
    one('sodium-native', async () => (await load.crypto()).sodium),
    one('secp256k1', async () => (await load.crypto()).secp256k1),
    one('better-sqlite3', load.sqlite),
  ]);
}

const loaders = {
  crypto: async () => (await import('../../transaction/crypto.js')).nativeCrypto(),
  async sqlite(): Promise<boolean> {
    const { default: Sqlite } = await import('better-sqlite3');
    new Sqlite(':memory:').close();
    return true;
  },
};

/** A core dump would hold what a signature leaves on the native stack: parts of the key. */
export function coreDumpCheck(readLimits = () => readFileSync('/proc/self/limits', 'utf8')): Check {
  const name = 'core dumps';
  let limits: string;
  try {
    limits = readLimits();
  } catch {
    return pass(name, `the limit cannot be read on ${process.platform}: see to it that none are written`);
  }
  const [, soft] = /^Max core file size\s+(\S+)/m.exec(limits) ?? [];
  if (soft === '0') return pass(name, 'off');
  return fail(name, `limit ${soft ?? 'unknown'}`, 'ulimit -c 0 before the start, or LimitCORE=0 in the systemd unit');
}
