import { JournalReader } from '../../src/journal/reader.js';
import { FEE, payerOf, type RuleWorld, success } from '../../test/e2e/world.js';

/** What the ledger saw, and what the journal has to say about it. */
export interface Seen {
  /** Transactions that came to the ledger, and how those ended that committed. */
  readonly submitted: Set<string>;
  readonly committed: Map<string, string>;
}

/** Of 256 subintents: some ten bundles of a hundred. */
const SPOILED = 6;

export function watch(world: RuleWorld): Seen {
  const seen: Seen = { submitted: new Set(), committed: new Map() };
  world.rule = (transaction) => {
    seen.submitted.add(transaction.intentId);
    // Some fail for a fee, whatever company they are in: those must not be paid twice either.
    const spoiled = transaction.subintents.some(({ hash }) => Number.parseInt(hash.slice(0, 2), 16) < SPOILED);
    if (!spoiled) return success(transaction);
    return { outcome: 'failure', error: 'ApplicationError(MadeUp)', fee: FEE, payer: payerOf(transaction) };
  };
  const { ledger } = world.sandbox.world;
  const execute = ledger.execute.bind(ledger);
  ledger.execute = async (transaction) => {
    const receipt = await execute(transaction);
    if (receipt.status.startsWith('Committed')) seen.committed.set(transaction.intentId, receipt.status);
    return receipt;
  };
  return seen;
}

export function read<T>(path: string, what: (journal: JournalReader) => T): T {
  const journal = JournalReader.openReader(path);
  try {
    return what(journal);
  } finally {
    journal.close();
  }
}

const EXPECTED: Readonly<Record<string, string>> = {
  'committed-success': 'CommittedSuccess',
  'committed-failure': 'CommittedFailure',
};

/** What does not hold between a journal, whose solver is dead, and the ledger. */
export function check(path: string, { submitted, committed }: Seen): string[] {
  return read(path, (journal) => {
    const problems = journal.verify().violations.map(({ rule, subject, message }) => `${rule} ${subject}: ${message}`);
    const known = new Set<string>();
    for (const bundle of journal.bundles()) {
      const attempts = journal.attempts(bundle);
      // Nothing is refused here: whoever makes another before the first has failed has forgotten it.
      if (attempts.slice(0, -1).some(({ state }) => state !== 'committed-failure')) {
        problems.push(`bundle ${bundle.id} has attempts ${attempts.map(({ state }) => state).join(', ')}`);
      }
      for (const { transactionId, state } of attempts) {
        known.add(transactionId);
        const really = committed.get(transactionId);
        const isFinal = !['planned', 'submitted', 'accepted'].includes(state);
        if (isFinal && EXPECTED[state] !== really) problems.push(`${transactionId} is ${state}, really ${really}`);
      }
    }
    for (const id of submitted) if (!known.has(id)) problems.push(`${id} was submitted and is not in the journal`);
    return problems;
  });
}
