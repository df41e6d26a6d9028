import type { FastifyRequest } from 'fastify';

/**
 * What keeps a request from changing anything here; undefined where nothing does. Programs on this machine may, and the
 * page that is served beside. Any other page that a browser has open may send requests here as well, and by a name of its
 * own for this address: its Origin, its Host or its content type gives it away.
 */
export function obstacleOf({ headers, socket, host }: FastifyRequest, listening: string): string | undefined {
  if (!LOOPBACK.test(socket.remoteAddress ?? '')) return forbidden('a request from this machine');
  const name = host.replace(/:\d+$/, '');
  if (!LOCAL_NAMES.has(name) && name !== listening) return forbidden('a local address as the host');
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) return forbidden('a request of this page');
  const type = headers['content-type'];
  if (type === undefined ? !hasBody(headers) : JSON_TYPE.test(type)) return undefined;
  return forbidden('content-type: application/json');
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
const LOCAL_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const JSON_TYPE = /^application\/json\s*(;|$)/i;

function hasBody({ 'content-length': length = '0', 'transfer-encoding': coding }: FastifyRequest['headers']): boolean {
  return length !== '0' || coding !== undefined;
}

function forbidden(wanted: string): string {
  return `expected ${wanted}: what changes anything is taken on this machine only`;
}
