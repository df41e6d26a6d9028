import { decide } from './decide.js';
import type { CallOptions, GatewayEndpoint } from './endpoint.js';
import { GatewayError } from './error.js';
import type { DecideOptions } from './evidence.js';
import { type Followed, NOTHING_SEEN, type Question, type Reply, record, type View } from './observation.js';
import type { Decision } from './outcome.js';
import type { Surroundings } from './surroundings.js';

/** Without a reason an abort makes an error with a stack. */
const DONE = 'done';
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
    /** How long one endpoint's answer is waited for before another is asked, too. */
    private readonly patienceMs: number,
  ) {}

  /**
   * One poll: one endpoint tells its status and one subintent's, each in turn, since there is no batch (T28); the next is
   * asked as well where that takes long. If it looks like an end, what confirms it is asked at once, and the first answer
   * that decides ends the poll. `onAsk` counts requests.
   */
  async poll(ready: readonly GatewayEndpoint[], onAsk: (n: number) => void, signal: AbortSignal): Promise<Decision> {
    const nth = this.polls++;
    const ask = (questions: readonly Question[]) => {
      onAsk(questions.length);
      return this.ask(questions, ready, signal, nth);
    };
    let decision = await this.firstLook(ready, nth, ask);
    for (let round = 0; round < MAX_ROUNDS && decision.type === 'open' && decision.wants.length > 0; round++) {
      decision = await ask(decision.wants);
    }
    return decision;
  }

  /** Of an endpoint that stands still nobody waits for longer than that: the next one's answers do as well. */
  private async firstLook(
    ready: readonly GatewayEndpoint[],
    nth: number,
    ask: (questions: readonly Question[]) => Promise<Decision>,
  ): Promise<Decision> {
    const { subintents } = this.followed;
    // Another subintent only when every endpoint had its turn.
    const id = subintents[Math.floor(nth / ready.length) % Math.max(1, subintents.length)];
    const asked: Promise<Decision>[] = [];
    for (let turn = 0; turn < ready.length; turn++) {
      const endpoint = ready[(nth + turn) % ready.length]!.name;
      asked.push(
        ask([
          { endpoint, type: 'status' },
          ...(id === undefined ? [] : [{ endpoint, type: 'subintent', id } as const]),
        ]),
      );
      const isLast = turn === ready.length - 1;
      if (isLast || (await this.comesSoon(Promise.race(asked)))) break;
    }
    return Promise.race(asked);
  }

  private async comesSoon(answer: Promise<unknown>): Promise<boolean> {
    const enough = new AbortController();
    const patience = this.surroundings.sleep(this.patienceMs, enough.signal).then(
      () => false,
      () => true,
    );
    try {
      return await Promise.race([answer.then(() => true), patience]);
    } finally {
      enough.abort(DONE);
    }
  }

  private decide(ready: readonly GatewayEndpoint[]): Decision {
    const now = { monoMs: this.surroundings.now(), wallMs: this.surroundings.wallNow() };
    const names = ready.filter(({ coolDown }) => !coolDown.isCooling).map(({ name }) => name);
    return decide(this.followed, this.views, names, now, this.options);
  }

  /** Ends with the first answer that decides, else with the last one. */
  private ask(
    questions: readonly Question[],
    ready: readonly GatewayEndpoint[],
    signal: AbortSignal,
    nth: number,
  ): Promise<Decision> {
    return new Promise((resolve, reject) => {
      let left = questions.length;
      const take = (question: Question, reply: Reply) => {
        // Those that are still missing when the next poll begins come too late: what it hears is newer.
        if (nth === this.polls - 1) this.record(question, reply);
        const decision = this.decide(ready);
        left -= 1;
        if (left === 0 || decision.type === 'final') resolve(decision);
      };
      for (const question of questions) {
        const endpoint = ready.find(({ name }) => name === question.endpoint)!;
        replyOf(endpoint, this.followed.id, question, { signal })
          .then((reply) => take(question, reply))
          .catch(reject);
      }
    });
  }

  private record(question: Question, reply: Reply): void {
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
