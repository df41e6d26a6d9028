import type { Stage } from '../../src/cli/demo/stage.js';
import { faultSettings } from '../../src/sandbox/anthic/settings.js';
import type { Fault } from '../../src/sandbox/fault/fault.js';
import { FaultSchedule } from '../../src/sandbox/fault/schedule.js';
import type { Actor } from './actor.js';

type Random = () => number;

export type Trouble = 'maker-killed' | 'solver-killed' | 'anthic-unwell' | 'gateway-unwell';

/** What befalls the Gateway, for a while; each call with this chance. */
const GATEWAY: readonly (readonly [fault: Fault, path: string, probability: number])[] = [
  [{ type: 'unavailable', status: 503 }, '*', 0.5],
  [{ type: 'internal-error', exception: 'Whatever' }, '/transaction/*', 0.5],
  [{ type: 'latency', ms: 400 }, '*', 0.5],
  [{ type: 'reset' }, '*', 0.3],
  [{ type: 'malformed-json' }, '*', 0.3],
  [{ type: 'rate-limit', retryAfter: '1' }, '*', 0.2],
  [{ type: 'late-status', rounds: 4 }, '/transaction/*', 1],
  [{ type: 'stale-state', rounds: 4 }, '*', 1],
  [{ type: 'never-commits', forget: true }, '/transaction/submit', 0.5],
];

/** What befalls the messages of Anthic's sessions, for a while. */
const ANTHIC: readonly object[] = [
  { disconnect: 0.1 },
  { drop: 0.1 },
  { delay: 0.5, delayMs: 1500 },
  { duplicatePush: 1 },
  { refuseFill: 0.3 },
];

/** Chooses by seeded chance what goes wrong next, and lets it pass again. */
export class Troubles {
  readonly counts: Record<Trouble, number> = {
    'maker-killed': 0,
    'solver-killed': 0,
    'anthic-unwell': 0,
    'gateway-unwell': 0,
  };
  private readonly passing = new Set<Promise<void>>();

  constructor(
    private readonly stage: Stage,
    private readonly makers: readonly Actor[],
    private readonly solvers: readonly Actor[],
    private readonly random: Random,
    private readonly sleep: (ms: number) => Promise<void>,
  ) {}

  /** Makes trouble until the signal fires, and waits until all of it has passed. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.sleep(1_000 + this.random() * 2_000);
      if (signal.aborted) break;
      const passing = this.make().finally(() => this.passing.delete(passing));
      this.passing.add(passing);
    }
    await Promise.all(this.passing);
  }

  private make(): Promise<void> {
    const chance = this.random();
    if (chance < 0.35) return this.kill('maker-killed', this.makers);
    if (chance < 0.6) return this.kill('solver-killed', this.solvers);
    return chance < 0.8 ? this.disturbAnthic() : this.disturbGateway();
  }

  private async kill(trouble: Trouble, actors: readonly Actor[]): Promise<void> {
    const actor = this.choose(actors);
    if (!actor.isRunning) return;
    this.counts[trouble] += 1;
    await actor.kill();
    await this.sleep(this.random() * 2_000);
    actor.start();
  }

  private async disturbAnthic(): Promise<void> {
    const { anthic } = this.stage;
    this.counts['anthic-unwell'] += 1;
    const seed = Math.floor(this.random() * 1e9);
    anthic.setFaults(faultSettings.parse({ seed, ...this.choose(ANTHIC) }));
    await this.sleep(500 + this.random() * 2_500);
    anthic.setFaults(faultSettings.parse({}));
  }

  private async disturbGateway(): Promise<void> {
    const { gateway } = this.stage.sandbox;
    this.counts['gateway-unwell'] += 1;
    const [fault, path, probability] = this.choose(GATEWAY);
    const seed = Math.floor(this.random() * 1e9);
    gateway.faults = new FaultSchedule({ seed, rules: [{ path, probability, fault }] });
    await this.sleep(500 + this.random() * 2_500);
    gateway.faults = new FaultSchedule({ seed: 1, rules: [] });
  }

  private choose<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)]!;
  }
}
