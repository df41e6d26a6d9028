import { FlashError } from './error.js';

/** Ours are numbers; the peer may use text as well. */
export type RpcId = number | string;

export interface RpcFault {
  readonly code: number;
  readonly message: string;
}

/** Either side calls the other. Without an id nobody waits for an answer. */
export type RpcMessage =
  | { readonly type: 'request'; readonly id: RpcId | undefined; readonly method: string; readonly params: unknown }
  | { readonly type: 'result'; readonly id: RpcId; readonly result: unknown }
  /** Without an id: it answers something that the peer could not read. */
  | { readonly type: 'fault'; readonly id: RpcId | undefined; readonly fault: RpcFault };

const MAX_METHOD = 200;
const MAX_ID = 200;

/**
 * Reads a message. `jsonrpc` may be missing, and an id of null is none: so the documentation shows them. Error:
 * `bad-message`, whose path names the member.
 */
export function parseMessage(text: string): RpcMessage {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw bad('', 'expected JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw bad('', 'expected a JSON object');
  const { id: rawId, method, params, result, error } = json as Record<string, unknown>;
  const id = readId(rawId);
  if (method !== undefined) {
    if (typeof method !== 'string' || method === '' || method.length > MAX_METHOD) {
      throw bad('method', `expected text of 1 to ${MAX_METHOD} characters`);
    }
    return { type: 'request', id, method, params };
  }
  if (error !== undefined && error !== null) return { type: 'fault', id, fault: readFault(error) };
  if (result === undefined && !('result' in json)) throw bad('', 'expected a method, a result or an error');
  if (id === undefined) throw bad('id', 'expected the id of the call that it answers');
  return { type: 'result', id, result };
}

function readId(id: unknown): RpcId | undefined {
  if (id === undefined || id === null) return undefined;
  if (Number.isFinite(id) || (typeof id === 'string' && id.length <= MAX_ID)) return id as RpcId;
  throw bad('id', `expected a number, null or text of up to ${MAX_ID} characters`);
}

function readFault(error: unknown): RpcFault {
  if (typeof error !== 'object' || error === null) throw bad('error', 'expected an object');
  const { code, message } = error as Record<string, unknown>;
  if (typeof code !== 'number' || !Number.isInteger(code)) throw bad('error.code', 'expected a whole number');
  return { code, message: typeof message === 'string' ? message : '' };
}

function bad(path: string, message: string): FlashError {
  return new FlashError('bad-message', path === '' ? message : `${path}: ${message}`, { path });
}

export function encodeCall(id: RpcId, method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

export function encodeNotification(method: string, params: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

export function encodeResult(id: RpcId, result: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, result });
}

export function encodeFault(id: RpcId, fault: RpcFault): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: fault });
}
