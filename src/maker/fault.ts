import { detailText } from '../anthic/stream/event.js';
import { SolverError } from '../base/error.js';

/** What an event says of an error. */
export function faultOf(error: unknown): { readonly code: string; readonly detail: string } {
  const code = error instanceof SolverError ? error.code : 'internal';
  return { code, detail: detailText(error instanceof Error ? error.message : String(error)) };
}
