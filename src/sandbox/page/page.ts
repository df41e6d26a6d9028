import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { SolverError } from '../../base/error.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { EventFeed } from '../anthic/events.js';
import { guard } from '../anthic/trade/guard.js';
import { answerOf } from '../anthic/trade/refusal.js';
import { type HandContext, placeByHand, quoteByHand } from './handOrder.js';
import { holdingsOf, partiesOf } from './people.js';
import { Settlements } from './settlements.js';

export interface PageContext extends HandContext {
  readonly ledger: Pick<Ledger, 'balances' | 'clock' | 'committedDetails'>;
  readonly feed: EventFeed;
}

/**
 * A page to watch the test stand by and to place orders on, and what it asks for. Everything that changes anything passes
 * the guard.
 *
 *     GET  /                      the page; its script and style beside it
 *     GET  /sandbox/market        network, tokens, pairs, and whose accounts have names: the same for a whole run
 *     GET  /sandbox/balances      what those hold
 *     GET  /sandbox/settlements   the newest transactions that settled orders: fee, and who paid it
 *     POST /sandbox/quotes        { user, base, quote, side, amount, slippage }: what an order would say and cost
 *     POST /sandbox/orders        { user, sell, buy }: signed with the user's key and submitted
 *
 * Errors of the last two name the form's field: `{ success: false, error: { code, message, field? } }`.
 */
export function addPage(app: FastifyInstance, context: PageContext): void {
  const { settings, tokens, ledger, feed, people, now } = context;
  const parties = partiesOf(people, context);
  const settlements = new Settlements(feed, ledger);
  const startedAt = now();
  addFiles(app);
  app.get('/sandbox/market', () => ({
    testStand: true,
    startedAt,
    network: { id: settings.network.id, name: settings.network.name },
    tokens: tokens.all.map(({ symbol, address, divisibility }) => ({ symbol, address, divisibility })),
    pairs: tokens.pairs,
    parties,
  }));
  app.get('/sandbox/balances', async () => {
    const holdings = await Promise.all(parties.map((party) => holdingsOf(party, context)));
    return { parties: parties.map((party, index) => ({ ...party, holdings: holdings[index] })) };
  });
  app.get('/sandbox/settlements', async () => ({ settlements: await settlements.view() }));
  app.register(async (scope) => {
    scope.addHook('onRequest', async (request) => guard(request, settings.ports.host));
    scope.setErrorHandler((error, _request, reply) => {
      const { status, ...told } = tell(error);
      return reply.code(status).send({ success: false, error: told });
    });
    scope.post('/sandbox/quotes', ({ body }) => quoteByHand(body, context));
    scope.post('/sandbox/orders', ({ body }) => placeByHand(body, context));
  });
}

/** The field apart from the words, to be shown beside it. */
function tell(error: unknown): { status: number; code: string; message: string; field?: string } {
  const told = answerOf(error);
  if (told.status >= 500 || !(error instanceof SolverError) || error.path === '') return told;
  return { ...told, message: error.message, field: error.path };
}

const FOLDER = new URL('./web/', import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page may load what is served here, and nothing else; it may be no part of another. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

function addFiles(app: FastifyInstance): void {
  for (const name of readdirSync(FOLDER)) {
    const content = readFileSync(new URL(name, FOLDER));
    const type = TYPES[extname(name)]!;
    app.get(name === 'index.html' ? '/' : `/${name}`, (_request, reply) =>
      reply.headers(HEADERS).type(type).send(content),
    );
  }
}
