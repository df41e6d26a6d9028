import { type ErrorDetails, SolverError } from '../base/error.js';

/** Exit status of every command. */
export const EXIT = { ok: 0, failure: 1, usage: 2, unreadable: 3 } as const;

/** An error that decides the exit status: bad usage, or a file that cannot be read. */
export class CliError extends SolverError {
  readonly exitStatus: number;

  constructor(exitStatus: number, code: string, message: string, details: ErrorDetails = {}) {
    super(code, message, details);
    this.exitStatus = exitStatus;
  }
}

export function usageError(message: string, details?: ErrorDetails): CliError {
  return new CliError(EXIT.usage, 'bad-usage', message, details);
}

/** A file that cannot be opened or read, told in the operating system's words without its stack. */
export function unreadable(path: string, cause: unknown): CliError {
  return new CliError(EXIT.unreadable, 'unreadable-file', `cannot read ${path}: ${systemMessage(cause)}`, { cause });
}

/** `no such file or directory` out of `ENOENT: no such file or directory, open '…'`. */
export function systemMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^E[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
}

/** Node's code of a system error, e.g. `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
