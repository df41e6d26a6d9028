import { equalBytes, toHex } from '../../base/bytes.js';
import { hashKey, subintentHash } from '../hash.js';
import { LIMITS } from '../limits.js';
import { broken } from './error.js';
import type { Yields } from './manifest.js';
import { type IntentTree, subintentKey } from './tree.js';

/** Where a subintent hangs: the index of its parent (`ROOT` or a non-root subintent) and its place among the siblings. */
export interface Parent {
  readonly intent: number;
  readonly child: number;
}

export const ROOT = -1;

/**
 * The relationships between intents (docs/protocol.md §5.3): every subintent hangs exactly once below the root, no
 * deeper than allowed. The order of findings is that of §10.3. Returns the parent of each subintent.
 */
export function checkStructure(tree: IntentTree): readonly Parent[] {
  if (isOneBelowRoot(tree)) return ONE_BELOW_ROOT;
  const parents = findParents(tree, indexByHash(tree));
  checkDepth(tree, parents);
  return parents as Parent[];
}

const ONE_BELOW_ROOT: readonly Parent[] = [{ intent: ROOT, child: 0 }];

/** The shape of every wrapped order, seen at a glance: one subintent without children, named by the root and no other. */
function isOneBelowRoot({ root, subintents }: IntentTree): boolean {
  const [only] = subintents;
  return (
    only !== undefined &&
    subintents.length === 1 &&
    root.children.length === 1 &&
    only.value.intentCore.children.length === 0 &&
    equalBytes(root.children[0]!, subintentHash(only))
  );
}

function indexByHash({ subintents }: IntentTree): ReadonlyMap<string, number> {
  const indices = new Map<string, number>();
  for (let i = 0; i < subintents.length; i++) {
    const key = subintentKey(subintents[i]!);
    if (indices.has(key)) {
      throw broken(
        'DuplicateSubintent',
        `expected every subintent once, got subintent ${indices.get(key)} again as ${i}`,
        `NonRootSubintent(${i})`,
      );
    }
    indices.set(key, i);
  }
  return indices;
}

function childrenOf({ root, subintents }: IntentTree, intent: number): IntentTree['root']['children'] {
  return intent === ROOT ? root.children : subintents[intent]!.value.intentCore.children;
}

/** Per child, root first: is it there, and has it no other parent. */
function findParents(tree: IntentTree, indices: ReadonlyMap<string, number>): (Parent | undefined)[] {
  const parents: (Parent | undefined)[] = new Array(tree.subintents.length).fill(undefined);
  for (let intent = ROOT; intent < tree.subintents.length; intent++) {
    const children = childrenOf(tree, intent);
    for (let child = 0; child < children.length; child++) {
      const index = indices.get(hashKey(children[child]!));
      if (index === undefined) {
        throw broken(
          'ChildSubintentNotIncludedInTransaction',
          `expected child ${child} of ${nameOf(intent)} among the subintents, got none of hash ${toHex(children[child]!)}`,
          'Unlocatable',
        );
      }
      const other = parents[index];
      if (other !== undefined) {
        throw broken(
          'SubintentHasMultipleParents',
          `expected one parent, got ${nameOf(other.intent)} and ${nameOf(intent)}`,
          `NonRootSubintent(${index})`,
        );
      }
      parents[index] = { intent, child };
    }
  }
  return parents;
}

function nameOf(intent: number): string {
  return intent === ROOT ? 'the root' : `subintent ${intent}`;
}

/**
 * Depths are found by a work list whose last entry goes first, which decides *which* of several too deep subintents is
 * named. What is never reached hangs nowhere, or in a cycle.
 */
function checkDepth(tree: IntentTree, parents: readonly (Parent | undefined)[]): void {
  const { subintents, transactionHeader } = tree;
  if (subintents.length === 0) return;
  const limit = transactionHeader === undefined ? LIMITS.depthBelowSubintent : LIMITS.depthBelowTransaction;
  const childrenByParent: number[][] = Array.from({ length: subintents.length + 1 }, () => []);
  for (let i = 0; i < parents.length; i++) {
    const parent = parents[i];
    if (parent !== undefined) childrenByParent[parent.intent + 1]![parent.child] = i;
  }
  const depths: number[] = new Array(subintents.length).fill(0);
  const work: number[] = [];
  let intent = ROOT;
  let depth = 0;
  for (;;) {
    // An intent has one parent, so it is reached at most once, and so are its children.
    for (const child of childrenByParent[intent + 1]!) {
      depths[child] = depth + 1;
      work.push(child);
    }
    const next = work.pop();
    if (next === undefined) break;
    intent = next;
    depth = depths[intent]!;
    if (depth > limit) {
      const message = `expected a depth of at most ${limit}, got ${depth}`;
      throw broken('SubintentExceedsMaxDepth', message, `NonRootSubintent(${intent})`);
    }
  }
  const unreached = depths.indexOf(0);
  if (unreached !== -1) {
    throw broken(
      'SubintentIsNotReachableFromTheTransactionIntent',
      'expected a subintent below the root, got one that no chain of parents connects to it',
      `NonRootSubintent(${unreached})`,
    );
  }
}

/** A parent must resume a child as often as the child yields to it (docs/protocol.md §5.3). */
export function checkYields(parents: readonly Parent[], root: Yields, subintents: readonly Yields[]): void {
  for (let i = 0; i < parents.length; i++) {
    const { intent, child } = parents[i]!;
    const toChild = (intent === ROOT ? root : subintents[intent]!).toChild[child]!;
    const { toParent } = subintents[i]!;
    if (toChild !== toParent) {
      throw broken(
        'MismatchingYieldChildAndYieldParentCountsForSubintent',
        `expected as many yields from ${nameOf(intent)} as back to it, got ${toChild} and ${toParent}`,
        `NonRootSubintent(${i})`,
      );
    }
  }
}
