import { seeded } from '../fault/schedule.js';
import type { FaultSettings } from './settings.js';

/** What befalls a message on its way out. */
export interface Fate {
  readonly lost: boolean;
  readonly disconnects: boolean;
  readonly delayMs: number;
}

/** Decides by seeded chance what goes wrong; the settings can be replaced while it runs. */
export class Faults {
  private random: () => number;
  private settings_: FaultSettings;

  constructor(settings: FaultSettings) {
    this.settings_ = settings;
    this.random = seeded(settings.seed);
  }

  get settings(): FaultSettings {
    return this.settings_;
  }

  set(settings: FaultSettings): void {
    this.settings_ = settings;
    this.random = seeded(settings.seed);
  }

  fateOfMessage(): Fate {
    const { drop, disconnect, delay, delayMs } = this.settings;
    const lost = this.happens(drop);
    const disconnects = this.happens(disconnect);
    return { lost, disconnects, delayMs: this.happens(delay) ? Math.ceil(this.random() * delayMs) : 0 };
  }

  refusesFill(): boolean {
    return this.happens(this.settings.refuseFill);
  }

  pushesTwice(): boolean {
    return this.happens(this.settings.duplicatePush);
  }

  private happens(chance: number): boolean {
    return chance > 0 && this.random() < chance;
  }
}
