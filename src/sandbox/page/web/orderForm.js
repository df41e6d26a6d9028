import { byId, showTerms } from './dom.js';
import { quantity } from './format.js';
import { postJson, Refusal } from './live.js';

/** Placing an order by hand: a quote first, then just what was quoted. */

const FIELDS = ['user', 'amount', 'slippage'];
const form = byId('form');
let pair;
let quoted;
/** Counts how often the form changed. */
let inquiry = 0;
/** The orders placed here that have not ended yet. */
const placed = new Set();
/** What is told while one is on its way: that may be of it, and its id is not known yet. */
let meanwhile = [];

export function startForm(users) {
  byId('user').replaceChildren(...users.map(({ name }) => new Option(name, name)));
  if (users.length === 0) showError(new Refusal({ message: 'This test stand has no users.', field: 'user' }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void guarded(byId('ask'), getQuote);
  });
  form.addEventListener('input', ({ target }) => {
    clearError(target.name);
    dropQuote();
    showUnit();
  });
  byId('place').addEventListener('click', () => void guarded(byId('place'), place));
}

export function choosePair(chosen) {
  pair = chosen;
  byId('sell-label').textContent = `Sell ${pair.base}`;
  byId('buy-label').textContent = `Buy ${pair.base}`;
  showUnit();
  dropQuote();
}

function showUnit() {
  const other = form.elements.side.value === 'sell' ? 'to sell' : 'to buy';
  byId('unit').textContent = `${pair.base} ${other}`;
}

/** A second click while the first is on its way does nothing. */
async function guarded(button, action) {
  if (button.disabled) return;
  button.disabled = true;
  clearErrors();
  try {
    await action();
  } catch (error) {
    showError(error);
  } finally {
    button.disabled = false;
  }
}

async function getQuote() {
  dropQuote();
  byId('placed').textContent = '';
  const { user, side, amount, slippage } = form.elements;
  const asked = {
    user: user.value,
    ...pair,
    side: side.value,
    amount: amount.value.trim(),
    slippage: /^\d{1,5}$/.test(slippage.value.trim()) ? Number(slippage.value) : slippage.value,
  };
  const asking = inquiry;
  const quote = await postJson('sandbox/quotes', asked);
  // The form says something else by now.
  if (asking !== inquiry) return;
  quoted = { user: asked.user, sell: quote.sell, buy: quote.buy };
  showTerms(byId('quote'), [
    ['sells', quantity(quote.sell)],
    ['buys at least', quantity(quote.buy)],
    ['by the order book', `${quantity(quote.book.sell)} for ${quantity(quote.book.buy)}`],
    ['Anthic fee', `${quantity(quote.fees.anthic)} (account level ${quote.level})`],
    ['settlement fee', quantity(quote.fees.settlement)],
    ['withdraws in all', quantity(quote.withdrawn), 'sum'],
  ]);
  byId('quoted').hidden = false;
  byId('place').focus();
}

async function place() {
  meanwhile = [];
  const { order } = await postJson('sandbox/orders', quoted);
  dropQuote();
  placed.add(order);
  say(order, 'submitted', 'open');
  for (const event of meanwhile.splice(0)) hearOfOrder(event);
  byId('amount').focus();
}

/** Tells what becomes of an order that was placed here. */
export function hearOfOrder(event) {
  const { type, order, by, state, subintent } = event;
  if (byId('place').disabled) meanwhile.push(event);
  if (!placed.has(order)) return;
  if (type === 'bundle-pushed') say(order, 'filled, and pushed to the solvers', 'open');
  if (type === 'settled' && subintent === order) say(order, `settled by ${by}`, 'settled');
  if (type !== 'order-ended') return;
  placed.delete(order);
  if (state === 'expired') say(order, 'expired: no solver settled it in time', 'bad');
  if (state === 'no-liquidity') say(order, 'ended: no maker filled it', 'bad');
}

function say(order, what, state) {
  byId('placed').textContent = `Order …${order.slice(-10)} ${what}.`;
  byId('placed').dataset.state = state;
}

function dropQuote() {
  inquiry += 1;
  quoted = undefined;
  byId('quoted').hidden = true;
}

function showError(error) {
  const said = error instanceof Refusal ? error.message : 'The test stand does not answer. Is it still running?';
  const field = FIELDS.includes(error.field) ? error.field : undefined;
  byId(field === undefined ? 'form-error' : `${field}-error`).textContent = said;
  if (field === undefined) return;
  byId(field).setAttribute('aria-invalid', 'true');
  byId(field).focus();
}

function clearErrors() {
  for (const field of FIELDS) clearError(field);
}

function clearError(field) {
  byId('form-error').textContent = '';
  if (!FIELDS.includes(field)) return;
  byId(`${field}-error`).textContent = '';
  byId(field).removeAttribute('aria-invalid');
}
