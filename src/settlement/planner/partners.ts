import type { Attos } from '../../base/amount.js';
import type { Reason } from '../decline.js';
import { type Balance, balanceOfBundle, lackOf, sumOf } from './balance.js';
import type { Candidate, PlanContext, WaitingBundle } from './model.js';
import { type Fit, type Part, partOf, roomOf } from './part.js';
import { isWorked, work } from './work.js';
import { type Worked, worthOf } from './worth.js';

/** How much is tried, and no more. */
interface Patience {
  /** Groups that are looked at. */
  looks: number;
  /** Groups that are proposed and come to nothing. */
  proposals: number;
}
const FOR_ONE: Patience = { looks: 256, proposals: 8 };
/** Others wait for the plan meanwhile: some ten milliseconds. */
const FOR_ALL: Patience = { looks: 4096, proposals: 64 };

/**
 * Finds company for bundles that lack something: others that together sell what they lack, as where A sells X for Y and B,
 * in another frame, Y for X. Parts they are found among are used up. Only what is worth more than its parts counts.
 */
export class Partners {
  /** All that were worked out, wanted or not. */
  readonly tried: Candidate[] = [];
  /** The groups among them, so that none is worked out again from another member. */
  private readonly groups = new Set<string>();
  private readonly balances = new Map<WaitingBundle, Balance>();
  /** What is left of it for the bundle that is looked at, and for all of them. */
  private own = FOR_ONE;
  private readonly all = { ...FOR_ALL };

  constructor(
    private readonly context: PlanContext,
    private readonly fit: Fit,
  ) {}

  /** Takes the parts and lonely bundles that it brings together out of the sets, and puts the part they make in. */
  join(lonely: Map<WaitingBundle, Reason>, parts: Set<Part>): void {
    for (const [bundle, reason] of [...lonely]) {
      if (reason.code !== 'deficit' || !lonely.has(bundle)) continue;
      this.own = { ...FOR_ONE };
      const found = this.search([bundle], [], this.balanceOf(bundle), lonely, parts);
      if (found === undefined) continue;
      for (const member of found.worked.bundles) lonely.delete(member);
      for (const part of found.used) parts.delete(part);
      parts.add(partOf(found.worked, this.context));
    }
  }

  private balanceOf(bundle: WaitingBundle): Balance {
    let balance = this.balances.get(bundle);
    if (balance === undefined) {
      balance = balanceOfBundle(bundle);
      this.balances.set(bundle, balance);
    }
    return balance;
  }

  /** Adds who sells what is lacking, deeper and deeper: other lonely ones first, then those that settle without. */
  private search(
    members: readonly WaitingBundle[],
    used: readonly Part[],
    balance: Balance,
    lonely: ReadonlyMap<WaitingBundle, Reason>,
    parts: ReadonlySet<Part>,
  ): Found | undefined {
    if (!this.spend('looks')) return undefined;
    const lacking = lackOf(balance);
    if (lacking === undefined) return this.settle(members, used);
    const room = roomOf(members);
    for (const bundle of lonely.keys()) {
      const own = this.balanceOf(bundle);
      if ((own.get(lacking) ?? 0n) <= 0n || members.includes(bundle)) continue;
      if (!this.fit.fits(room, roomOf([bundle])) || this.fit.overlap(members, [bundle])) continue;
      const found = this.search([...members, bundle], used, sumOf(balance, own), lonely, parts);
      if (found !== undefined) return found;
    }
    for (const part of parts) {
      const { bundles } = part.worked;
      const own = bundles.map((bundle) => this.balanceOf(bundle)).reduce(sumOf);
      if ((own.get(lacking) ?? 0n) <= 0n || used.includes(part)) continue;
      if (!this.fit.fits(room, part) || this.fit.overlap(members, bundles)) continue;
      const together = [...members, ...bundles];
      const found = this.search(together, [...used, part], sumOf(balance, own), lonely, parts);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private spend(what: keyof Patience): boolean {
    if (this.own[what] === 0 || this.all[what] === 0) return false;
    this.own[what]--;
    this.all[what]--;
    return true;
  }

  private settle(members: readonly WaitingBundle[], used: readonly Part[]): Found | undefined {
    const group = members
      .map(({ id }) => id)
      .sort()
      .join();
    if (this.groups.has(group) || !this.spend('proposals')) return undefined;
    this.groups.add(group);
    const worked = work(members, this.context);
    if (!isWorked(worked)) return undefined;
    const before = used.reduce((sum: Attos, part) => sum + part.value, 0n);
    if (worthOf(worked) > before) {
      this.tried.push(worked.candidate);
      this.all.proposals++;
      return { worked, used };
    }
    this.tried.push({ reason: 'earns less than its parts', ...worked.candidate });
    return undefined;
  }
}

interface Found {
  readonly worked: Worked;
  readonly used: readonly Part[];
}
