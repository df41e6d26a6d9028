/**
 * The one error class of this project.
 *
 * A code is a stable name that programs may match; the message says what was expected and what came; the path says
 * where in the input. `retry` says whether the same call can succeed later without a change.
 */
export class SolverError extends Error {
  readonly code: string;
  /** Where in the input: field names and indices joined as `a.b[3]`, an official location, or ''. */
  path: string;
  /** What to do about it, where there is something to do. */
  readonly hint: string | undefined;
  readonly retry: boolean;

  constructor(code: string, message: string, options: ErrorDetails = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.path = options.path ?? '';
    this.hint = options.hint;
    this.retry = options.retry ?? false;
  }
}

export interface ErrorDetails {
  path?: string;
  hint?: string;
  retry?: boolean;
  cause?: unknown;
}

/** Runs on the way up: puts `segment` (a field name, or `[index]`) in front of the path of a typed error. */
export function under(error: unknown, segment: string): unknown {
  if (error instanceof SolverError) {
    const joined = error.path === '' || error.path.startsWith('[') ? error.path : `.${error.path}`;
    error.path = segment + joined;
  }
  return error;
}

/** The `{ code, message }` form in which errors are printed as JSON. */
export function describeError(error: unknown): { code: string; message: string } {
  if (error instanceof SolverError) return { code: error.code, message: error.message };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}
