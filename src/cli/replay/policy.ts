import { readFileSync } from 'node:fs';
import { BEST, type Policy, SINGLE } from '../../settlement/policy.js';
import { PolicyError, readPolicy } from '../../settlement/policyFile.js';
import { unreadable, usageError } from '../error.js';

const BUILT_IN: readonly Policy[] = [SINGLE, BEST];

/** The policy of a name or of a file. Errors: `unreadable-file`; bad usage, naming the field. */
export function loadPolicy(given: string): Policy {
  const named = BUILT_IN.find(({ name }) => name === given);
  if (named !== undefined) return named;
  let text: string;
  try {
    text = readFileSync(given, 'utf8');
  } catch (cause) {
    const names = BUILT_IN.map(({ name }) => name).join(', ');
    throw unreadable(`policy ${given} (neither a file nor one of ${names})`, cause);
  }
  try {
    return readPolicy(JSON.parse(text), given);
  } catch (error) {
    if (error instanceof PolicyError) throw usageError(error.message, { path: error.path });
    throw usageError(`${given}: expected JSON: ${(error as Error).message}`);
  }
}
