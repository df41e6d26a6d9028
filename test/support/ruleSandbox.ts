import { type Rule, RuleLedger } from '../../src/sandbox/ledger/ruleLedger.js';
import { Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js';
import { networkById } from '../../src/transaction/network.js';

/** A sandbox that needs no engine: a ledger by rule on the simulator network, in epoch 50 at second 500. */
export const RULE_START = { epoch: 50, proposerTimestampMs: 500_000 };

export function ruleSandbox(rule?: Rule, options: Omit<SandboxOptions, 'network'> = {}): Promise<Sandbox> {
  return Sandbox.over(new RuleLedger(networkById(242), rule, RULE_START), { port: 0, ...options });
}
