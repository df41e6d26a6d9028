import { byId, element, showRows, showTerms } from './dom.js';
import { change, idCell, quantity, time, toAttos } from './format.js';

/** What the server's answers look like on the page. */

function bodyOf(id) {
  return byId(id).tBodies[0];
}

const LEVELS = 12;

/** Bars show how much there is up to a level, beside the deeper side of the two. */
export function showBook({ bids, asks }) {
  const sides = { bids: depths(bids.slice(0, LEVELS)), asks: depths(asks.slice(0, LEVELS)) };
  const deepest = [sides.bids, sides.asks].map((levels) => levels.at(-1)?.sum ?? 0n).reduce((a, b) => (a > b ? a : b));
  for (const [side, levels] of Object.entries(sides)) {
    const rows = levels.map(({ price, amount, sum }) => {
      const priced = { text: price, class: 'number price' };
      const cells = side === 'bids' ? [numberCell(amount), priced] : [priced, numberCell(amount)];
      return { key: price, cells, depth: Number((sum * 1000n) / deepest) / 10, side };
    });
    showRows(bodyOf(side), rows, `no ${side}`);
  }
}

function depths(levels) {
  let sum = 0n;
  return levels.map(([price, amount]) => {
    sum += toAttos(amount);
    return { price, amount, sum };
  });
}

function numberCell(text) {
  return { text, class: 'number' };
}

const STATES = {
  matched: 'with makers',
  pushed: 'with solvers',
  settled: 'settled',
  expired: 'expired',
  'no-liquidity': 'no liquidity',
};
const PARTS = { open: 'asked', filled: 'filled', lost: 'lost' };

export function showOrders(orders, nameOf) {
  const rows = orders.map(({ id, account, sell, buy, receivedAtMs, state, parts }) => ({
    key: id,
    cells: [
      time(receivedAtMs),
      { text: STATES[state] ?? state, class: 'state', 'data-state': state },
      { text: nameOf(account), title: account },
      numberCell(quantity(sell)),
      numberCell(quantity(buy)),
      parts.map((part) => `${part.maker} ${PARTS[part.state] ?? part.state}`).join(', '),
      idCell(id),
    ],
  }));
  showRows(bodyOf('orders'), rows, 'no order yet');
}

export function showSettlements(settlements, nameOf) {
  const rows = settlements.map(({ transaction, at, orders, subintents, fee, solver }) => ({
    key: transaction,
    cells: [
      time(at),
      idCell(transaction),
      { text: String(subintents), class: 'number', title: orders.join(' ') },
      numberCell(fee ?? '…'),
      solver === undefined ? '…' : { text: nameOf(solver), title: solver },
    ],
  }));
  showRows(bodyOf('settlements'), rows, 'nothing has settled yet');
}

export function showBundles(bundles) {
  const rows = bundles.map(({ bundle, order, subintents, solvers, at }) => ({
    key: bundle,
    cells: [
      time(at),
      numberCell(String(bundle)),
      idCell(order),
      numberCell(String(subintents.length)),
      numberCell(solvers === 0 ? 'none is there' : String(solvers)),
    ],
  }));
  showRows(bodyOf('bundles'), rows, 'no bundle yet');
}

const ROLES = { user: 'user', maker: 'market maker', solver: 'solver', anthic: 'fees and rewards' };
let opening;

/** What each holds, and by how much that is more or less than when the page was opened. */
export function showBalances(parties, symbols) {
  const columns = byId('symbols');
  if (columns.childElementCount !== symbols.length + 1) {
    const heads = symbols.map((symbol) => element('th', { scope: 'col', class: 'number' }, symbol));
    columns.replaceChildren(element('th', { scope: 'col' }, 'Account'), ...heads);
  }
  opening ??= new Map(parties.map(({ account, holdings }) => [account, holdings]));
  const rows = parties.map(({ name, role, account, holdings }) => ({
    key: account,
    cells: [
      { text: name, head: true, title: `${ROLES[role]}: ${account}` },
      ...symbols.map((symbol) => {
        const note = change(opening.get(account)?.[symbol] ?? holdings[symbol], holdings[symbol]);
        return { ...numberCell(holdings[symbol]), ...(note === undefined ? {} : { note }) };
      }),
    ],
  }));
  showRows(bodyOf('balances'), rows, 'no account has a name here');
}

export function showConnected(makers, solvers) {
  const listening = makers.filter(({ isListening }) => isListening).map(({ name }) => name);
  const quoting =
    listening.length === 0
      ? 'No maker is connected: nothing can be bought or sold.'
      : `${listening.length === 1 ? 'One maker is' : `${listening.length} makers are`} connected: ${listening.join(', ')}.`;
  const settling =
    solvers === 0
      ? 'No solver is connected: nothing will settle.'
      : `${solvers === 1 ? 'One solver is' : `${solvers} solvers are`} connected.`;
  byId('connected').textContent = `${quoting} ${settling}`;
}

export function showEvents(events, nameOf) {
  const rows = events.map((event) => ({
    key: event.sequence,
    cells: [time(event.at), event.type, { text: about(event, nameOf), class: 'about' }],
  }));
  showRows(bodyOf('events'), rows, 'nothing has happened yet');
}

const WORDS = {
  account: (account, nameOf) => nameOf(account),
  expiresAtMs: (at) => time(at),
  fillBefore: (seconds) => time(seconds * 1000),
};
const NAMES = { expiresAtMs: 'expires', fillBefore: 'fill before' };

/** What an event says, field by field. */
function about({ sequence, at, type, ...fields }, nameOf) {
  return Object.entries(fields)
    .map(([name, value]) => `${NAMES[name] ?? name} ${(WORDS[name] ?? wordOf)(value, nameOf)}`)
    .join(' · ');
}

function wordOf(value) {
  if (Array.isArray(value)) return value.map(wordOf).join(', ');
  if (typeof value === 'object' && value !== null) return quantity(value);
  const text = String(value);
  return /^(subtxid|txid)_/.test(text) ? idCell(text).text : text;
}

/** Counters of the desk, and what the events of the last seconds tell of its pace. */
export function showTiles(stats, { perSecond, typicalMs }) {
  showTerms(byId('tiles'), [
    ['settled a second', perSecond],
    ['typical time to settle', typicalMs === undefined ? '–' : `${(typicalMs / 1000).toFixed(1)} s`],
    ['orders', stats.received],
    ['open', stats.open],
    ['settled', stats.settled, stats.settled > 0 ? 'good' : ''],
    ['expired', stats.expired, stats.expired > 0 ? 'bad' : ''],
    ['no liquidity', stats.noLiquidity, stats.noLiquidity > 0 ? 'bad' : ''],
    ['refused', stats.refused],
    ['fills', stats.fills],
    ['bundles', stats.pushed],
  ]);
}
