import { decodeBech32m } from '../../base/bech32m.js';
import { toHex } from '../../base/bytes.js';
import type { OrderStory, PriorStory } from '../../journal/story.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Ppm } from '../../settlement/chance.js';
import { posterior } from '../../settlement/odds.js';
import type { PartyKind, PartyRecord } from '../../settlement/party.js';

/** What is known of an account or a maker, and what follows from it. */
export interface PartyChance extends PartyRecord {
  readonly kind: PartyKind;
  /** As the story names it. */
  readonly id: string;
  /** That it cannot pay, and what was believed before its own record counted: of a maker the policy's, of an account its maker's. */
  readonly chance: Ppm;
  readonly prior: Ppm;
}

/** Looks a party's record up. */
export type PartyRecords = (kind: PartyKind, id: NodeId) => PartyRecord | undefined;

/** Each account and maker of the orders once, the chance by the rule of `RecordedOdds`. */
export function chancesOf(
  orders: readonly OrderStory[],
  records: PartyRecords,
  { cannotPay, weight }: PriorStory,
): PartyChance[] {
  const found = new Map<string, PartyChance>();
  const weigh = (kind: PartyKind, id: string, prior: Ppm): PartyChance => {
    const node = nodeOf(id);
    const { settled = 0, couldNotPay = 0, expired = 0 } = (node === undefined ? undefined : records(kind, node)) ?? {};
    const chance = posterior(couldNotPay, couldNotPay + settled, { chance: prior, weight });
    const party = { kind, id, settled, couldNotPay, expired, chance, prior };
    found.set(kind + id, party);
    return party;
  };
  for (const { account, maker } of orders) {
    const made = maker === undefined ? undefined : weigh('maker', maker, cannotPay);
    weigh('account', account, made?.chance ?? cannotPay);
  }
  return [...found.values()];
}

/** A journal may hold anything. */
function nodeOf(address: string): NodeId | undefined {
  try {
    return toHex(decodeBech32m(address).data);
  } catch {
    return undefined;
  }
}
