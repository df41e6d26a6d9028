import { type Attos, parseAmount } from '../../base/amount.js';
import { Distribution } from '../figures/distribution.js';
import { Keyed } from '../figures/group.js';
import type { Entry } from './entry.js';

/** Whoever won, where it is not known. */
export const UNKNOWN_WINNER = 'unknown';

/** Bundles lost to one account. */
export interface LostTo {
  count: number;
  /** What they were expected to bring. */
  value: Attos;
  /** By how much our submission was later than the winner's commit, in milliseconds, where it was later. */
  readonly late: Distribution;
  /** Ours was earlier, and lost all the same. */
  earlier: number;
  /** Races of which the tips are known, and what was tipped in them. */
  tipsKnown: number;
  winnerTips: Attos;
  ourTips: Attos;
}

export class Losses {
  readonly winners = new Keyed<LostTo>(() => ({
    count: 0,
    value: 0n,
    late: new Distribution(),
    earlier: 0,
    tipsKnown: 0,
    winnerTips: 0n,
    ourTips: 0n,
  }));

  add({ status, missed, loss }: Entry): void {
    if (status !== 'lost') return;
    const lost = this.winners.of(loss?.winnerAccount ?? UNKNOWN_WINNER);
    lost.count++;
    lost.value += missed;
    if (loss?.lateMs !== undefined) {
      if (loss.lateMs < 0) lost.earlier++;
      else lost.late.add(loss.lateMs);
    }
    if (loss?.winnerTip === undefined) return;
    lost.tipsKnown++;
    lost.winnerTips += parseAmount(loss.winnerTip);
    lost.ourTips += parseAmount(loss.ourTip ?? '0');
  }
}
