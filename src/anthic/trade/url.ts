import { isLoopback } from '../stream/url.js';
import { TradeApiError } from './error.js';

/**
 * The base URL of a Trade API. What it says decides what is signed, and it gets the API key, so it must be `https:`; only a
 * loopback host may be reached by `http:`. Error: `bad-trade-url`; credentials are never quoted.
 */
export function parseTradeUrl(text: string): { readonly base: string; readonly name: string } {
  if (!URL.canParse(text)) throw bad('expected an absolute URL');
  const url = new URL(text);
  const { protocol, username, password, search, hash, host, hostname } = url;
  if (username !== '' || password !== '' || search !== '' || hash !== '') {
    throw bad(`expected a URL of host, port and path only for ${host}`, 'the API key is given apart from the URL');
  }
  const isPlain = protocol === 'http:' && isLoopback(hostname);
  if (protocol !== 'https:' && !isPlain) throw bad(`expected https: for ${host}, got ${protocol}`);
  const base = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  return { base, name: base.replace(/^https?:\/\//, '') };
}

function bad(message: string, hint = 'give a base URL such as https://trade-api.staging.anthic.io'): TradeApiError {
  return new TradeApiError('bad-trade-url', 'Trade API', message, { hint });
}
