import { SolverError } from '../../base/error.js';
import type { Period } from '../../journal/query/bundles.js';
import { planSettlements } from '../../settlement/planner/plan.js';
import { ASSUMED, RecordedReport } from '../../study/report/fromRecordings.js';
import { Report } from '../../study/report/report.js';
import { preallocatedAccount } from '../../transaction/key.js';
import { SolverKey } from '../../transaction/solverKey.js';
import { CliError, EXIT } from '../error.js';
import type { Io } from '../io.js';
import { Progress } from '../progress.js';
import { readRecordings, recordedBytes, UnreadLines } from '../recordings.js';
import { loadPolicy } from '../replay/policy.js';

interface Options extends Period {
  readonly policy: string;
}

/**
 * A report of what a policy would have made of recordings. Whose key it is changes no figure: a throwaway one does.
 * Errors: `no-recordings`, `wrong-network`, `unreadable-file`; bad usage, naming the field of the policy.
 */
export async function addRecordings(files: readonly string[], options: Options, io: Io): Promise<Report> {
  const { since, until } = options;
  const policy = loadPolicy(options.policy);
  const report = new Report({ kind: 'recording', files, since, until, assumed: `policy ${policy.name}; ${ASSUMED}` });
  const key = SolverKey.generate('Ed25519');
  const solver = { account: preallocatedAccount(key.publicKey), publicKey: key.publicKey };
  const recorded = new RecordedReport(report, policy, solver, planSettlements);
  const unread = new UnreadLines();
  const progress = new Progress(io.stderr);
  const total = recordedBytes(files);
  let [lines, bytes, read] = [0, 0, 0];
  try {
    for await (const line of readRecordings(files, io)) {
      const { recording } = line;
      bytes += line.bytes;
      progress.tell(++lines, 'lines', () => total && bytes / total);
      if (recording instanceof SolverError) {
        report.unreadLines++;
        unread.add(line, recording);
        continue;
      }
      read++;
      if (isWithin(recording.receivedAt, options)) recorded.add(recording);
    }
    if (read === 0) {
      throw new CliError(EXIT.failure, 'no-recordings', `expected recordings, found none in ${files.join(', ')}`);
    }
    recorded.finish();
    return report;
  } finally {
    progress.end();
    unread.tell(io.stderr);
    key.dispose();
  }
}

function isWithin(
  time: number,
  { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }: Period,
): boolean {
  return time >= since && time < until;
}
