import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { addPage, type PageContext } from '../../page/page.js';
import { RefusedError } from '../error.js';
import { RateLimit } from '../rate.js';
import type { TradeContext, TradeEndpoint } from './call.js';
import { compose, createSubintent, parse, sign } from './construction.js';
import {
  instamintAccount,
  instamintAccounts,
  instamintAllowance,
  instamintBalance,
  instamintInfo,
  instamintPayback,
  instamintTokens,
} from './instamint.js';
import {
  accountLevel,
  accounts,
  info,
  networkStatus,
  orderBook,
  submitOrder,
  tokenList,
  tokenPairs,
} from './market.js';
import { answerOf, BODY_LIMIT } from './refusal.js';
import { addWatching, type Watching } from './watching.js';

interface Route {
  readonly method: 'GET' | 'POST';
  readonly answer: TradeEndpoint;
  readonly key?: true;
}

// biome-ignore format: a table reads better aligned
const ROUTES: Readonly<Record<string, Route>> = {
  '/network/status':                     { method: 'GET',  answer: networkStatus },
  '/trade/info':                         { method: 'GET',  answer: info },
  '/trade/account_addresses/:address':   { method: 'GET',  answer: accountLevel },
  '/trade/tokens':                       { method: 'GET',  answer: tokenList },
  '/trade/token_pairs':                  { method: 'GET',  answer: tokenPairs },
  '/trade/accounts':                     { method: 'GET',  answer: accounts, key: true },
  '/trade/order_book':                   { method: 'GET',  answer: orderBook },
  '/trade/orders':                       { method: 'POST', answer: submitOrder },
  '/instamint/info':                     { method: 'GET',  answer: instamintInfo },
  '/instamint/tokens':                   { method: 'GET',  answer: instamintTokens },
  '/instamint/account':                  { method: 'GET',  answer: instamintAccount, key: true },
  '/instamint/account/allowance':        { method: 'GET',  answer: instamintAllowance, key: true },
  '/instamint/account/balance':          { method: 'GET',  answer: instamintBalance, key: true },
  '/instamint/account/payback-addresses':{ method: 'GET',  answer: instamintPayback, key: true },
  '/instamint/accounts':                 { method: 'GET',  answer: instamintAccounts, key: true },
  '/construction/compose':               { method: 'POST', answer: compose },
  '/construction/parse':                 { method: 'POST', answer: parse },
  '/construction/create_subintent':      { method: 'POST', answer: createSubintent },
  '/construction/sign':                  { method: 'POST', answer: sign },
};

/** The Trade API (docs/interfaces.md §4.1), and beside it what is of the test stand only. */
export class TradeServer {
  private constructor(
    readonly url: string,
    private readonly app: FastifyInstance,
  ) {}

  static async start(context: PageContext, watching: Watching): Promise<TradeServer> {
    const { settings, now } = context;
    const app = Fastify({
      bodyLimit: BODY_LIMIT,
      forceCloseConnections: true,
      // Of paths that are none: they come to no handler.
      frameworkErrors: (error, _request, reply) => void sendError(reply, error),
    });
    const rate = new RateLimit(settings.limits.requestsPerSecond, now);
    // Read as text, so that what is no JSON is refused in this API's words.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
      try {
        done(null, body === '' ? undefined : JSON.parse(body as string));
      } catch {
        done(new RefusedError('bad-request', 'expected JSON'));
      }
    });
    app.addHook('onRequest', async ({ ip, headers }, reply) => {
      reply.header('anthic-test-stand', 'local sandbox, not Anthic');
      if (headers.origin !== undefined) reply.header('access-control-allow-origin', '*');
      if (!rate.admits(ip)) throw new RefusedError('too-many-requests', 'expected fewer requests in a second');
    });
    for (const [url, { method, answer, key }] of Object.entries(ROUTES)) {
      app.route({
        method,
        url,
        handler: (request) => answer({ ...context, ...callOf(request, context, key === true) }),
      });
    }
    addWatching(app, watching);
    addPage(app, context);
    app.setNotFoundHandler(({ method, url }, reply) => {
      const message = `there is no ${method} ${url.slice(0, 100)}`;
      return sendError(reply, new RefusedError('not-found', message));
    });
    app.setErrorHandler((error, _request, reply) => sendError(reply, error));
    await app.listen({ host: settings.ports.host, port: settings.ports.trade });
    const { port } = app.server.address() as AddressInfo;
    return new TradeServer(`http://${settings.ports.host}:${port}`, app);
  }

  close(): Promise<void> {
    return this.app.close() as unknown as Promise<void>;
  }
}

function callOf({ params, query, body, headers }: FastifyRequest, { makers }: TradeContext, needsKey: boolean) {
  const key = headers['anthic-api-key'];
  const caller = makers.of(typeof key === 'string' ? key : undefined);
  if (needsKey && caller === undefined) {
    throw new RefusedError('unauthorized', 'expected a known API key in the header ANTHIC-API-KEY');
  }
  return { params, query, body, caller };
}

function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, code, message } = answerOf(error);
  return reply.code(status).send({ success: false, error: { code, message } });
}
