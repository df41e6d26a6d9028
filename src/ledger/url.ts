import { SolverError } from '../base/error.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The base URL of a Gateway, always given and never taken from an SDK's table (T1, T40). Error: `bad-gateway-url`. A URL
 * may hold a password or a key, so it is never quoted.
 */
export function parseGatewayUrl(text: string): { readonly basePath: string; readonly name: string } {
  const url = parse(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw bad(`expected a URL of host, port and path only for ${url.host}`, 'credentials belong into headers');
  }
  if (!isPrivate(url)) throw bad(`expected https: for ${url.host}, got ${url.protocol}`);
  const basePath = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  return { basePath, name: basePath.replace(/^https?:\/\//, '') };
}

/** Whether nobody on the way can read or change what passes: by encryption, or since nothing leaves the machine. */
export function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw bad('expected an absolute URL of a Gateway');
  }
}

function bad(
  message: string,
  hint = 'give the base URL of a Gateway, such as https://stokenet.radixdlt.com',
): SolverError {
  return new SolverError('bad-gateway-url', message, { hint });
}
