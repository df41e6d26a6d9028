import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { DeskStats, OrderDesk } from '../desk.js';
import type { EventFeed, TimedEvent } from '../events.js';
import type { Faults } from '../faults.js';
import { read } from '../input.js';
import type { Makers } from '../makers.js';
import { faultSettings } from '../settings.js';
import { guard } from './guard.js';

/**
 * What a test stand needs and Anthic has not, under `/sandbox/`: JSON, `camelCase`, for tests, the demo and the page.
 *
 *     GET  /sandbox/stats     how many orders, fills, ends
 *     GET  /sandbox/orders    the newest orders, with their parts; `?limit=`
 *     GET  /sandbox/bundles   the newest bundles, with their payloads
 *     GET  /sandbox/makers    names, accounts, sessions, fills; never an API key
 *     GET  /sandbox/faults    what goes wrong now
 *     POST /sandbox/faults    replaces that; the settings' own shape. Guarded: it changes something
 *     GET  /sandbox/events    server-sent events; `Last-Event-ID` goes on behind one
 */
export interface Watching {
  readonly desk: Pick<OrderDesk, 'view' | 'bundles' | 'stats'>;
  readonly makers: Makers;
  readonly feed: EventFeed;
  readonly faults: Faults;
  /** Where the Trade API listens. */
  readonly host: string;
}

export interface StatsView extends DeskStats {
  readonly testStand: true;
}

const SHOWN = 200;
const ordersQuery = z.object({ limit: z.coerce.number().int().min(1).max(SHOWN).default(SHOWN) });

export function addWatching(app: FastifyInstance, { desk, makers, feed, faults, host }: Watching): void {
  app.get('/sandbox/stats', (): StatsView => ({ testStand: true, ...desk.stats }));
  app.get('/sandbox/orders', ({ query }) => ({ orders: desk.view(read(ordersQuery, query).limit) }));
  app.get('/sandbox/bundles', () => ({ bundles: desk.bundles(SHOWN) }));
  app.get('/sandbox/makers', () => ({
    makers: makers.all.map(({ name, settings, sessions, isListening, history }) => {
      return { name, accounts: settings.accounts, sessions: sessions.size, isListening, fills: history.next - 1 };
    }),
  }));
  app.get('/sandbox/faults', () => faults.settings);
  app.post('/sandbox/faults', { onRequest: async (request) => guard(request, host) }, ({ body }) => {
    faults.set(read(faultSettings, body ?? {}));
    return faults.settings;
  });
  app.get('/sandbox/events', (request, reply) => stream(feed, request, reply));
}

/** A reader that is slower than this much more is cut off. */
const MAX_BUFFERED = 1024 * 1024;

function stream(feed: EventFeed, { headers }: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'keep-alive' });
  // Whoever connects hears of it at once, also while nothing happens.
  raw.write('retry: 1000\n\n');
  const write = (event: TimedEvent) => {
    if (raw.writableLength > MAX_BUFFERED) raw.destroy();
    else raw.write(`id: ${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  const last = Number(headers['last-event-id'] ?? 0);
  for (const event of feed.since(Number.isSafeInteger(last) ? last : 0)) write(event);
  const stop = feed.listen(write);
  raw.on('close', stop);
}
