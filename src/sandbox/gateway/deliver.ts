import type { FastifyReply } from 'fastify';
import type { Fault } from '../fault/fault.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What is null or undefined is left out, as the real server does. */
export function jsonAnswer(status: number, value: object): Answer {
  const body = JSON.stringify(value, (_key, field) => (field === null ? undefined : field));
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
}

/** Sends an answer, unless a fault spoils it on the way. */
export function deliver(reply: FastifyReply, answer: Answer, fault: Fault | undefined): FastifyReply {
  if (fault?.type === 'reset') return reset(reply, answer, fault.afterBytes);
  const body =
    fault?.type === 'malformed-json' ? (fault.body ?? answer.body.slice(0, answer.body.length / 2)) : answer.body;
  return reply.code(answer.status).headers(answer.headers).send(body);
}

/** Promises the whole body, sends a part of it, and resets the connection. */
function reset(reply: FastifyReply, { status, headers, body }: Answer, afterBytes?: number): FastifyReply {
  reply.hijack();
  const bytes = Buffer.from(body);
  const part = bytes.subarray(0, afterBytes ?? bytes.length / 2);
  const { raw } = reply;
  const abort = () => raw.socket?.resetAndDestroy();
  if (part.length === 0) abort();
  else {
    raw.writeHead(status, { ...headers, 'content-length': bytes.length });
    // Flushed first: a reset overtakes what still waits in the socket.
    raw.write(part, () => setTimeout(abort, 5));
  }
  return reply;
}
