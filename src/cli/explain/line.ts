import { SolverError } from '../../base/error.js';
import { reasonOf } from '../../settlement/decline.js';
import { planSettlements } from '../../settlement/planner/plan.js';
import type { Explanation } from '../../study/explain/explanation.js';
import { explainRecording } from '../../study/explain/recorded.js';
import { preallocatedAccount } from '../../transaction/key.js';
import { SolverKey } from '../../transaction/solverKey.js';
import { CliError, EXIT } from '../error.js';
import type { Io } from '../io.js';
import { readRecordings } from '../recordings.js';
import { loadPolicy } from '../replay/policy.js';

/** The story of one line of a recording, as it would go. Errors: `unknown-line`, `bad-recording`, `unreadable-file`. */
export async function explainLine(file: string, wanted: number, policyName: string, io: Io): Promise<Explanation> {
  const policy = loadPolicy(policyName);
  for await (const { number, recording } of readRecordings([file], io)) {
    if (number < wanted) continue;
    if (number > wanted) break;
    if (recording instanceof SolverError) {
      const { message } = reasonOf(recording);
      throw new CliError(EXIT.failure, recording.code, `${file}:${number}: ${message}`, { cause: recording });
    }
    const key = SolverKey.generate('Ed25519');
    try {
      const solver = { account: preallocatedAccount(key.publicKey), publicKey: key.publicKey };
      return explainRecording(`${file}:${number}`, recording, policy, solver, planSettlements);
    } finally {
      key.dispose();
    }
  }
  throw new CliError(EXIT.failure, 'unknown-line', `${file} has no message in line ${wanted}`);
}
