import { byId } from './dom.js';
import { follow, getJson, part } from './live.js';
import { choosePair, hearOfOrder, startForm } from './orderForm.js';
import { Pace } from './pace.js';
import {
  showBalances,
  showBook,
  showBundles,
  showConnected,
  showEvents,
  showOrders,
  showSettlements,
  showTiles,
} from './tables.js';

const SHOWN = { orders: 50, bundles: 30, events: 40 };

const pace = new Pace();
let symbols = [];
let names = new Map();
let pair;
let stats;
let lastSequence = 0;
let solvers = 0;
let bundles = [];
let events = [];

function nameOf(account) {
  return names.get(account) ?? `…${account.slice(-10)}`;
}

async function readBalances() {
  showBalances((await getJson('sandbox/balances')).parties, symbols);
}

const parts = {
  book: part(150, async () => {
    const { base, quote } = pair;
    const book = await getJson(`trade/order_book?${new URLSearchParams({ base, quote })}`);
    // Another may have been chosen in the meantime.
    if (pair.base === base && pair.quote === quote) showBook(book);
  }),
  connected: part(150, async () => showConnected((await getJson('sandbox/makers')).makers, solvers)),
  orders: part(250, async () => showOrders((await getJson(`sandbox/orders?limit=${SHOWN.orders}`)).orders, nameOf)),
  settlements: part(500, async () => {
    showSettlements((await getJson('sandbox/settlements')).settlements.slice(0, SHOWN.bundles), nameOf);
  }),
  balances: part(500, readBalances),
  stats: part(250, async () => {
    stats = await getJson('sandbox/stats');
    showTiles(stats, pace.at(Date.now()));
  }),
  bundles: part(200, async () => showBundles(bundles)),
  events: part(200, async () => showEvents(events, nameOf)),
};

const CHANGES = {
  'maker-connected': ['connected', 'book'],
  'maker-disconnected': ['connected', 'book'],
  'solver-connected': ['connected'],
  'solver-disconnected': ['connected'],
  'book-changed': ['book'],
  'order-received': ['orders', 'stats', 'book'],
  'order-refused': ['stats'],
  'new-order-sent': ['orders', 'book'],
  'fill-received': ['orders', 'stats'],
  'fill-refused': ['orders', 'stats'],
  'part-lost': ['orders', 'book'],
  'bundle-pushed': ['orders', 'stats', 'bundles', 'book'],
  settled: ['settlements', 'balances'],
  'order-ended': ['orders', 'stats', 'balances', 'settlements', 'book'],
};

function onEvent(event) {
  // A connection made anew may tell what is known already.
  if (event.sequence <= lastSequence) return;
  lastSequence = event.sequence;
  solvers = event.solvers ?? solvers;
  pace.note(event);
  hearOfOrder(event);
  events = [event, ...events].slice(0, SHOWN.events);
  if (event.type === 'bundle-pushed') bundles = [event, ...bundles].slice(0, SHOWN.bundles);
  for (const name of [...(CHANGES[event.type] ?? []), 'events']) parts[name]();
}

function showLive(state, words) {
  const live = byId('live');
  if (live.dataset.state === state) return;
  live.dataset.state = state;
  live.textContent = words;
}

/** What is traded and by whom; the same as long as the test stand runs. */
async function readMarket() {
  const market = await getJson('sandbox/market');
  symbols = market.tokens.map(({ symbol }) => symbol);
  names = new Map(market.parties.map(({ account, name }) => [account, name]));
  byId('network').textContent = `${market.network.name}, network ${market.network.id}`;
  return market;
}

function startPairs({ pairs }) {
  const select = byId('pair');
  select.replaceChildren(...pairs.map(({ base, quote }, index) => new Option(`${base}/${quote}`, String(index))));
  const choose = () => {
    pair = pairs[Number(select.value)];
    choosePair(pair);
    parts.book();
  };
  select.addEventListener('change', choose);
  choose();
}

/** Another run has other accounts, tokens and numbers: nothing here is of use any more. */
async function beginAnewUnless(startedAt) {
  const market = await getJson('sandbox/market').catch(() => undefined);
  if (market !== undefined && market.startedAt !== startedAt) location.reload();
}

async function start() {
  let startedAt;
  try {
    const market = await readMarket();
    startedAt = market.startedAt;
    startPairs(market);
    // What changes is counted from here: no order may come before.
    await readBalances().catch(() => {});
    startForm(market.parties.filter(({ role }) => role === 'user'));
  } catch {
    showLive('lost', 'no connection: trying again');
    setTimeout(start, 1_000);
    return;
  }
  follow({
    onOpen: () => {
      showLive('live', 'live');
      void beginAnewUnless(startedAt);
      for (const refresh of Object.values(parts)) refresh();
    },
    onLost: () => showLive('lost', 'no connection: trying again'),
    onEvent,
  });
  setInterval(() => stats !== undefined && showTiles(stats, pace.at(Date.now())), 1_000);
}

void start();
