import { SolverError } from '../../base/error.js';
import { withDeadline } from '../../ledger/deadline.js';
import type { Surroundings } from '../../ledger/surroundings.js';
import { isPrivate } from '../../ledger/url.js';
import { badPrices, sourceDown } from './source.js';

/** Far above any list of prices; below what would hurt. */
const MAX_BODY = 1024 * 1024;
const TIMEOUT_MS = 5_000;

export interface FetchOptions {
  readonly timeoutMs?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Where prices are asked for. Whoever can change them on the way decides for the solver, so they come encrypted or from
 * this machine. Error: `bad-price-url`. A URL may hold a password or a key, so it is never quoted.
 */
export function parsePriceUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw badUrl('expected an absolute URL');
  }
  if (url.username !== '' || url.password !== '') throw badUrl('expected no credentials in it');
  if (!isPrivate(url)) throw badUrl(`expected https: for ${url.host}, got ${url.protocol}`);
  return url;
}

function badUrl(message: string): SolverError {
  return new SolverError('bad-price-url', message, { hint: 'give the URL of a source of prices' });
}

/** Reads a JSON document. No redirect is followed: it would lead to somebody who was not asked. */
export async function fetchJson(
  url: URL,
  { timeoutMs = TIMEOUT_MS, headers = {} }: FetchOptions,
  surroundings: Pick<Surroundings, 'fetch' | 'sleep'>,
  signal: AbortSignal,
): Promise<unknown> {
  const init = { headers: { accept: 'application/json', ...headers }, redirect: 'manual' } as const;
  const text = await withDeadline(
    async (inTime) => readBody(await surroundings.fetch(url.href, { ...init, signal: inTime })),
    timeoutMs,
    signal,
    surroundings,
  ).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw cause instanceof SolverError ? cause : sourceDown(`no answer: ${messageOf(cause)}`, cause);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw badPrices('', `expected JSON, got ${JSON.stringify(text.slice(0, 40))}`);
  }
}

async function readBody({ body, status }: Response): Promise<string> {
  if (status < 200 || status >= 300) throw sourceDown(`expected an answer of status 200, got ${status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_BODY) throw badPrices('', `expected at most ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
