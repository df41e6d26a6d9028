import { decide } from './decide.js';
import type { CallOptions, GatewayEndpoint } from './endpoint.js';
import { GatewayError } from './error.js';
import type { DecideOptions } from './evidence.js';
import { type Followed, NOTHING_SEEN, type Question, type Reply, record, type View } from './observation.js';
import type { Decision } from './outcome.js';
import type { Surroundings } from './surroundings.js';

/** Confirmations that are asked for within one poll. */
const MAX_ROUNDS = 4;

/** What has been learned of one transaction, and the asking. */
export class Inquiry {
  private readonly views = new Map<string, View>();
  private polls = 0;

  constructor(
    readonly followed: Followed,
    private readonly surroundings: Surroundings,
    private readonly options: Partial<DecideOptions>,
  ) {}

  /**
   * One poll: one endpoint tells its status and one subintent's, each in turn, since there is no batch (T28). If that
   * looks like an end, what confirms it is asked at once. `onAsk` counts requests.
   */
  async poll(ready: readonly GatewayEndpoint[], onAsk: (n: number) => void, signal: AbortSignal): Promise<Decision> {
    const endpoint = ready[this.polls % ready.length]!.name;
    const { subintents } = this.followed;
    // Another subintent only when every endpoint had its turn.
    const id = subintents[Math.floor(this.polls / ready.length) % Math.max(1, subintents.length)];
    this.polls += 1;
    let wants: readonly Question[] = [{ endpoint, type: 'status' }];
    if (id !== undefined) wants = [...wants, { endpoint, type: 'subintent', id }];
    for (let round = 0; ; round++) {
      onAsk(wants.length);
      await Promise.all(wants.map((question) => this.ask(question, ready, signal)));
      const decision = this.decide(ready);
      if (decision.type === 'final' || decision.wants.length === 0 || round >= MAX_ROUNDS) return decision;
      wants = decision.wants;
    }
  }

  private decide(ready: readonly GatewayEndpoint[]): Decision {
    const now = { monoMs: this.surroundings.now(), wallMs: this.surroundings.wallNow() };
    const names = ready.filter(({ coolDown }) => !coolDown.isCooling).map(({ name }) => name);
    return decide(this.followed, this.views, names, now, this.options);
  }

  private async ask(question: Question, ready: readonly GatewayEndpoint[], signal: AbortSignal): Promise<void> {
    const endpoint = ready.find(({ name }) => name === question.endpoint);
    if (endpoint === undefined) return;
    const reply = await replyOf(endpoint, this.followed.id, question, { signal });
    const view = this.views.get(question.endpoint) ?? NOTHING_SEEN;
    this.views.set(question.endpoint, record(view, this.followed, question, reply, this.surroundings.now()));
  }
}

async function replyOf(
  endpoint: GatewayEndpoint,
  id: string,
  question: Question,
  options: CallOptions,
): Promise<Reply> {
  try {
    switch (question.type) {
      case 'status':
        return { type: 'status', answer: await endpoint.transactionStatus(id, options) };
      case 'subintent':
        return { type: 'subintent', answer: await endpoint.subintentStatus(question.id, options) };
      case 'details': {
        const atStateVersion = question.at?.stateVersion;
        return { type: 'details', answer: await endpoint.committedDetails(id, { ...options, atStateVersion }) };
      }
      case 'winner':
        return { type: 'winner', answer: await endpoint.committedDetails(question.id, options) };
    }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const canBeMissing = question.type === 'details' || question.type === 'winner';
    if (error.code === 'not-found' && canBeMissing) return { type: question.type, answer: 'not-found' };
    return { type: 'no-answer' };
  }
}
