import { SolverError } from '../../base/error.js';

/** A stream that cannot be set up as told. What happens to a running stream is an event, never an error. */
export class StreamError extends SolverError {
  declare readonly code:
    | 'bad-stream-option'
    | 'bad-stream-url'
    | 'insecure-stream-url'
    | 'no-stream-url'
    | 'stream-stopped';
}
