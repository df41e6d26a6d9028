import type { Instruction } from '../../src/transaction/instruction.js';
import type { IntentPlan, TransactionPlan } from '../../test/support/arbitraryPlan.js';
import { arbitraryRule, validConstraints } from '../../test/support/arbitraryRule.js';
import { hasSubintentRoot } from '../../test/support/arbitraryTree.js';
import { bucketValue, proofValue, tuple, yieldToChild, yieldToParent } from '../../test/support/build.js';
import { editInstructions, levelsOf, pickIntent } from './generateDisturbed.js';
import { anywhere, call, type NextIds, POP, SNIPPETS, TAKE } from './mutationsSnippets.js';
import type { Mutation } from './mutationsTable.js';

/** The rules of manifests (docs/protocol.md §5.4, §10.4). */

function nextIds({ instructions }: IntentPlan): NextIds {
  const count = (test: RegExp) => instructions.filter(({ type }) => test.test(type)).length;
  return {
    bucket: count(/^TAKE_/),
    proof: count(/^(POP_|CLONE_|CREATE_PROOF_)/),
    reservation: count(/^ALLOCATE_/),
  };
}

function endsWithYield(plan: TransactionPlan, intent: IntentPlan): boolean {
  return intent !== plan.root || hasSubintentRoot(plan.kind);
}

/** Before the last yield of a subintent, at the end of a root. */
function append(plan: TransactionPlan, intent: IntentPlan, added: readonly Instruction[]): void {
  const end = intent.instructions.length - (endsWithYield(plan, intent) ? 1 : 0);
  intent.instructions.splice(Math.max(0, end), 0, ...added);
}

const SNIPPET_MUTATIONS = Object.entries(SNIPPETS).map(
  ([name, make]): Mutation => ({
    name,
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      append(plan, intent, make(nextIds(intent), chance));
    },
  }),
);

export const MANIFEST_MUTATIONS: readonly Mutation[] = [
  ...SNIPPET_MUTATIONS,
  {
    name: 'instructions disturbed',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      for (let edits = 1 + chance.below(3); edits > 0; edits--)
        editInstructions(chance, intent, levelsOf(plan, intent));
    },
  },
  {
    name: 'an id changed',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      const { instructions } = intent;
      const at = instructions.flatMap((each, i) => ('bucket' in each || 'proof' in each ? [i] : []));
      if (at.length === 0) return;
      const i = chance.pick(at);
      const id = chance.below(6);
      const each = instructions[i]!;
      instructions[i] = 'bucket' in each ? { ...each, bucket: id } : ({ ...each, proof: id } as Instruction);
    },
  },
  {
    name: 'blobs taken away',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      intent.blobs = intent.blobs.filter(() => chance.often(0.3));
    },
  },
  {
    name: 'next call asserted at the end',
    apply: (chance, { plan }) => {
      const constraints = validConstraints(chance);
      pickIntent(chance, plan).instructions.push({ type: 'ASSERT_NEXT_CALL_RETURNS_ONLY', constraints });
    },
  },
  {
    name: 'next call asserted before the last yield',
    apply: (chance, { plan }) => {
      const constraints = validConstraints(chance);
      append(plan, pickIntent(chance, plan), [{ type: 'ASSERT_NEXT_CALL_RETURNS_ONLY', constraints }]);
    },
  },
  {
    name: 'a proof yielded',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      const { proof } = nextIds(intent);
      const fields = [proofValue(chance.often(0.5) ? proof : proof + 5), bucketValue(99)];
      const wrapped = chance.often(0.5) ? fields : [tuple(...chance.shuffle(fields))];
      const yields = intent.children.length > 0 ? yieldToChild(0, ...wrapped) : yieldToParent(...wrapped);
      append(plan, intent, [POP, yields]);
    },
  },
  {
    name: 'a child that is not there',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      append(plan, intent, [yieldToChild(anywhere(chance, intent.children.length), bucketValue(99))]);
    },
  },
  {
    name: 'one yield more, or one less',
    subintents: 1,
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      if (chance.often(0.5)) {
        const child = chance.below(Math.max(1, intent.children.length));
        append(plan, intent, [chance.often(0.5) ? yieldToParent() : yieldToChild(child)]);
        return;
      }
      const at = intent.instructions.findIndex(({ type, ...fields }) => {
        const { args } = fields as { args?: { fields?: readonly unknown[] } };
        return type.startsWith('YIELD_') && args?.fields?.length === 0;
      });
      if (at !== -1) intent.instructions.splice(at, 1);
    },
  },
  {
    name: 'a root that speaks to its parent',
    apply: (chance, { plan }) => {
      const added: Instruction = chance.often(0.5)
        ? yieldToParent(bucketValue(99))
        : { type: 'VERIFY_PARENT', rule: arbitraryRule(chance) };
      append(plan, plan.root, [added]);
    },
  },
  {
    name: 'an end that is no yield',
    apply: (chance, { plan }) => {
      const intent = pickIntent(chance, plan);
      if (chance.often(0.3)) intent.instructions = [];
      else if (chance.often(0.5)) intent.instructions.pop();
      else intent.instructions.push(chance.pick([TAKE, POP, call(), { type: 'DROP_ALL_PROOFS' }]));
    },
  },
];
