import { SolverError } from '../base/error.js';
import { formatAddress, XRD } from '../transaction/address.js';
import { networkById } from '../transaction/network.js';
import { classifyFailure } from './classify.js';
import type { CallOptions, GatewayEndpoint } from './endpoint.js';
import { GatewayError } from './error.js';
import type { Surroundings } from './surroundings.js';

export interface NetworkCheck {
  readonly endpoint: string;
  readonly state: 'right' | 'wrong' | 'unknown';
  /** Why it is unknown. */
  readonly error: GatewayError | undefined;
}

interface Member {
  readonly endpoint: GatewayEndpoint;
  network: NetworkCheck['state'];
}

const RETRY_PAUSE_MS = 100;

/**
 * The Gateways, the best first. One that has not shown yet that it is of our network is not used for anything: its epoch
 * and its time would be those of another ledger.
 */
export class EndpointPool {
  private readonly members: readonly Member[];
  private expectedId: number | undefined;
  /** Hears of an endpoint that was found to be of another network: it is asked nothing more. */
  onWrong: (endpoint: string) => void = () => {};

  constructor(
    endpoints: readonly GatewayEndpoint[],
    private readonly surroundings: Surroundings,
  ) {
    if (endpoints.length === 0) throw new SolverError('no-gateway', 'expected at least one Gateway');
    const names = endpoints.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new SolverError('same-gateway', `${twice} is given twice: it would confirm itself`);
    this.members = endpoints.map((endpoint) => ({ endpoint, network: 'unknown' }));
  }

  get all(): readonly GatewayEndpoint[] {
    return this.members.map(({ endpoint }) => endpoint);
  }

  /** Those of our network. */
  get verified(): readonly GatewayEndpoint[] {
    return this.members.filter(({ network }) => network === 'right').map(({ endpoint }) => endpoint);
  }

  /** Those of our network that are well. */
  get ready(): readonly GatewayEndpoint[] {
    return this.verified.filter(({ coolDown }) => !coolDown.isCooling);
  }

  /**
   * Asks every endpoint at once for network id and XRD. Error: `wrong-network`, whatever the others say. An endpoint that
   * does not answer is unknown, and looked at again by `verifyLater`.
   */
  async checkNetwork(expectedId: number, options?: CallOptions): Promise<readonly NetworkCheck[]> {
    this.expectedId = expectedId;
    const checks = await Promise.all(this.members.map((member) => this.check(member, expectedId, options)));
    const wrong = checks.filter(({ state }) => state === 'wrong').map(({ endpoint }) => endpoint);
    if (wrong.length > 0) {
      throw new SolverError(
        'wrong-network',
        `expected network ${expectedId} of ${wrong.join(', ')}, which has another`,
        {
          hint: 'check the network and the Gateway URLs',
        },
      );
    }
    return checks;
  }

  /** Looks again at an endpoint that did not answer at the start. One of another network is never used. */
  async verifyLater(endpoint: GatewayEndpoint, options?: CallOptions): Promise<boolean> {
    const member = this.members.find((each) => each.endpoint === endpoint);
    if (member?.network === 'unknown' && this.expectedId !== undefined) {
      await this.check(member, this.expectedId, options);
    }
    return member?.network === 'right';
  }

  /**
   * The first good answer: one endpoint after the other, the healthy first, then again from the front until the deadline.
   * What an endpoint refuses, or does not find, is an answer.
   */
  async ask<T>(
    call: (endpoint: GatewayEndpoint, options: CallOptions) => Promise<T>,
    { deadline, signal }: { readonly deadline: number; readonly signal?: AbortSignal | undefined },
  ): Promise<T> {
    const { now, sleep } = this.surroundings;
    let last: GatewayError | undefined;
    for (;;) {
      for (const endpoint of this.byHealth()) {
        const timeoutMs = deadline - now();
        if (timeoutMs <= 0) break;
        if (endpoint.coolDown.pausedUntil > now()) continue;
        try {
          // Half of what is left: the next endpoint wants its chance.
          return await call(endpoint, { timeoutMs: Math.max(timeoutMs / 2, RETRY_PAUSE_MS), signal });
        } catch (error) {
          if (!(error instanceof GatewayError) || !error.retry) throw error;
          last = error;
        }
      }
      const earliest = Math.min(...this.byHealth().map(({ coolDown }) => coolDown.until), Infinity);
      const pause = Math.max(RETRY_PAUSE_MS, earliest - now());
      if (!(now() + pause < deadline)) break;
      await sleep(pause, signal);
    }
    throw (
      last ?? new GatewayError('unreachable', 'no Gateway could be asked in time', { endpoint: 'all', arrived: false })
    );
  }

  private byHealth(): readonly GatewayEndpoint[] {
    return [...this.verified].sort((a, b) => a.coolDown.failures - b.coolDown.failures);
  }

  private async check(member: Member, expectedId: number, options?: CallOptions): Promise<NetworkCheck> {
    const { endpoint } = member;
    try {
      const { id, xrd } = await endpoint.networkConfiguration(options);
      const isRight = id === expectedId && xrd === formatAddress(XRD, networkById(expectedId));
      member.network = isRight ? 'right' : 'wrong';
      if (!isRight) this.onWrong(endpoint.name);
      return { endpoint: endpoint.name, state: member.network, error: undefined };
    } catch (error) {
      options?.signal?.throwIfAborted();
      return { endpoint: endpoint.name, state: member.network, error: classifyFailure(error, endpoint.name) };
    }
  }
}
