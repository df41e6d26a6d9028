import type { NodeId } from '../sbor/custom.js';
import type { Party, PartyKind, PartyNews, PartyOutcome, PartyRecord, RaceRecord } from '../settlement/party.js';
import type { Store } from './store.js';

/** A party's record, and when it was last added to. */
export interface StoredParty extends Party, PartyRecord {
  readonly updatedAt: number;
}

/** Accounts and makers that are remembered: of more, those that were not seen for longest are forgotten. */
export const MAX_PARTIES = 20_000;
/** Of tips, of which an adaptive policy tries a few dozen. */
const MAX_TIPS = 500;

const COLUMN: Readonly<Record<PartyOutcome, string>> = {
  settled: 'settled',
  'could-not-pay': 'could_not_pay',
  expired: 'expired',
};

/** Inside `write` only. */
export function recordParties(store: Store, news: readonly PartyNews[], now: number): void {
  for (const { kind, id, outcome } of news) {
    const column = COLUMN[outcome];
    store.change(
      `insert into party (kind, id, ${column}, updated_at) values (?, ?, 1, ?)
       on conflict (kind, id) do update set ${column} = ${column} + 1, updated_at = excluded.updated_at`,
      kind,
      id,
      now,
    );
  }
}

/** Inside `write` only: counts them all, so not with each that is written. */
export function forgetParties(store: Store): void {
  const [row] = store.sql<{ over: number }>(`select count(*) - ${MAX_PARTIES} as over from party`);
  if (row!.over <= 0) return;
  store.change(
    'delete from party where (kind, id) in (select kind, id from party order by updated_at, kind, id limit ?)',
    row!.over,
  );
}

/** Inside `write` only. */
export function recordRace(store: Store, tipBasisPoints: number, won: boolean, now: number): void {
  const column = won ? 'won' : 'lost';
  store.change(
    `insert into race (tip, ${column}, updated_at) values (?, 1, ?)
     on conflict (tip) do update set ${column} = ${column} + 1, updated_at = excluded.updated_at`,
    tipBasisPoints,
    now,
  );
  store.change(
    `delete from race where tip in (select tip from race order by updated_at desc, tip limit -1 offset ${MAX_TIPS})`,
  );
}

const PARTY = 'kind, id, settled, could_not_pay as couldNotPay, expired, updated_at as updatedAt';

/** All that is remembered, the oldest first. */
export function storedParties(store: Store): StoredParty[] {
  return store.sql<StoredParty>(`select ${PARTY} from party order by updated_at, kind, id`);
}

export function storedParty(store: Store, kind: PartyKind, id: NodeId): StoredParty | undefined {
  return store.sql<StoredParty>(`select ${PARTY} from party where kind = ? and id = ?`, kind, id)[0];
}

/** The lowest tip first. */
export function storedRaces(store: Store): RaceRecord[] {
  return store.sql<RaceRecord>('select tip as tipBasisPoints, won, lost from race order by tip');
}
