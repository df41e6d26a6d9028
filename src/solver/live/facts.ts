import type { Attos } from '../../base/amount.js';
import type { Journal } from '../../journal/journal.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { NodeId } from '../../sbor/custom.js';
import type { Features } from '../../settlement/fee/features.js';
import type { Asked } from '../../settlement/fee/learn.js';
import type { StateFacts } from '../../settlement/fee/predict.js';
import { formatAddress, parseAddress, XRD } from '../../transaction/address.js';
import type { Held } from '../knowledge.js';
import type { Desk } from './desk.js';
import { TokenFacts } from './tokens.js';

const MAX_ACCOUNTS = 10_000;
/** At once: a Gateway has a limit of requests, and following transactions matters more. */
const CONCURRENT = 4;
/** How long a balance counts as read moments ago. */
const FRESH_MS = 10_000;
/** Facts of an account in the journal: the tokens of which it holds a vault, for ever. */
const KEY = 'vaults/';
/** Whose owner is the usual one. */
const OWNER_KEY = 'owner/';
const USUAL = 'usual';
const NEVER = Number.NEGATIVE_INFINITY;
/** Tokens that are kept of one account: a stranger can send it as many as he likes. */
const MAX_VAULTS = 200;
/** After so many accounts were written down, those beyond `MAX_ACCOUNTS` are dropped. */
const DROP_EVERY = 1_000;

interface Holdings {
  /** As a preview saw it; an account that exists is there for ever. */
  exists: boolean | undefined;
  /** Its owner is known to be the usual one. */
  usualOwner: boolean;
  /** Vaults that were there, or were not when it was looked. */
  readonly vaults: Map<NodeId, boolean>;
  /** As read, less what our own transactions have taken since. */
  amounts: Map<NodeId, Attos>;
  /** More was read than is kept. */
  partial: boolean;
  /** By the monotonic clock: when the amounts were asked for. */
  readAt: number;
  /** Our own transactions have taken from it since: less may be there than was read, and more. */
  touched: boolean;
  /** What was asked for by then may be from before a change that nobody reckoned with. */
  changedAt: number;
}

/** What a settled order took from an account. */
interface Payment {
  readonly account: NodeId;
  readonly sell: { readonly resource: NodeId };
  readonly withdrawn: Attos;
}

/**
 * What accounts hold: asked of the ledger in the background, so that a bundle never waits. A vault that is there stays,
 * and the journal remembers it; what is not there, and amounts, are asked again when the account comes again.
 */
export class AccountFacts implements StateFacts {
  private readonly accounts = new Map<NodeId, Holdings>();
  private readonly asking = new Set<NodeId>();
  private written = 0;
  /** What the tokens are like that they hold. */
  readonly tokens: TokenFacts;

  constructor(
    private readonly ledger: Pick<Ledger, 'balances'>,
    private readonly desk: Desk,
    private readonly network: number,
    private readonly solver: NodeId,
    private readonly now: () => number,
    /** Fires when nothing more can be written down. */
    private readonly signal: AbortSignal,
  ) {
    this.tokens = new TokenFacts(desk, network);
  }

  /** Takes up what earlier runs have learned. */
  load(journal: Journal): void {
    this.tokens.load(journal);
    // The oldest first: they go first where there are too many.
    for (const { key, value } of journal.facts(OWNER_KEY, MAX_ACCOUNTS).reverse()) {
      const account = this.nodeOf(key.slice(OWNER_KEY.length));
      if (account !== undefined) this.holdingsOf(account).usualOwner = value === USUAL;
    }
    for (const { key, value } of journal.facts(KEY, MAX_ACCOUNTS).reverse()) {
      if (!Array.isArray(value)) continue;
      const account = this.nodeOf(key.slice(KEY.length));
      if (account === undefined) continue;
      const { vaults } = this.holdingsOf(account);
      for (const address of value) {
        const resource = typeof address === 'string' ? this.nodeOf(address) : undefined;
        if (resource !== undefined) note(vaults, resource, true);
      }
    }
    this.dropOld();
  }

  holdsVault(account: NodeId, resource: NodeId): boolean | undefined {
    // The fee is locked from it.
    if (account === this.solver && resource === XRD) return true;
    return this.accounts.get(account)?.vaults.get(resource);
  }

  /** Where it holds anything, it exists. */
  exists(account: NodeId): boolean | undefined {
    if (account === this.solver) return true;
    const held = this.accounts.get(account);
    if (held === undefined) return undefined;
    for (const isThere of held.vaults.values()) if (isThere) return true;
    return held.exists;
  }

  ownerIsUsual(account: NodeId): boolean {
    return this.accounts.get(account)?.usualOwner ?? false;
  }

  features(resource: NodeId): Features | undefined {
    return this.tokens.features(resource);
  }

  likelyFeatures(resource: NodeId): Features | undefined {
    return this.tokens.likelyFeatures(resource);
  }

  /** As read moments ago, less what our own transactions took since; undefined where that is not known. */
  held(account: NodeId, resource: NodeId): Held | undefined {
    const held = this.accounts.get(account);
    if (held === undefined || !this.isFresh(held, FRESH_MS)) return undefined;
    const amount = held.amounts.get(resource);
    if (amount === undefined && held.partial && held.vaults.get(resource) !== false) return undefined;
    return { atLeast: amount ?? 0n, isAll: !held.touched };
  }

  /**
   * Orders were settled, by us. What they took may be missing already in what was read meanwhile: rather too little is
   * known than too much.
   */
  take(payments: readonly Payment[]): void {
    for (const { account, sell, withdrawn } of payments) {
      const held = this.holdingsOf(account);
      held.touched = true;
      held.amounts.set(sell.resource, (held.amounts.get(sell.resource) ?? 0n) - withdrawn);
    }
  }

  /** What these accounts hold is not known until it is asked again. */
  forgetAmounts(accounts: Iterable<NodeId>): void {
    for (const account of accounts) this.holdingsOf(account).changedAt = this.now();
  }

  private isFresh({ readAt, changedAt }: Holdings, maxAge: number): boolean {
    return readAt > changedAt && this.now() - readAt <= maxAge;
  }

  /** Something was paid into these accounts: the vaults are there from now on. */
  learnVaults(vaults: Iterable<{ readonly account: NodeId; readonly resource: NodeId }>): void {
    const changed = new Set<NodeId>();
    for (const { account, resource } of vaults) {
      const held = this.holdingsOf(account).vaults;
      if (held.get(resource) !== true) changed.add(account);
      note(held, resource, true);
    }
    for (const account of changed) this.remember(account);
  }

  /** Whether the owner of a created account is the usual one, by a charge. */
  setOwner(account: NodeId, isUsual: boolean): void {
    this.holdingsOf(account).usualOwner = isUsual;
    const value = isUsual ? USUAL : null;
    this.desk.offer((journal) => journal.setFact(OWNER_KEY + formatAddress(account, this.network), value));
  }

  /** What was the case moments ago, by a preview. */
  learnState({ accounts, vaults }: Pick<Asked, 'accounts' | 'vaults'>): void {
    for (const [account, exists] of accounts) this.holdingsOf(account).exists = exists;
    for (const [account, resources] of vaults) {
      for (const [resource, isThere] of resources) {
        if (isThere) this.learnVaults([{ account, resource }]);
        else note(this.holdingsOf(account).vaults, resource, false);
      }
    }
  }

  /** Asks about accounts of which not all is known and fresh. Never fails: what stays unknown makes a fee an estimate. */
  learn(needs: readonly { readonly account: NodeId; readonly resources: readonly NodeId[] }[]): void {
    for (const { account, resources } of needs) {
      const held = this.accounts.get(account);
      const isFresh = held !== undefined && this.isFresh(held, FRESH_MS / 2);
      if (isFresh && resources.every((resource) => held.vaults.get(resource) !== undefined)) continue;
      if (this.asking.has(account) || this.asking.size >= CONCURRENT) continue;
      this.asking.add(account);
      void this.ask(account, resources).finally(() => this.asking.delete(account));
    }
  }

  private async ask(account: NodeId, resources: readonly NodeId[]): Promise<void> {
    const readAt = this.now();
    let amounts: Map<NodeId, Attos>;
    try {
      const { signal } = this;
      const answer = await this.ledger.balances(formatAddress(account, this.network), undefined, { signal });
      amounts = new Map([...answer.amounts].map(([address, amount]) => [parseAddress(address, this.network), amount]));
    } catch {
      // A Gateway that does not answer leaves it unknown.
      return;
    }
    // The journal may be closed by now.
    if (this.signal.aborted) return;
    const held = this.holdingsOf(account);
    const { vaults } = held;
    // What was asked for is kept in any case, and of the rest as much as there is room for.
    for (const resource of resources) if (vaults.get(resource) !== true) note(vaults, resource, false);
    let room = MAX_VAULTS - vaults.size;
    held.amounts = new Map([...amounts].filter(([resource]) => vaults.has(resource) || room-- > 0));
    held.partial = held.amounts.size < amounts.size;
    held.readAt = readAt;
    held.touched = false;
    this.learnVaults([...held.amounts.keys()].map((resource) => ({ account, resource })));
  }

  private holdingsOf(account: NodeId): Holdings {
    let held = this.accounts.get(account);
    if (held === undefined) {
      // Whoever came first goes first: it can be asked again.
      if (this.accounts.size >= MAX_ACCOUNTS) this.accounts.delete(this.accounts.keys().next().value!);
      const never = {
        exists: undefined,
        usualOwner: false,
        amounts: new Map<NodeId, Attos>(),
        partial: false,
        touched: false,
        readAt: NEVER,
        changedAt: NEVER,
      };
      held = { vaults: new Map(), ...never };
      this.accounts.set(account, held);
    }
    return held;
  }

  private remember(account: NodeId): void {
    const { vaults } = this.holdingsOf(account);
    // Put together when it is written: what waits for the journal holds nothing of its own.
    this.desk.offer((journal) => {
      const there = [...vaults].flatMap(([resource, isThere]) => (isThere ? [resource] : []));
      const addresses = there.map((resource) => formatAddress(resource, this.network));
      journal.setFact(KEY + formatAddress(account, this.network), addresses);
    });
    if (++this.written % DROP_EVERY === 0) this.dropOld();
  }

  private dropOld(): void {
    for (const prefix of [KEY, OWNER_KEY]) this.desk.offer((journal) => journal.dropFacts(prefix, MAX_ACCOUNTS));
  }

  /** A journal of another network, or a newer one, may hold what cannot be read here. */
  private nodeOf(address: string): NodeId | undefined {
    try {
      return parseAddress(address, this.network);
    } catch {
      return undefined;
    }
  }
}

/** Whoever came first goes first: it can be asked again. */
function note(vaults: Map<NodeId, boolean>, resource: NodeId, isThere: boolean): void {
  if (!vaults.has(resource) && vaults.size >= MAX_VAULTS) vaults.delete(vaults.keys().next().value!);
  vaults.set(resource, isThere);
}
