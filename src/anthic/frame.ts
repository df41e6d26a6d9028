import { SolverError } from '../base/error.js';

/** Method of the one message the Solver API pushes (docs/protocol.md §6.6; the documentation's Solver chapter). */
export const BUNDLE_METHOD = 'new_subintent_bundle';

/** Each item brings two subintents, and a transaction holds 32. */
export const MAX_ITEMS = 16;

/** A transaction payload is at most 1 MiB, which is 2 MiB of hex; no bundle that fits one has a longer frame. */
export const MAX_FRAME_LENGTH = 2 * 1024 * 1024 + 64 * 1024;

/** A frame that is no bundle. */
export class FrameError extends SolverError {
  declare readonly code:
    | 'bad-json'
    | 'bad-params'
    | 'batch'
    | 'frame-too-large'
    | 'no-bundle'
    | 'not-json-rpc'
    | 'other-method'
    | 'too-many-items';
}

/**
 * Reads a pushed frame and returns its payloads as hex text, not yet decoded. The documentation's `id: null` and a missing
 * `id` or `jsonrpc` are the same: a notification.
 */
export function parseFrame(text: string): readonly string[] {
  if (text.length > MAX_FRAME_LENGTH) {
    throw new FrameError('frame-too-large', `expected at most ${MAX_FRAME_LENGTH} characters, got ${text.length}`);
  }
  const message = parseJson(text);
  if (Array.isArray(message)) throw new FrameError('batch', 'expected one message, got a JSON-RPC batch');
  if (typeof message !== 'object' || message === null) {
    throw new FrameError('not-json-rpc', `expected a JSON object, got ${describe(message)}`);
  }
  const { jsonrpc, method, params } = message as Record<string, unknown>;
  if (jsonrpc !== undefined && jsonrpc !== '2.0') {
    throw new FrameError('not-json-rpc', `expected "2.0", got ${describe(jsonrpc)}`, { path: 'jsonrpc' });
  }
  if (method !== BUNDLE_METHOD) {
    throw new FrameError('other-method', `expected "${BUNDLE_METHOD}", got ${describe(method)}`, { path: 'method' });
  }
  return parseParams(params);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes its input, which may be anything.
    throw new FrameError('bad-json', `expected JSON, got ${describe(text)}`);
  }
}

function parseParams(params: unknown): readonly string[] {
  const path = 'params';
  if (!Array.isArray(params))
    throw new FrameError('bad-params', `expected an array, got ${describe(params)}`, { path });
  if (params.length === 0) throw new FrameError('no-bundle', 'expected at least one payload, got none', { path });
  if (params.length > MAX_ITEMS) {
    throw new FrameError('too-many-items', `expected at most ${MAX_ITEMS} payloads, got ${params.length}`, { path });
  }
  for (const [index, item] of params.entries()) {
    if (typeof item !== 'string') {
      throw new FrameError('bad-params', `expected hex text, got ${describe(item)}`, { path: `params[${index}]` });
    }
  }
  return params as string[];
}

const QUOTED = 40;

/** What came, short enough for a message. */
function describe(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > QUOTED ? `${value.slice(0, QUOTED)}…` : value);
  }
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === undefined) return 'nothing';
  return Array.isArray(value) ? 'an array' : 'an object';
}
