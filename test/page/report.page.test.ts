import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JournalReader } from '../../src/journal/reader.js';
import { cli, temporaryFolder as commandFolder } from '../cli/support.js';
import { Desk, temporaryFolder } from '../journal/support.js';
import { fill } from '../study/support.js';
import { launchChromium } from './chromium.js';

const folder = commandFolder();
const journals = temporaryFolder();
const HOSTILE = `"><script>window.hacked=1</script><img src=x onerror="window.hacked=2">'\u202e\ud800 https://evil.test/`;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** A page of a journal, and everything it did that it must not. */
async function open(
  filling: { bundles: number; foreign?: string; name: string },
  view: { width: number; height: number; colorScheme?: 'dark' | 'light' },
): Promise<{ page: Page; troubles: string[] }> {
  const desk = new Desk(journals);
  fill(desk, { seed: 11, pace: 900_000, ...filling });
  desk.journal.close();
  const file = folder.path(`${filling.name}.html`);
  const { status, stderr } = await cli(['report', desk.path, '--html', file]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: `wrote ${file}\n` });
  const { width, height, colorScheme = 'light' } = view;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => troubles.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => troubles.push(`dialog: ${dialog.message()}`));
  const url = pathToFileURL(file).href;
  page.on('request', (request) => {
    if (request.url() !== url) troubles.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, troubles };
}

async function shot(page: Page, name: string): Promise<void> {
  const to = process.env.SCREENSHOTS;
  if (to !== undefined) await page.screenshot({ path: `${to}/${name}.png`, fullPage: true });
}

describe('the page of a report', () => {
  it('draws its charts and asks nobody for anything', async () => {
    const { page, troubles } = await open({ bundles: 260, name: 'wide' }, { width: 1280, height: 900 });
    await shot(page, 'report-wide');
    expect(await page.title()).toBe('anthic-solver report');
    expect(await page.locator('figure svg').count()).toBe(4);
    expect(await page.locator('path.line').count()).toBe(2);
    expect(await page.locator('rect.settled').count()).toBeGreaterThan(20);
    expect(await page.locator('circle.point').count()).toBeGreaterThan(50);
    expect(await page.locator('rect.bar').count()).toBeGreaterThan(3);
    const drawn = await page.locator('rect.settled').first().boundingBox();
    expect(drawn!.width).toBeGreaterThan(1);
    expect(drawn!.height).toBeGreaterThan(1);
    // A number that is broken over two lines is read as another.
    const numbers = await page.locator('.tile b').all();
    const heights = await Promise.all(numbers.map(async (number) => (await number.boundingBox())!.height));
    expect(new Set(heights).size).toBe(1);
    await page.getByRole('heading', { name: 'By maker' }).click();
    expect(await page.getByText('account_tdx_2_1taker', { exact: true }).first().isVisible()).toBe(true);
    // Whatever it holds, it may load and run nothing.
    expect(await page.locator('meta[http-equiv]').getAttribute('content')).toContain("default-src 'none'");
    expect(await page.locator('script').count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  it('shows what strangers wrote, and does nothing of it', async () => {
    const { page, troubles } = await open(
      { bundles: 90, foreign: HOSTILE, name: 'hostile' },
      { width: 900, height: 700 },
    );
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('script, img, iframe, a').count()).toBe(0);
    expect(await page.content()).toContain('&lt;script&gt;window.hacked=1');
    expect(troubles).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('can be read on a phone, on %s ground', async (colorScheme) => {
    const size = { width: 360, height: 740, colorScheme };
    const { page, troubles } = await open({ bundles: 150, name: `phone-${colorScheme}` }, size);
    await shot(page, `report-phone-${colorScheme}`);
    // Tables scroll within themselves, the page does not.
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    const [chart, text] = [page.locator('figure').first(), page.locator('text.tick').first()];
    expect((await chart.boundingBox())!.width).toBeGreaterThan(300);
    expect((await text.boundingBox())!.height).toBeGreaterThan(7);
    const [ground, ink] = (await page.evaluate(
      '[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]',
    )) as [string, string];
    const brightness = (color: string): number => Math.max(...color.match(/\d+/g)!.map(Number));
    expect(brightness(ground) > brightness(ink)).toBe(colorScheme === 'light');
    expect(troubles).toEqual([]);
  });

  it('says what there is not', async () => {
    const { page, troubles } = await open({ bundles: 0, name: 'empty' }, { width: 800, height: 600 });
    expect(await page.locator('figure .empty').count()).toBe(4);
    expect(await page.locator('svg').count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  it('holds the sums of the journal', async () => {
    const { page } = await open({ bundles: 120, name: 'sums' }, { width: 1280, height: 900 });
    const source = await page.locator('header p').first().textContent();
    const reader = JournalReader.openReader(source!.replace('journal ', ''));
    const settled = reader.counters().outcomes.settled;
    reader.close();
    expect(
      await page
        .locator('.tile', { hasText: /settled$/ })
        .locator('b')
        .textContent(),
    ).toBe(`${settled}`);
  });
});
