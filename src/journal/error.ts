import Sqlite from 'better-sqlite3';
import { type ErrorDetails, SolverError } from '../base/error.js';

/** What may be wrong with the file, or with what it was asked to write down. Stable: the solver decides by these. */
export type JournalErrorCode =
  // The file. While one of the first four lasts, nothing may be submitted.
  | 'journal-full'
  | 'journal-locked'
  | 'journal-corrupt'
  | 'journal-unwritable'
  | 'journal-foreign'
  | 'journal-newer'
  | 'journal-older'
  | 'journal-missing'
  | 'wrong-network'
  // The model: a caller's mistake, and nothing was written.
  | 'unknown-bundle'
  | 'unknown-attempt'
  | 'bundle-finished'
  | 'attempt-conflict'
  | 'attempt-final'
  | 'attempt-over-cap'
  | 'bad-shares'
  | 'bad-outcome'
  // A rule of the database's own stood in the way: a mistake in this program.
  | 'journal-refused';

/** The journal could not do what it was asked; nothing of it was written. */
export class JournalError extends SolverError {
  declare readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, message: string, details: ErrorDetails = {}) {
    super(code, message, details);
  }
}

/** What SQLite says (its result code, by prefix), what that means here, what to do, and whether it may pass. */
const MEANINGS: readonly (readonly [prefix: string, code: JournalErrorCode, message: string, hint: string])[] = [
  ['SQLITE_FULL', 'journal-full', 'the disk of the journal is full', 'make room, or prune the journal'],
  ['SQLITE_BUSY', 'journal-locked', 'another process holds the journal', 'end the other process'],
  ['SQLITE_LOCKED', 'journal-locked', 'another connection holds the journal', 'end what else uses the journal'],
  ['SQLITE_CORRUPT', 'journal-corrupt', 'the journal is damaged', 'restore a backup, or move the file away'],
  ['SQLITE_NOTADB', 'journal-corrupt', 'the file is no journal, or its head is damaged', 'restore a backup'],
  ['SQLITE_CONSTRAINT', 'journal-refused', 'the journal would contradict itself', 'report this as a bug'],
  ['SQLITE_IOERR_CORRUPTFS', 'journal-corrupt', 'the file system of the journal is damaged', 'check the disk'],
];

/** An error of SQLite in the journal's words; any other error as it is. */
export function journalError(error: unknown, path: string): unknown {
  if (isMissingFolder(error)) {
    return new JournalError('journal-unwritable', `cannot open ${path}: its folder does not exist`, { cause: error });
  }
  if (!(error instanceof Sqlite.SqliteError)) return error;
  const found = MEANINGS.find(([prefix]) => error.code.startsWith(prefix));
  const [, code, message, hint] = found ?? ['', 'journal-unwritable', 'the journal cannot be used', 'check the disk'];
  return new JournalError(code as JournalErrorCode, `${message} (${path}: ${error.message}, ${error.code})`, {
    hint,
    cause: error,
    retry: FILE_CODES.has(code) && code !== 'journal-corrupt',
  });
}

/** better-sqlite3 looks for the folder itself, and says so with a bare TypeError. */
function isMissingFolder(error: unknown): boolean {
  return error instanceof TypeError && error.message.includes('directory does not exist');
}

/** Errors of the file, as against those of what was asked of it. */
const FILE_CODES: ReadonlySet<string> = new Set([
  'journal-full',
  'journal-locked',
  'journal-corrupt',
  'journal-unwritable',
]);

export function isFileError(error: unknown): error is JournalError {
  return error instanceof JournalError && FILE_CODES.has(error.code);
}
