/** How fast orders settle, from the events. */

const WINDOW_MS = 10_000;
const TYPICAL_OF = 100;

export class Pace {
  #received = new Map();
  #settledAt = [];
  #took = [];

  note({ type, order, at, state }) {
    if (type === 'order-received') this.#received.set(order, at);
    if (type !== 'order-ended') return;
    const received = this.#received.get(order);
    this.#received.delete(order);
    if (state !== 'settled') return;
    this.#settledAt.push(at);
    if (received === undefined) return;
    this.#took.push(at - received);
    if (this.#took.length > TYPICAL_OF) this.#took.shift();
  }

  /** Orders a second over the last ten, and the median time of the last hundred. */
  at(now) {
    this.#settledAt = this.#settledAt.filter((at) => at > now - WINDOW_MS);
    const sorted = this.#took.toSorted((a, b) => a - b);
    const perSecond = (this.#settledAt.length / (WINDOW_MS / 1000)).toFixed(1);
    return { perSecond, typicalMs: sorted[Math.floor(sorted.length / 2)] };
  }
}
