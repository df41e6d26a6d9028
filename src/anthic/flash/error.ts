import { SolverError } from '../../base/error.js';

/** What can go wrong with the Flash Liquidity API. What happens to a running connection is an event, never an error. */
export class FlashError extends SolverError {
  declare readonly code: // Set-up.
    | 'bad-flash-option'
    | 'no-flash-url'
    | 'flash-stopped'
    // A message of the peer; `path` names the field.
    | 'bad-message'
    // A call. Of the first two it is not known whether the peer has done what was asked.
    | 'call-unanswered'
    | 'connection-lost'
    | 'not-connected'
    | 'call-refused'
    | 'fill-too-late';
}

/** The peer's answer to a call was an error. */
export class CallRefused extends FlashError {
  constructor(
    readonly rpcCode: number,
    message: string,
  ) {
    super('call-refused', message);
  }
}

/** JSON-RPC's own codes, and those of Anthic that matter here: the latter are assumed (docs/anthic-assumptions.md). */
export const RPC = {
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
  alreadyFilled: -32013,
  tooManyRequests: -32029,
  unavailable: -32050,
} as const;
