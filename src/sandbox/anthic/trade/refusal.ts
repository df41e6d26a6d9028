import { SolverError } from '../../../base/error.js';
import { GatewayError } from '../../../ledger/error.js';
import { explain, type Refusal, RefusedError } from '../error.js';

// biome-ignore format: a table reads better aligned
const STATUS: Partial<Readonly<Record<Refusal, number>>> = {
  'bad-request':       400,
  'unauthorized':      401,
  'forbidden':         403,
  'not-found':         404,
  'too-large':         413,
  'order-invalid':     422,
  'order-expired':     422,
  'no-liquidity':      422,
  'too-many-requests': 429,
  'unavailable':       503,
};

export const BODY_LIMIT = 1024 * 1024;

/** How an error is told over HTTP. What nobody meant to tell stays within. */
export function answerOf(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof RefusedError) {
    return { status: STATUS[error.code] ?? 400, code: error.code, message: explain(error) };
  }
  if (error instanceof GatewayError) return answerOf(new RefusedError('unavailable', 'the ledger cannot be asked now'));
  if (error instanceof SolverError) return answerOf(new RefusedError('bad-request', explain(error)));
  const status = (error as { statusCode?: number }).statusCode;
  if (status === 413) return answerOf(new RefusedError('too-large', `expected a body of at most ${BODY_LIMIT} bytes`));
  if (status !== undefined && status < 500) return answerOf(new RefusedError('bad-request', (error as Error).message));
  return { status: 500, code: 'internal', message: 'an internal error' };
}
