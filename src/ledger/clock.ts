import type { LedgerTime } from '../transaction/window.js';
import type { GatewayEndpoint } from './endpoint.js';
import { GatewayError } from './error.js';
import type { EndpointPool } from './pool.js';
import type { Surroundings } from './surroundings.js';
import type { LedgerState } from './wire.js';

export interface ClockOptions {
  readonly intervalMs?: number;
  /** How far the ledger's time may be from this machine's, either way, before one of them must be wrong (T4, T6). */
  readonly maxSkewMs?: number;
}

export interface ClockReading extends LedgerTime {
  readonly stateVersion: number;
  readonly proposerTimestampMs: number;
  readonly endpoint: string;
  /** By the local monotonic clock, since the question that first brought this time. */
  readonly ageMs: number;
  /** This machine's time less the ledger's, as of that question. */
  readonly skewMs: number;
}

const INTERVAL_MS = 1_500;
const MAX_SKEW_MS = 60_000;

interface Sighting {
  readonly state: LedgerState;
  readonly askedAt: number;
  readonly skewMs: number;
  readonly endpoint: string;
}

/**
 * The ledger's epoch and time: the latest that any Gateway has shown. An answer that shows no progress makes nothing
 * fresher: a Gateway that stands still answers with 200 (T4), and so does one behind a ledger that stands still. A time
 * far ahead of this machine's counts only while no Gateway shows another: what lies ahead would stand for ever.
 */
export class LedgerClock {
  /** What each endpoint has shown last. */
  private readonly sightings = new Map<string, Sighting>();
  private newest: Sighting | undefined;
  private readonly intervalMs: number;
  private readonly maxSkewMs: number;

  constructor(
    private readonly pool: EndpointPool,
    private readonly surroundings: Surroundings,
    options: ClockOptions = {},
  ) {
    this.intervalMs = options.intervalMs ?? INTERVAL_MS;
    this.maxSkewMs = options.maxSkewMs ?? MAX_SKEW_MS;
  }

  observe(state: LedgerState, askedAt: number, endpoint: string): void {
    const { now, wallNow } = this.surroundings;
    const wallAsked = wallNow() - (now() - askedAt);
    const sighting = { state, askedAt, skewMs: wallAsked - state.proposerTimestampMs, endpoint };
    const known = this.sightings.get(endpoint);
    if (known !== undefined && !this.supersedes(sighting, known)) return;
    this.sightings.set(endpoint, sighting);
    this.newest = [...this.sightings.values()].reduce((best, each) => (this.supersedes(each, best) ? each : best));
  }

  private supersedes(a: Sighting, b: Sighting): boolean {
    const [isAhead, wasAhead] = [-a.skewMs > this.maxSkewMs, -b.skewMs > this.maxSkewMs];
    if (isAhead !== wasAhead) return a.endpoint === b.endpoint ? wasAhead || isLater(a.state, b.state) : wasAhead;
    if (isLater(a.state, b.state)) return true;
    // The same from two endpoints is as old as the first.
    return !isLater(b.state, a.state) && a.askedAt < b.askedAt;
  }

  /** What was read, and how old it is: nothing is added to it. Undefined: nothing has been read yet. */
  clockAt(): ClockReading | undefined {
    if (this.newest === undefined) return undefined;
    const { state, askedAt, skewMs, endpoint } = this.newest;
    return {
      epoch: BigInt(state.epoch),
      timestamp: BigInt(Math.floor(state.proposerTimestampMs / 1000)),
      stateVersion: state.stateVersion,
      proposerTimestampMs: state.proposerTimestampMs,
      endpoint,
      ageMs: this.surroundings.now() - askedAt,
      skewMs,
    };
  }

  /** Undefined, or why the reading is not to be relied on: a reason for a person to read. */
  staleness(maxAgeMs: number): string | undefined {
    const reading = this.clockAt();
    if (reading === undefined) return 'no Gateway has told the time of the ledger yet';
    const { ageMs, skewMs } = reading;
    if (ageMs > maxAgeMs) return `no Gateway has shown a newer time of the ledger for ${seconds(ageMs)}`;
    if (skewMs > this.maxSkewMs)
      return `the newest time that a Gateway shows is ${seconds(skewMs)} behind this machine's`;
    if (-skewMs > this.maxSkewMs) return `a Gateway shows a time ${seconds(-skewMs)} ahead of this machine's`;
    return undefined;
  }

  isFresh(maxAgeMs: number): boolean {
    return this.staleness(maxAgeMs) === undefined;
  }

  /** Asks every endpoint once, and those that were not reachable for their network before. Never fails. */
  async poll(signal?: AbortSignal): Promise<void> {
    await Promise.all(this.pool.all.map((endpoint) => this.pollEndpoint(endpoint, signal)));
  }

  /** Polls until the signal fires: each endpoint at its own pace, so that a slow one holds up none. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.pool.all.map((endpoint) => this.runEndpoint(endpoint, signal)));
  }

  private async runEndpoint(endpoint: GatewayEndpoint, signal: AbortSignal): Promise<void> {
    const { now, sleep } = this.surroundings;
    while (!signal.aborted) {
      await this.pollEndpoint(endpoint, signal);
      const { isCooling, until } = endpoint.coolDown;
      const pause = isCooling ? until - now() : this.intervalMs;
      await sleep(pause, signal).catch(() => {});
    }
  }

  private async pollEndpoint(endpoint: GatewayEndpoint, signal: AbortSignal | undefined): Promise<void> {
    if (endpoint.coolDown.isCooling) return;
    try {
      if (await this.pool.verifyLater(endpoint, { signal })) await endpoint.gatewayStatus({ signal });
    } catch (error) {
      if (!signal?.aborted && !(error instanceof GatewayError)) throw error;
    }
  }
}

function isLater(a: LedgerState, b: LedgerState): boolean {
  if (a.proposerTimestampMs !== b.proposerTimestampMs) return a.proposerTimestampMs > b.proposerTimestampMs;
  return a.epoch > b.epoch;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
