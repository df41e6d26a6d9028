import { SolverError } from '../../../base/error.js';
import { explain, type Refusal, RefusedError } from '../error.js';

/** JSON-RPC 2.0 as far as the Flash Liquidity API uses it: one message at a time, no batches. */

export type Id = string | number;

/** A method call; without an id nobody waits for an answer. An answer to one of our own calls has no method. */
export interface Incoming {
  readonly id: Id | undefined;
  readonly method: string | undefined;
  readonly params: unknown;
}

/** A message that is not understood, with the code by which JSON-RPC says so. */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly path = '',
    /** Of the call, as far as it could be read. */
    readonly id: Id | null = null,
  ) {
    super(message);
  }
}

export const RPC = {
  parse: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
} as const;

/** The platform's own codes; all of them assumptions (docs/anthic-assumptions.md). */
const CODES: Partial<Readonly<Record<Refusal, number>>> = {
  unauthorized: -32001,
  'unknown-order': -32010,
  'fill-too-late': -32011,
  'fill-invalid': -32012,
  'already-filled': -32013,
  'too-many-requests': -32029,
  unavailable: -32050,
};

/** Reads a message. A null id is no id, and a missing `jsonrpc` is forgiven. Error: `RpcError`. */
export function parseMessage(text: string): Incoming {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new RpcError(RPC.parse, 'bad-json', 'expected JSON');
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new RpcError(RPC.invalidRequest, 'invalid-request', 'expected one JSON-RPC message, an object');
  }
  const { id, jsonrpc, method, params } = message as Record<string, unknown>;
  const known = typeof id === 'string' || typeof id === 'number' ? id : undefined;
  const invalid = (path: string, wanted: string) =>
    new RpcError(RPC.invalidRequest, 'invalid-request', `${path}: expected ${wanted}`, path, known ?? null);
  if (id !== undefined && id !== null && known === undefined) throw invalid('id', 'a string or a number');
  if (jsonrpc !== undefined && jsonrpc !== '2.0') throw invalid('jsonrpc', '"2.0"');
  const answers = 'result' in message || 'error' in message;
  if (method === undefined && answers) return { id: known, method: undefined, params: undefined };
  if (typeof method !== 'string') throw invalid('method', 'a string');
  return { id: known, method, params };
}

export function answerText(id: Id, result: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}

export function callText(method: string, params: object, id?: Id): string {
  return JSON.stringify({ jsonrpc: '2.0', ...(id === undefined ? {} : { id }), method, params });
}

/** An error in the form of JSON-RPC; `id` null where the message had none that could be read. */
export function errorText(id: Id | null, error: unknown): string {
  const { code, reason, message, path } = rpcErrorOf(error);
  const data = { code: reason, ...(path === '' ? {} : { path }) };
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } });
}

function rpcErrorOf(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof SolverError && error.code === 'bad-field') {
    return new RpcError(RPC.invalidParams, 'invalid-params', explain(error), error.path);
  }
  if (!(error instanceof RefusedError)) return new RpcError(RPC.internal, 'internal', 'an internal error');
  return new RpcError(CODES[error.code] ?? RPC.invalidParams, error.code, explain(error), error.path);
}
