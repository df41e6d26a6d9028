import type { NodeId } from '../sbor/custom.js';
import { preallocatedIdentity } from '../transaction/key.js';
import type { SettledOrder } from './order.js';

/** Whose orders are remembered: the account that pays, and the maker whose key signs. */
export type PartyKind = 'account' | 'maker';

/** What an order showed of its party. An expiry shows nothing about paying. */
export type PartyOutcome = 'settled' | 'could-not-pay' | 'expired';

export interface Party {
  readonly kind: PartyKind;
  readonly id: NodeId;
}

export interface PartyNews extends Party {
  readonly outcome: PartyOutcome;
}

/** What became of the orders of a party, as far as it was seen. */
export interface PartyRecord {
  readonly settled: number;
  readonly couldNotPay: number;
  readonly expired: number;
}

/** What became of settlements with one tip: those whose subintents were committed, by them or by a rival. */
export interface RaceRecord {
  readonly tipBasisPoints: number;
  readonly won: number;
  readonly lost: number;
}

/**
 * Who stands behind an order. A maker is called by the identity that its key owns: a hash that tells the curve. An order
 * that nobody signs (its account need not) has none.
 */
export function partiesOf({ limitOrder, signers }: Pick<SettledOrder, 'limitOrder' | 'signers'>): Party[] {
  const parties: Party[] = [{ kind: 'account', id: limitOrder.account }];
  const [key] = signers.order;
  if (key !== undefined) parties.push({ kind: 'maker', id: preallocatedIdentity(key) });
  return parties;
}

const NOTHING: PartyRecord = { settled: 0, couldNotPay: 0, expired: 0 };

export function withOutcome(record: PartyRecord = NOTHING, outcome: PartyOutcome): PartyRecord {
  const { settled, couldNotPay, expired } = record;
  if (outcome === 'settled') return { settled: settled + 1, couldNotPay, expired };
  if (outcome === 'could-not-pay') return { settled, couldNotPay: couldNotPay + 1, expired };
  return { settled, couldNotPay, expired: expired + 1 };
}

/** Records in memory, so that a plan asks no file. Of parties only the last seen are kept. */
export class PartyBook {
  private readonly parties = new Map<string, PartyRecord>();
  private readonly byTip = new Map<number, RaceRecord>();

  constructor(private readonly maxParties: number) {}

  /** Takes over what was written down: oldest first, so that the newest stay. */
  load(parties: Iterable<Party & PartyRecord>, races: Iterable<RaceRecord>): void {
    for (const { kind, id, settled, couldNotPay, expired } of parties) {
      this.put(kind + id, { settled, couldNotPay, expired });
    }
    for (const race of races) this.byTip.set(race.tipBasisPoints, race);
  }

  record(news: readonly PartyNews[]): void {
    for (const { kind, id, outcome } of news) this.put(kind + id, withOutcome(this.parties.get(kind + id), outcome));
  }

  recordRace(tipBasisPoints: number, won: boolean): void {
    const before = this.byTip.get(tipBasisPoints) ?? { tipBasisPoints, won: 0, lost: 0 };
    const after = won ? { ...before, won: before.won + 1 } : { ...before, lost: before.lost + 1 };
    this.byTip.set(tipBasisPoints, after);
  }

  party(kind: PartyKind, id: NodeId): PartyRecord | undefined {
    return this.parties.get(kind + id);
  }

  races(): readonly RaceRecord[] {
    return [...this.byTip.values()];
  }

  /** A map remembers the order of insertion: the first is the one that was not seen for longest. */
  private put(key: string, record: PartyRecord): void {
    this.parties.delete(key);
    this.parties.set(key, record);
    if (this.parties.size <= this.maxParties) return;
    const [oldest] = this.parties.keys();
    this.parties.delete(oldest!);
  }
}
