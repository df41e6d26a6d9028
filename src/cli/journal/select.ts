import type { Bundle } from '../../journal/query/bundles.js';
import type { JournalReader } from '../../journal/reader.js';
import { CliError, EXIT, usageError } from '../error.js';

/** Matches that an error names. */
const NAMED = 5;

/** One bundle by the beginning of its id; all of a transaction's where one was named in full. */
export function selectBundles(reader: JournalReader, id: string): Bundle[] {
  const found = reader.find(id, 33);
  if (found.length === 0)
    throw new CliError(EXIT.failure, 'unknown-bundle', `no bundle or transaction begins with ${id}`);
  if (found.length === 1) return found;
  const exact = found.filter(
    (bundle) => bundle.id === id || reader.attempts(bundle).some(({ transactionId }) => transactionId === id),
  );
  if (exact.length > 0) return exact;
  const names = found.slice(0, NAMED).map((bundle) => (bundle.id.startsWith(id) ? bundle.id : bundle.transactionId));
  throw usageError(`${found.length > 32 ? 'many' : found.length} bundles begin with ${id}`, {
    hint: `give more of the id: ${names.join(', ')}${found.length > NAMED ? ', …' : ''}`,
  });
}
