import { LIMITS } from '../../src/transaction/limits.js';
import { arbitraryBytes } from '../../test/support/arbitraryLeaf.js';
import type { IntentPlan, TransactionPlan } from '../../test/support/arbitraryPlan.js';
import { arbitraryKey, hasSubintentRoot } from '../../test/support/arbitraryTree.js';
import { yieldToChild, yieldToParent } from '../../test/support/build.js';
import type { Chance } from '../../test/support/randomBundles.js';
import type { Mutation } from './mutationsTable.js';

/** How intents hang together (docs/protocol.md §5.3, §10.3). */

/** A subintent that yields once to each child and to its parent, at the time of the root. */
function plainSubintent(chance: Chance, plan: TransactionPlan, children: IntentPlan[] = []): IntentPlan {
  return {
    header: { ...plan.root.header, intentDiscriminator: BigInt(chance.below(2 ** 31)) },
    blobs: [],
    message: { type: 'None' },
    children,
    moreChildren: [],
    instructions: [...children.map((_, i) => yieldToChild(i)), yieldToParent()],
    signers: chance.often(0.3) ? [arbitraryKey(chance)] : [],
  };
}

function adopt(parent: IntentPlan, child: IntentPlan): void {
  parent.instructions.unshift(yieldToChild(parent.children.length));
  parent.children.push(child);
}

function all({ root, listed }: TransactionPlan): IntentPlan[] {
  return [root, ...listed];
}

export const STRUCTURE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a subintent twice',
    subintents: 1,
    apply: (chance, { plan }) => {
      plan.listed.splice(chance.below(plan.listed.length + 1), 0, chance.pick(plan.listed));
    },
  },
  {
    name: 'a subintent missing',
    subintents: 1,
    apply: (chance, { plan }) => {
      plan.listed.splice(chance.below(plan.listed.length), 1);
    },
  },
  {
    name: 'a child of nothing',
    apply: (chance, { plan }) => {
      chance.pick(all(plan)).moreChildren.push(arbitraryBytes(chance, 32));
    },
  },
  {
    name: 'a child twice in one list',
    subintents: 1,
    apply: (chance, { plan }) => {
      const parents = all(plan).filter(({ children }) => children.length > 0);
      if (parents.length === 0) return;
      const parent = chance.pick(parents);
      parent.children.push(chance.pick(parent.children));
    },
  },
  {
    name: 'unreachable subintents',
    apply: (chance, { plan }) => {
      const child = plainSubintent(chance, plan);
      const added = chance.often(0.5) ? [child] : [plainSubintent(chance, plan, [child]), child];
      for (const each of added) plan.listed.splice(chance.below(plan.listed.length + 1), 0, each);
    },
  },
  {
    name: 'two parents',
    subintents: 2,
    apply: (chance, { plan }) => {
      const child = chance.pick(plan.listed);
      // Only what does not hang below the child can name it: a hash cannot hold itself.
      const below = new Set<IntentPlan>();
      const collect = (intent: IntentPlan): void => {
        below.add(intent);
        intent.children.forEach(collect);
      };
      collect(child);
      const others = all(plan).filter((each) => !below.has(each) && !each.children.includes(child));
      if (others.length > 0) adopt(chance.pick(others), child);
    },
  },
  {
    name: 'a chain at its deepest',
    apply: (chance, { plan }) => {
      const limit = hasSubintentRoot(plan.kind) ? LIMITS.depthBelowSubintent : LIMITS.depthBelowTransaction;
      for (let chains = 1 + chance.below(3); chains > 0; chains--) {
        let top = plainSubintent(chance, plan);
        const made = [top];
        for (let depth = limit + chance.pick([-1, 0, 1, 1, 2]); depth > 1; depth--) {
          top = plainSubintent(chance, plan, [top]);
          made.push(top);
        }
        adopt(plan.root, top);
        plan.listed = chance.shuffle([...plan.listed, ...made]);
      }
    },
  },
  {
    name: 'subintents at their limit',
    apply: (chance, { plan }) => {
      const total = LIMITS.subintents + chance.below(3) - 1;
      while (plan.listed.length < total) {
        const added = plainSubintent(chance, plan);
        if (plan.root.children.length < LIMITS.childrenPerIntent) adopt(plan.root, added);
        else adopt(plan.listed[0]!, added);
        plan.listed.push(added);
      }
    },
  },
  {
    name: 'another order of subintents',
    subintents: 2,
    apply: (chance, { plan }) => {
      plan.listed = chance.shuffle(plan.listed);
    },
  },
  {
    name: 'children in another order than the yields know',
    subintents: 2,
    apply: (chance, { plan }) => {
      plan.root.children = chance.shuffle(plan.root.children);
    },
  },
];
