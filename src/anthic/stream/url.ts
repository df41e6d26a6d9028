import { StreamError } from './error.js';

export interface StreamUrl {
  readonly url: URL;
  /** The URL as events and logs show it: credentials and query may be secrets. */
  readonly label: string;
}

/**
 * Reads the URL of a Solver API. Whoever can write on the link can make the solver sign for forged bundles, so it must be
 * `wss:`; only a loopback host may be reached by `ws:`.
 * Errors: `bad-stream-url`, `insecure-stream-url`.
 */
export function parseStreamUrl(text: string): StreamUrl {
  if (!URL.canParse(text)) throw bad('a URL', 'text that is none');
  const url = new URL(text);
  const label = `${url.protocol}//${url.host}${url.pathname}`;
  if (url.protocol !== 'wss:' && url.protocol !== 'ws:') throw bad('wss:', url.protocol);
  if (url.hash !== '') throw bad('a URL without fragment', label);
  if (url.protocol === 'ws:' && !isLoopback(url.hostname)) {
    throw new StreamError('insecure-stream-url', `expected wss: for a host that is not this machine, got ${label}`, {
      hint: 'use wss://; ws:// is for localhost, 127.0.0.0/8 and [::1]',
    });
  }
  return { url, label };
}

/** `hostname` comes from `URL`, which writes every form of an IPv4 address as four decimal parts. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function bad(wanted: string, got: string): StreamError {
  return new StreamError('bad-stream-url', `expected ${wanted}, got ${got}`, { hint: 'like wss://host/path' });
}
