import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { JournalReader } from '../../journal/reader.js';
import { systemMessage } from '../error.js';
import { attempt, type Check, fail, pass } from './check.js';

/**
 * Whether the journal can be written, is of this network and holds what it should, beside a solver that may be running;
 * and its limits.
 */
export async function journalChecks(path: string, network: number): Promise<Check[]> {
  const advice = 'choose a --journal that this user can write, on a local disk';
  if (!existsSync(path)) return [await attempt('journal', advice, () => newJournalCheck(path, advice))];
  const limits: Check[] = [];
  const check = await attempt('journal', advice, () => {
    const refusal = whyUnwritable(path) ?? whyUnwritable(dirname(resolve(path)));
    if (refusal !== undefined) return fail('journal', refusal, advice);
    const reader = JournalReader.openReader(path);
    try {
      reader.checkNetwork(network);
      const { received, open, attempts, violations } = reader.verify();
      limits.push(limitCheck(reader));
      const counts = `${received} bundles received, ${open} open, ${attempts} attempts`;
      if (violations.length === 0) return pass('journal', counts);
      const found = `${violations.length} violations; ${counts}`;
      return fail('journal', found, `anthic-solver journal verify --journal ${path}; keep a copy, and report it`);
    } finally {
      reader.close();
    }
  });
  return [check, ...limits];
}

function newJournalCheck(path: string, advice: string): Check {
  const refusal = whyUnwritable(dirname(resolve(path)));
  if (refusal !== undefined) return fail('journal', refusal, advice);
  return pass('journal', `${path} does not exist yet: the first run makes it`);
}

function whyUnwritable(path: string): string | undefined {
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (error) {
    return `${path}: ${systemMessage(error)}`;
  }
}

function limitCheck(reader: JournalReader): Check {
  const stopped = reader.limits().filter(({ stoppedAt }) => stoppedAt !== null);
  if (stopped.length === 0) return pass('limits', 'none stops submissions until it is reset');
  const found = stopped.map(({ name, why }) => `${name}: ${why}`).join('; ');
  return fail('limits', found, 'find out why, then: anthic-solver limits reset');
}
