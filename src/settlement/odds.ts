import { SolverError } from '../base/error.js';
import type { NodeId } from '../sbor/custom.js';
import { CERTAIN, type Ppm } from './chance.js';
import type { SettledOrder } from './order.js';
import { type PartyKind, type PartyRecord, partiesOf, type RaceRecord } from './party.js';
import type { Odds } from './planner/model.js';
import type { Policy } from './policy.js';

/** Where odds come from. It is asked for each order of each plan, so it answers out of memory (`PartyBook`). */
export interface OddsSource {
  party(kind: PartyKind, id: NodeId): PartyRecord | undefined;
  races(): readonly RaceRecord[];
}

/** What is believed where nothing was seen, and how many observations that is worth. */
export interface Prior {
  readonly chance: Ppm;
  readonly weight: number;
}

/**
 * The chance of what was seen `hits` times in `trials`: the mean of a Beta distribution whose prior counts as `weight`
 * trials, (weight · prior + hits) / (weight + trials), rounded to whole millionths.
 */
export function posterior(hits: number, trials: number, { chance, weight }: Prior): Ppm {
  const all = BigInt(weight) + BigInt(trials);
  if (all === 0n) return chance;
  const seen = BigInt(weight) * BigInt(chance) + BigInt(hits) * BigInt(CERTAIN);
  return Number((2n * seen + all) / (2n * all));
}

/** Odds out of records: what is known of a party, with what is known of those like it as the prior. */
export class RecordedOdds implements Odds {
  /** Error: `bad-chance` naming the field. */
  constructor(
    private readonly source: OddsSource,
    private readonly chances: Policy['chances'],
  ) {
    checkChance('chances.cannotPay', chances.cannotPay);
    checkChance('chances.winsRace', chances.winsRace);
    if (!Number.isSafeInteger(chances.weight) || chances.weight < 0) {
      throw badChance('chances.weight', `expected a whole number of at least 0, got ${chances.weight}`);
    }
  }

  /** The policy's prior counts for the maker, and what the maker did elsewhere for its account. */
  cannotPay(order: SettledOrder): Ppm {
    const { weight } = this.chances;
    let chance = this.chances.cannotPay;
    for (const { kind, id } of partiesOf(order).reverse()) {
      const { couldNotPay, settled } = this.source.party(kind, id) ?? NOTHING_SEEN;
      chance = posterior(couldNotPay, couldNotPay + settled, { chance, weight });
    }
    return chance;
  }

  /** The policy's prior counts for the lowest tip, and what was seen with a lower tip for the next higher one. */
  winsRace(tipBasisPoints: number): Ppm {
    const { weight, winsRace } = this.chances;
    const races = this.source.races().filter((race) => race.tipBasisPoints <= tipBasisPoints);
    let chance = winsRace;
    for (const { won, lost } of races.sort((a, b) => a.tipBasisPoints - b.tipBasisPoints)) {
      chance = posterior(won, won + lost, { chance, weight });
    }
    return chance;
  }
}

const NOTHING_SEEN = { couldNotPay: 0, settled: 0 } as const;

function checkChance(path: string, chance: Ppm): void {
  if (Number.isInteger(chance) && chance >= 0 && chance <= CERTAIN) return;
  throw badChance(path, `expected a whole number of millionths from 0 to ${CERTAIN}, got ${chance}`);
}

function badChance(path: string, message: string): SolverError {
  return new SolverError('bad-chance', message, { path });
}
