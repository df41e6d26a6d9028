import type { CompositeRequirement } from '../../src/transaction/accessRule.js';
import type { Instruction } from '../../src/transaction/instruction.js';
import { LIMITS } from '../../src/transaction/limits.js';
import { arbitraryBytes, freshAddress } from '../../test/support/arbitraryLeaf.js';
import { buildPayload, type IntentPlan, type TransactionPlan } from '../../test/support/arbitraryPlan.js';
import { nestedValue } from '../../test/support/arbitraryValue.js';
import { callMethod, FAUCET, tuple } from '../../test/support/build.js';
import type { Chance } from '../../test/support/randomBundles.js';
import { levelsOf, pickIntent } from './generateDisturbed.js';
import type { Mutation } from './mutationsTable.js';

/** Counts, depths and lengths (docs/protocol.md §1.4, §5.1): one below, at and one above each limit. */

function around(chance: Chance, limit: number): number {
  return limit + chance.below(3) - 1;
}

/** The distinct static addresses of an intent: what else has sixty hex digits is nowhere in an instruction. */
function addressesOf(intent: IntentPlan): Set<string> {
  const found = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node === 'string') {
      if (/^[0-9a-f]{60}$/.test(node)) found.add(node);
    } else if (typeof node === 'object' && node !== null && !(node instanceof Uint8Array)) {
      for (const inner of Object.values(node)) walk(inner);
    }
  };
  walk(intent.instructions);
  return found;
}

/** Brings an intent to exactly `total` references, if it has fewer. */
function fillReferences(chance: Chance, intent: IntentPlan, total: number): void {
  const known = addressesOf(intent).add(FAUCET);
  const fields = [];
  for (let missing = total - known.size; missing > 0; missing--) {
    const value = freshAddress(chance);
    // Naming it twice must not count twice.
    fields.push({ kind: 'Address', value } as const);
    if (chance.often(0.1)) fields.push({ kind: 'Address', value } as const);
  }
  intent.instructions.unshift(callMethod(FAUCET, 'test', ...fields));
}

function deepRule(levels: number): CompositeRequirement {
  // A composite and its list take a level each.
  if (levels < 2) return { type: 'AnyOf', rules: [] };
  return { type: 'AllOf', rules: [deepRule(levels - 2)] };
}

function padTo(plan: TransactionPlan, length: number): void {
  plan.root.blobs = [Buffer.alloc(900_000)];
  const missing = length - buildPayload(plan).length;
  plan.root.blobs = [Buffer.alloc(900_000 + missing)];
}

/** So dear that it is done now and then only. */
export const LONG_PAYLOAD: Mutation = {
  name: 'payload at its longest',
  kinds: ['NotarizedTransactionV2'],
  apply: (chance, { plan }) => padTo(plan, around(chance, LIMITS.notarizedPayloadBytes)),
};

export const LIMIT_MUTATIONS: readonly Mutation[] = [
  {
    name: 'instructions at their limit',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      const missing = around(chance, LIMITS.instructionsPerIntent) - intent.instructions.length;
      const filler: Instruction = { type: 'DROP_AUTH_ZONE_PROOFS' };
      intent.instructions.unshift(...new Array<Instruction>(Math.max(0, missing)).fill(filler));
    },
  },
  {
    name: 'references of an intent at their limit',
    apply: (chance, { plan }) => fillReferences(chance, pickIntent(chance, plan), around(chance, LIMITS.references)),
  },
  {
    name: 'references of all intents at their limit',
    subintents: 1,
    apply: (chance, { plan }) => {
      const intents = [plan.root, ...plan.listed];
      const others = intents.slice(1).reduce((sum, intent) => sum + addressesOf(intent).size, 0);
      fillReferences(chance, plan.root, around(chance, LIMITS.references) - others);
    },
  },
  {
    name: 'blobs at their limit',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      const missing = around(chance, LIMITS.blobsPerIntent) - intent.blobs.length;
      for (let i = 0; i < missing; i++) intent.blobs.push(arbitraryBytes(chance, 3));
    },
  },
  {
    name: 'children at their limit',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      const missing = around(chance, LIMITS.childrenPerIntent) - intent.children.length;
      for (let i = 0; i < missing; i++) intent.moreChildren.push(arbitraryBytes(chance, 32));
    },
  },
  {
    name: 'arguments at their deepest',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      const levels = Math.min(23, levelsOf(plan, intent) + chance.below(3) - 1);
      // The bytes of a byte string are a level of their own, unless there are none.
      const bytes = { kind: 'Bytes', value: Buffer.alloc(chance.below(2)) } as const;
      const end = chance.often(0.4) ? bytes : undefined;
      intent.instructions.unshift(callMethod(FAUCET, 'test', nestedValue(chance, levels - 1, end)));
    },
  },
  {
    name: 'an access rule at its deepest',
    apply: (chance, { plan }) => {
      const intent = plan.listed.length > 0 ? chance.pick(plan.listed) : plan.root;
      // Two of the levels are the rule itself and its first list.
      const levels = levelsOf(plan, intent) + chance.below(5) - 4;
      const rule = { type: 'Protected', requirement: deepRule(Math.min(levels, 20)) } as const;
      intent.instructions.unshift({ type: 'VERIFY_PARENT', rule });
    },
  },
  {
    name: 'arguments that are no list',
    apply: (chance, { plan }) => {
      const args = nestedValue(chance, 1 + chance.below(3), tuple());
      pickIntent(chance, plan).instructions.unshift({ type: 'CALL_METHOD', address: FAUCET, method: 'test', args });
    },
  },
];
