import type { FastifyRequest } from 'fastify';
import { RefusedError } from '../anthic/error.js';

/**
 * Lets through what the page itself sends, and programs on this machine. Any other page that a browser has open may send
 * requests here as well, and by a name of its own for this address: its Origin, its Host or its content type gives it away.
 * Error: `forbidden`.
 */
export function guard({ headers, socket, host }: FastifyRequest, listening: string): void {
  if (!LOOPBACK.test(socket.remoteAddress ?? '')) throw forbidden('a request from this machine');
  const name = host.replace(/:\d+$/, '');
  if (!LOCAL_NAMES.has(name) && name !== listening) throw forbidden('a local address as the host');
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) throw forbidden('a request of this page');
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) throw forbidden('content of type JSON');
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
const LOCAL_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

function forbidden(wanted: string): RefusedError {
  return new RefusedError('forbidden', `expected ${wanted}: orders are placed by hand on this machine only`);
}
