import { isIPv6 } from 'node:net';
import { fastify } from 'fastify';
import { SolverError } from '../base/error.js';
import type { Health, HealthReason } from './health.js';
import type { Metrics } from './metrics.js';

export interface ServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly health: Pick<Health, 'notLive' | 'notReady' | 'degraded'>;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
}

export interface ObservationServer {
  readonly url: string;
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Serves `/health/live`, `/health/ready` and `/metrics`. Nothing in it is secret and nothing can be changed by it, yet it
 * tells strangers what the solver earns: it belongs on 127.0.0.1 or behind a proxy. Error: `http-unavailable`.
 */
export async function serveObservation({ host, port, health, metrics }: ServerOptions): Promise<ObservationServer> {
  const server = fastify({ logger: false, forceCloseConnections: true, requestTimeout: REQUEST_TIMEOUT_MS });
  server.get('/health/live', (_, reply) => answer(reply, health.notLive()));
  server.get('/health/ready', (_, reply) => answer(reply, health.notReady(), health.degraded()));
  server.get('/metrics', async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  try {
    await server.listen({ host, port });
  } catch (cause) {
    await server.close();
    throw new SolverError('http-unavailable', `cannot listen on ${host}:${port}: ${(cause as Error).message}`, {
      hint: 'choose another --http-host or --http-port; is another solver running?',
      cause,
    });
  }
  const { port: actual } = server.server.address() as { port: number };
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${actual}`,
    close: async () => server.close(),
  };
}

interface Reply {
  code(status: number): Reply;
  header(name: string, value: string): Reply;
  send(body: unknown): Reply;
}

/** What is only less than it could be does not change the status code: a probe would take a solver away that earns. */
function answer(reply: Reply, red: readonly HealthReason[], degraded: readonly HealthReason[] = []): Reply {
  const status = red.length > 0 ? 'red' : degraded.length > 0 ? 'degraded' : 'ok';
  return reply
    .code(red.length > 0 ? 503 : 200)
    .header('cache-control', 'no-store')
    .send({ status, reasons: [...red, ...degraded] });
}
