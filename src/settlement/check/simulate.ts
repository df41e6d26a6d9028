import type { NodeId } from '../../sbor/custom.js';
import { hashKey, subintentHash } from '../../transaction/hash.js';
import type { Instruction } from '../../transaction/instruction.js';
import type { IntentCore, TransactionIntent } from '../../transaction/model.js';
import { resolve } from './args.js';
import type { Bucket } from './asset.js';
import { CheckError, pathOf } from './error.js';
import type { CheckContext, Execution, Step } from './execution.js';
import { call, receive } from './invoke.js';
import { local } from './local.js';
import { PROOFS_OF_CALLS } from './proof.js';
import { RuleCheck } from './rule.js';
import { Accounts } from './state.js';
import { Thread } from './thread.js';
import { badgeOf } from './zone.js';

/**
 * Runs a complete transaction as the engine does (docs/protocol.md §6, §11): root and subintents as coroutines. It
 * returns only if every assertion holds and nothing is left over. Errors: CheckError, with the instruction as its path.
 */
export function simulate(intent: TransactionIntent, context: CheckContext): Execution {
  const run = new Run(intent, context);
  run.execute();
  const { assumptions } = run.accounts;
  return {
    steps: run.steps,
    changes: run.accounts.net(),
    assumed: assumptions.length > 0,
    assumptions,
    badges: run.badges,
  };
}

class Run {
  readonly steps: Step[] = [];
  readonly accounts: Accounts;
  readonly badges: NodeId[][] = [];
  private readonly threads: Thread[];
  /** The threads that wait for a child, root first. */
  private readonly parents: Thread[] = [];
  private current: Thread;

  constructor(intent: TransactionIntent, { signers, ledger }: CheckContext) {
    this.accounts = new Accounts(ledger ?? {});
    const { nonRootSubintents } = intent;
    this.threads = [this.threadOf(intent.rootIntentCore, 0, signers)];
    const byHash = new Map<string, number>();
    for (const subintent of nonRootSubintents) {
      const index = this.threads.length;
      this.threads.push(this.threadOf(subintent.value.intentCore, index, signers));
      byHash.set(hashKey(subintentHash(subintent)), index);
    }
    this.current = this.threads[0]!;
    for (const thread of this.threads) {
      for (const hash of thread.core.children) {
        const child = byHash.get(hashKey(hash));
        if (child === undefined) throw this.located(thread, -1, new CheckError('ChildMissing', 'expected every child'));
        thread.children.push(child);
      }
    }
  }

  private threadOf(core: IntentCore, index: number, signers: CheckContext['signers']): Thread {
    const badges = (signers[index] ?? []).map(badgeOf);
    this.badges.push(badges.map(({ resource }) => resource));
    return new Thread(index, core, badges);
  }

  execute(): void {
    try {
      while (!this.threads[0]!.done) this.advance();
    } catch (error) {
      throw this.located(this.current, this.current.at - 1, error);
    }
    const waiting = this.threads.find((thread) => !thread.done);
    if (waiting !== undefined) {
      throw this.located(waiting, -1, new CheckError('YieldMismatch', 'expected to be yielded to until its end'));
    }
  }

  private located(thread: Thread, instruction: number, error: unknown): unknown {
    if (error instanceof CheckError && error.path === '') error.path = pathOf(thread.index, instruction);
    return error;
  }

  /** Runs the current thread's next instruction; the root ends when there is none. */
  private advance(): void {
    const thread = this.current;
    const instruction = thread.instructions[thread.at];
    if (instruction === undefined) {
      if (thread.index !== 0) throw new CheckError('YieldMismatch', 'expected a last instruction YIELD_TO_PARENT');
      thread.at = 0;
      this.dropWorktop(thread);
      this.end(thread);
      return;
    }
    if (thread.index === 0) this.steps.push({ op: 'instruction', index: thread.at });
    thread.at++;
    switch (instruction.type) {
      case 'YIELD_TO_CHILD':
        return this.yieldToChild(thread, instruction);
      case 'YIELD_TO_PARENT':
        return this.yieldToParent(thread, instruction);
      case 'VERIFY_PARENT':
        return this.verifyParent(thread, instruction);
      case 'CALL_FUNCTION':
      case 'CALL_METHOD':
      case 'CALL_ROYALTY_METHOD':
      case 'CALL_METADATA_METHOD':
      case 'CALL_ROLE_ASSIGNMENT_METHOD':
      case 'CALL_DIRECT_VAULT_METHOD':
        return call(instruction, thread, this.accounts, this.steps);
      default:
        return local(instruction, thread, this.accounts, this.steps);
    }
  }

  private yieldToChild(thread: Thread, { child, args }: Extract<Instruction, { type: 'YIELD_TO_CHILD' }>): void {
    const next = this.threads[thread.children[child] ?? -1];
    if (next === undefined) throw new CheckError('ChildMissing', `expected a child ${child}`);
    const buckets = this.send(thread, next, args);
    this.parents.push(thread);
    this.resume(next, buckets);
  }

  private yieldToParent(thread: Thread, { args }: Extract<Instruction, { type: 'YIELD_TO_PARENT' }>): void {
    const parent = this.parents.pop();
    if (parent === undefined) throw new CheckError('YieldMismatch', 'expected a parent that waits');
    const last = thread.at === thread.instructions.length;
    const buckets = this.send(thread, parent, args, last);
    if (last) this.end(thread);
    this.resume(parent, buckets);
  }

  /** Takes a yield's arguments off; of a final one the worktop goes before the message does (§11 C8). */
  private send(thread: Thread, to: Thread, args: Parameters<typeof resolve>[0], last = false): Bucket[] {
    const { bytes, buckets, proofs } = resolve(args, thread, this.steps);
    if (last) this.dropWorktop(thread);
    if (proofs.length > 0) throw new CheckError('CannotYieldProof', 'expected no proof in a yield');
    const resources = buckets.map(({ resource }) => resource);
    this.steps.push({ op: 'send', intent: thread.index, to: to.index, bytes, resources });
    thread.open = false;
    return buckets;
  }

  private resume(thread: Thread, buckets: readonly Bucket[]): void {
    if (thread.done)
      throw new CheckError('YieldMismatch', `expected no yield to ${pathOf(thread.index, -1)}, which ended`);
    this.current = thread;
    receive({ buckets, proofs: [] }, thread, this.steps, this.accounts);
  }

  private verifyParent(thread: Thread, { rule }: Extract<Instruction, { type: 'VERIFY_PARENT' }>): void {
    const parent = this.parents.at(-1);
    if (parent === undefined) throw new CheckError('Unsupported', 'the root has no parent to verify');
    const check = new RuleCheck(parent.zone);
    const met = check.meets(rule);
    if (!met) {
      if (!parent.zone.open)
        throw new CheckError('VerifyParentFailed', 'expected the parent to show the badges of the rule');
      this.accounts.assume(PROOFS_OF_CALLS);
    }
    if (check.assumed) this.accounts.assume('which non-fungibles a proof by number shows');
    const { lookups, compared, read } = check;
    this.steps.push({ op: 'verify', intent: thread.index, parent: parent.index, lookups, compared, read });
  }

  private dropWorktop(thread: Thread): void {
    const [left] = thread.worktop.buckets;
    if (left !== undefined) {
      const error = new CheckError(
        'NonEmptyWorktop',
        `expected an empty worktop, got ${left.amount} attos of ${left.resource}`,
      );
      throw this.located(thread, -1, error);
    }
    this.steps.push({ op: 'drop-worktop', intent: thread.index });
  }

  /** Proofs are dropped automatically; a bucket would be left without an owner. */
  private end(thread: Thread): void {
    const left = thread.leftover();
    if (left !== undefined) throw new CheckError('DanglingBucket', `expected the bucket of ${left} to be used`);
    const named = thread.proofs.splice(0).map(({ proof }) => proof);
    for (const proof of named) proof.drop();
    const zone = thread.zone.dropProofs();
    this.steps.push({ op: 'end', intent: thread.index, named, zone });
    thread.done = true;
  }
}
