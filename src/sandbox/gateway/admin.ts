import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { formatAmount } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';
import { EngineError } from '../engine/engine.js';
import { NO_FAULTS, parseFaults } from '../fault/fault.js';
import { FaultSchedule } from '../fault/schedule.js';
import { type Fields, text } from '../fields.js';
import { obstacleOf } from '../guard.js';
import { parseAccount, parseFunds, parseToken, plant } from '../seed.js';
import type { World } from '../world/world.js';
import { deliver, jsonAnswer } from './deliver.js';
import { GatewayError } from './error.js';
import { bodyOf, errorAnswer, type Gateway } from './server.js';

/**
 * What a test stand needs and no Gateway has, under `/sandbox/`. Bodies and answers are JSON, `camelCase`; errors are the
 * Gateway's. No fault befalls these calls. What does more than tell is taken from this machine only, and from no page.
 *
 *     GET    /sandbox            the ledger's time and what waits
 *     GET    /sandbox/faults     the rules, and how often each fired
 *     POST   /sandbox/faults     { seed?, rules } replaces them
 *     DELETE /sandbox/faults     removes them
 *     POST   /sandbox/rounds     { count?, advanceMs?, epoch? } goes rounds now, the clock put forward before each
 *     POST   /sandbox/tokens     { symbol, divisibility?, address? }
 *     POST   /sandbox/accounts   { publicKey?, address?, fund?: [{ resource, amount }] }
 *     POST   /sandbox/fund       { account, fund: [{ resource, amount }] }
 *     POST   /sandbox/balances   { accounts } → account → resource → amount
 */
export function addAdmin(app: FastifyInstance, gateway: Gateway): void {
  const { world } = gateway;
  const route = (method: 'GET' | 'POST' | 'DELETE', path: string, action: (body: Fields) => unknown) =>
    app.route({
      ...{ method, url: path, handler: (request, reply) => run(action, request, reply) },
      ...(method === 'GET' ? {} : { onRequest: async (request) => guard(request, new URL(gateway.url).hostname) }),
    });
  route('GET', '/sandbox', () => stateOf(world));
  route('GET', '/sandbox/faults', () => ({ rules: gateway.faults.report() }));
  route('POST', '/sandbox/faults', (body) => {
    gateway.faults = new FaultSchedule(parseFaults(body.raw));
    return { rules: gateway.faults.report() };
  });
  route('DELETE', '/sandbox/faults', () => {
    gateway.faults = new FaultSchedule(NO_FAULTS);
    return { rules: [] };
  });
  route('POST', '/sandbox/rounds', (body) => goRounds(world, body));
  route('POST', '/sandbox/tokens', async (body) => {
    const { tokens } = await plant(world, { tokens: [parseToken(body.raw)], accounts: [] });
    return tokens[0];
  });
  route('POST', '/sandbox/accounts', async (body) => {
    const { accounts } = await plant(world, { tokens: [], accounts: [parseAccount(body.raw)] });
    return accounts[0];
  });
  route('POST', '/sandbox/fund', async (body) => {
    const address = body.only('account', 'fund').string('account');
    await plant(world, { tokens: [], accounts: [{ address, fund: body.list('fund', parseFunds) }] });
    return {};
  });
  route('POST', '/sandbox/balances', async (body) => {
    const balances: Record<string, Record<string, string>> = {};
    for (const account of body.only('accounts').list('accounts', text)) {
      const held = [...(await world.balances(account))];
      balances[account] = Object.fromEntries(held.map(([resource, { amount }]) => [resource, formatAmount(amount)]));
    }
    return balances;
  });
}

function guard(request: FastifyRequest, listening: string): void {
  const obstacle = obstacleOf(request, listening);
  if (obstacle !== undefined) throw new GatewayError(403, obstacle);
}

async function goRounds(world: World, body: Fields) {
  body.only('count', 'advanceMs', 'epoch');
  const advanceMs = body.count('advanceMs', 0);
  const epoch = body.count('epoch', undefined);
  const transactions: string[] = [];
  for (let left = body.count('count', 1); left > 0; left -= 1) {
    world.clock.advance(advanceMs);
    const commits = await world.round(epoch === undefined ? {} : { epoch });
    transactions.push(...commits.map(({ intentId }) => intentId));
  }
  return { ...stateOf(world), transactions };
}

function stateOf(world: World) {
  return { network: world.network.name, ...world.state, mempoolSize: world.node.mempoolSize };
}

async function run(action: (body: Fields) => unknown, request: FastifyRequest, reply: FastifyReply) {
  try {
    return deliver(reply, jsonAnswer(200, (await action(bodyOf(request.body))) as object), undefined);
  } catch (error) {
    return deliver(reply, errorAnswer(asBadRequest(error)), undefined);
  }
}

/** What the engine refuses of a request here, the caller asked for. */
function asBadRequest(error: unknown): unknown {
  const refused = error instanceof EngineError || (error instanceof SolverError && error.code !== 'engine-died');
  if (!refused) return error;
  const { message, path } = error as SolverError;
  return new SolverError('bad-field', message, { path });
}
