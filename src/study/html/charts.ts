import { STATUSES } from '../figures/group.js';
import { readableAmount, readableMs, readablePpm } from '../figures/readable.js';
import type { FeeErrors } from '../report/fees.js';
import { type Latencies, WHOLE_WAY } from '../report/latency.js';
import { chart, emptyChart, n, PLOT } from './frame.js';
import { html, type Markup } from './markup.js';
import { linearScale, spread } from './scale.js';
import { drawn, type Slot, slotTitle, timeLabel } from './series.js';

const shortNumber = (value: number): string =>
  Math.abs(value) >= 10_000 ? `${Number((value / 1000).toPrecision(4))}k` : `${Number(value.toPrecision(4))}`;

/** Labels of time below a chart: a few of the slots. */
function timeTicks(slots: readonly Slot[], x: (index: number) => number) {
  const indexes = spread(
    slots.map((_, index) => index),
    Math.min(6, slots.length),
  );
  const scale = Object.assign(x, { ticks: indexes });
  return { scale, label: (index: number) => timeLabel(slots[index]!.from, slots[index]!.length) };
}

/** Profit added up over time: what was earned, and beside it what was only simulated. */
export function profitChart(slots: readonly Slot[]): Markup {
  const title = 'Profit over time';
  const lines = (['actual', 'simulated'] as const).flatMap((kind) => {
    let sum = 0n;
    const sums = slots.map(({ group }) => {
      sum += group[kind].profit;
      return sum;
    });
    const counted = slots.some(({ group }) =>
      kind === 'actual' ? group.actual.fee !== 0n : group.byStatus['would-settle'] > 0,
    );
    return counted ? [{ kind, sums }] : [];
  });
  if (lines.length === 0) return emptyChart(title, 'Nothing was charged or simulated.');
  const values = lines.flatMap(({ sums }) => sums.map(drawn));
  const y = linearScale(Math.min(0, ...values), Math.max(0, ...values), PLOT.bottom, PLOT.top);
  const width = (PLOT.right - PLOT.left) / slots.length;
  const end = (index: number): number => PLOT.left + (index + 1) * width;
  const body = lines.map(({ kind, sums }) => {
    const points = sums.map((sum, index) => `${n(end(index))} ${n(y(drawn(sum)))}`);
    const path = `M${PLOT.left} ${n(y(0))}L${points.join('L')}`;
    const dots = sums.map(
      (sum, index) =>
        html`<circle class="dot ${kind}" cx="${n(end(index))}" cy="${n(y(drawn(sum)))}" r="2.5"><title>${`${slotTitle(slots[index]!)}\n${NAMES[kind]} ${readableAmount(sum)} XRD`}</title></circle>`,
    );
    return html`<path class="area ${kind}" d="${path}L${n(PLOT.right)} ${n(y(0))}Z"/><path class="line ${kind}" d="${path}"/>${dots}`;
  });
  const legend = lines.map(({ kind }) => ({ style: kind, name: NAMES[kind] }));
  const total = lines.map(({ kind, sums }) => `${NAMES[kind]} ${readableAmount(sums.at(-1)!)} XRD`).join(', ');
  const axes = { x: timeTicks(slots, end), y: { scale: y, label: shortNumber }, yTitle: 'XRD, added up' };
  const zero = html`<line class="zero" x1="${PLOT.left}" x2="${PLOT.right}" y1="${n(y(0))}" y2="${n(y(0))}"/>`;
  return chart(title, total, axes, [zero, ...body], legend);
}

const NAMES = { actual: 'earned', simulated: 'simulated' } as const;

/** How bundles ended, slot by slot. */
export function outcomeChart(slots: readonly Slot[]): Markup {
  const title = 'Bundles by outcome';
  if (slots.length === 0) return emptyChart(title, 'No bundle was received.');
  const present = STATUSES.filter((status) => slots.some(({ group }) => group.byStatus[status] > 0));
  const most = slots.reduce((max, { group }) => Math.max(max, group.count), 1);
  const y = linearScale(0, most, PLOT.bottom, PLOT.top, Math.min(5, most));
  const width = (PLOT.right - PLOT.left) / slots.length;
  const middle = (index: number): number => PLOT.left + (index + 0.5) * width;
  const bars = slots.map((slot, index) => {
    let below = 0;
    const parts = present.map((status) => {
      const count = slot.group.byStatus[status];
      if (count === 0) return html``;
      const [top, bottom] = [y(below + count), y(below)];
      below += count;
      const thickness = Math.min(width * 0.84, 56);
      return html`<rect class="fill ${status}" x="${n(middle(index) - thickness / 2)}" y="${n(top)}" width="${n(thickness)}" height="${n(bottom - top)}"><title>${`${slotTitle(slot)}\n${status} ${count} of ${slot.group.count}`}</title></rect>`;
    });
    return html`${parts}`;
  });
  const summary = present
    .map((status) => `${slots.reduce((sum, { group }) => sum + group.byStatus[status], 0)} ${status}`)
    .join(', ');
  const axes = {
    x: timeTicks(slots, middle),
    y: { scale: y, label: shortNumber },
    yTitle: 'bundles',
    xTitle: slots[0]!.length === 3_600_000 ? 'hour' : `${slots[0]!.length / 3_600_000} hours`,
  };
  const legend = present.map((status) => ({ style: status, name: status }));
  return chart(title, summary, axes, bars, legend);
}

/** Each point a transaction: on the diagonal the prediction was right. */
export function feeChart({ points, all }: FeeErrors): Markup {
  const title = 'Fee, predicted and charged';
  if (points.items.length === 0) return emptyChart(title, 'No transaction has succeeded yet.');
  const places = points.items.map(({ predicted, charged }) => [drawn(predicted), drawn(charged)] as const);
  const values = places.flat();
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = linearScale(low, high, PLOT.left + 8, PLOT.right - 8);
  const y = linearScale(low, high, PLOT.bottom, PLOT.top);
  const [first, last] = [Math.max(x.ticks[0]!, y.ticks[0]!), Math.min(x.ticks.at(-1)!, y.ticks.at(-1)!)];
  const body = places.map(([predicted, charged], index) => {
    const point = points.items[index]!;
    const label = `predicted ${readableAmount(point.predicted)}\ncharged ${readableAmount(point.charged)} XRD`;
    return html`<circle class="point" cx="${n(x(predicted))}" cy="${n(y(charged))}" r="3"><title>${label}</title></circle>`;
  });
  const ideal = html`<line class="ideal" x1="${n(x(first))}" y1="${n(y(first))}" x2="${n(x(last))}" y2="${n(y(last))}"/>`;
  const { p50, p95, max } = all.quantiles!;
  const summary = `error p50 ${readablePpm(p50)}, p95 ${readablePpm(p95)}, max ${readablePpm(max)}`;
  const axes = {
    x: { scale: x, label: shortNumber },
    y: { scale: y, label: shortNumber },
    yTitle: `XRD charged against predicted; ${summary}`,
  };
  return chart(title, summary, axes, [ideal, ...body]);
}

/** How many transactions took how long, in steps of two. */
export function latencyChart({ steps }: Latencies): Markup {
  const title = 'From received to concluded';
  const times = steps.get(WHOLE_WAY)!;
  const bars = times.histogram(2);
  if (bars.length === 0) return emptyChart(title, 'No transaction has been concluded yet.');
  const most = Math.max(...bars.map(({ count }) => count));
  const y = linearScale(0, most, PLOT.bottom, PLOT.top, Math.min(5, most));
  const width = (PLOT.right - PLOT.left) / bars.length;
  const thickness = Math.min(width * 0.9, 72);
  const middle = (index: number): number => PLOT.left + (index + 0.5) * width;
  const body = bars.map(
    ({ from, to, count }, index) =>
      html`<rect class="fill bar" x="${n(middle(index) - thickness / 2)}" y="${n(y(count))}" width="${n(thickness)}" height="${n(PLOT.bottom - y(count))}"><title>${`${readableMs(from)} to ${readableMs(to)}: ${count}`}</title></rect>`,
  );
  const { p50, p99, max } = times.quantiles!;
  const summary = `p50 ${readableMs(p50)}, p99 ${readableMs(p99)}, max ${readableMs(max)}`;
  const ticks = spread(
    bars.map((_, index) => index),
    Math.min(5, bars.length),
  );
  const axes = {
    x: { scale: Object.assign(middle, { ticks }), label: (index: number) => readableMs(bars[index]!.from) },
    y: { scale: y, label: shortNumber },
    yTitle: `transactions; ${summary}`,
  };
  return chart(title, summary, axes, body);
}
