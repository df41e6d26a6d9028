import { html, type Markup } from './markup.js';
import type { Scale } from './scale.js';

/** Size of a chart in its own units; it is as wide as its place on the page. */
export const WIDTH = 520;
export const HEIGHT = 240;
export const PLOT = { left: 54, right: WIDTH - 10, top: 12, bottom: HEIGHT - 30 } as const;

export interface Axis {
  readonly scale: Scale;
  readonly label: (value: number) => string;
}

/** A chart: its title, what it says in words for who cannot see it, and the drawing within its axes. */
export function chart(
  title: string,
  summary: string,
  axes: { readonly x?: Axis; readonly y: Axis; readonly xTitle?: string; readonly yTitle: string },
  body: readonly Markup[],
  legend: readonly { readonly style: string; readonly name: string }[] = [],
): Markup {
  const { x, y, xTitle, yTitle } = axes;
  const rows = y.scale.ticks.map(
    (value) =>
      html`<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${n(y.scale(value))}" y2="${n(y.scale(value))}"/><text class="tick" x="${PLOT.left - 6}" y="${n(y.scale(value) + 4)}" text-anchor="end">${y.label(value)}</text>`,
  );
  const columns = (x?.scale.ticks ?? []).map((value) => {
    const place = x!.scale(value);
    // A label at the right edge would be cut off.
    const anchor = place > PLOT.right - 16 ? 'end' : 'middle';
    return html`<text class="tick" x="${n(place)}" y="${PLOT.bottom + 19}" text-anchor="${anchor}">${x!.label(value)}</text>`;
  });
  const names = legend.map(({ style, name }) => html`<li><i class="${style}"></i>${name}</li>`);
  return html`<figure><figcaption><h3>${title}</h3><p>${yTitle}${xTitle === undefined ? '' : `, by ${xTitle}`}</p></figcaption>${
    legend.length > 0 ? html`<ul class="legend">${names}</ul>` : undefined
  }<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`${title}: ${summary}`}">${rows}${columns}${body}</svg></figure>
`;
}

/** A coordinate: a tenth of a unit is finer than anybody sees. */
export function n(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}

/** In the place of a chart that has nothing to show. */
export function emptyChart(title: string, why: string): Markup {
  return html`<figure><figcaption><h3>${title}</h3></figcaption><p class="empty">${why}</p></figure>
`;
}
