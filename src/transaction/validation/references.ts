import { KIND } from '../../sbor/kind.js';
import { Reader } from '../../sbor/reader.js';
import { type Value, value } from '../../sbor/value.js';
import { LIMITS } from '../limits.js';
import type { IntentCore } from '../model.js';
import { broken } from './error.js';

/**
 * References: the distinct static addresses, of any class, in an intent's instructions (docs/protocol.md §5.1).
 *
 * They are seldom many, and counting them costs more than all other rules together. So they are counted only where the
 * instructions are long enough to hold too many.
 */

/** In an array, without a kind byte of its own: sub-tag and node id. */
const SHORTEST_REFERENCE = 31;

/** The rule for one intent. */
export function checkReferences(core: IntentCore): void {
  if (mostReferences(core) <= LIMITS.references) return;
  const count = countReferences(core);
  if (count > LIMITS.references) throw tooMany('', count);
}

/** The rule for the whole transaction: counts are added, though intents may share addresses. */
export function checkTotalReferences(cores: readonly IntentCore[]): void {
  if (sum(cores, mostReferences) <= LIMITS.references) return;
  const count = sum(cores, countReferences);
  if (count > LIMITS.references) throw tooMany('AcrossTransaction', count);
}

function tooMany(location: 'AcrossTransaction' | '', count: number): Error {
  return broken('TooManyReferences', `expected at most ${LIMITS.references} addresses, got ${count}`, location);
}

function sum(cores: readonly IntentCore[], count: (core: IntentCore) => number): number {
  let total = 0;
  for (const core of cores) total += count(core);
  return total;
}

function mostReferences({ instructions }: IntentCore): number {
  return Math.floor(instructions.body.length / SHORTEST_REFERENCE);
}

/** Read untyped: an address is then one wherever it stands. */
function countReferences({ instructions }: IntentCore): number {
  const seen = new Set<string>();
  collect(value.decode(new Reader(instructions.body), KIND.Array), seen);
  return seen.size;
}

function collect(tree: Value, into: Set<string>): void {
  switch (tree.kind) {
    case 'Address':
      if (typeof tree.value === 'string') into.add(tree.value);
      break;
    case 'Tuple':
    case 'Enum':
      for (const field of tree.fields) collect(field, into);
      break;
    case 'Array':
      for (const element of tree.elements) collect(element, into);
      break;
    case 'Map':
      for (const [key, item] of tree.entries) {
        collect(key, into);
        collect(item, into);
      }
  }
}
