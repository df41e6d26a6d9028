import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LocalAnthic } from '../../src/sandbox/anthic/anthic.js';
import { ANTHIC_KEY, type Stand, type StandOptions, startStand, USER } from '../sandbox/anthic/support.js';
import { startSandbox } from '../support/engine.js';
import { launchChromium } from './chromium.js';

/** The sandbox's page in a real browser, over the official engine. */

let browser: Browser;
let stand: Stand;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
afterEach(() => stand?.close());

const WAIT = 20_000;

async function start(options: StandOptions = {}): Promise<void> {
  stand = await startStand({ sandbox: await startSandbox({ roundMs: 100 }), ...options });
}

interface View {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'dark' | 'light';
}

/** The page of the stand, and everything it did that it must not. */
async function open({ width = 1280, height = 900, colorScheme = 'light' }: View = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT);
  const troubles: string[] = [];
  page.on('console', (message) => troubles.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => troubles.push(`dialog: ${dialog.message()}`));
  const url = stand.anthic.pageUrl;
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) troubles.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await page.locator('#live[data-state=live]').waitFor();
  return { page, troubles };
}

async function shot(page: Page, name: string): Promise<void> {
  const to = process.env.SCREENSHOTS;
  if (to !== undefined) await page.screenshot({ path: `${to}/${name}.png`, fullPage: true });
}

/** What a table shows, once it does: rows of cells, the newest first. */
function expectRows(page: Page, table: string) {
  const rows = () =>
    page
      .locator(`#${table} tbody`)
      .evaluate((body) =>
        [...(body as HTMLTableSectionElement).rows].map((row) => [...row.cells].map((cell) => cell.textContent)),
      );
  return expect.poll(rows, { timeout: WAIT, interval: 50 });
}

async function ask(page: Page, amount: string, side = 'Sell xwBTC'): Promise<void> {
  await page.getByLabel(side).check();
  await page.getByLabel('Amount').fill(amount);
  await page.getByRole('button', { name: 'Get a quote' }).click();
}

const quoteOf = (page: Page, term: string) =>
  page.locator('#quoted:not([hidden]) #quote div', { hasText: term }).locator('dd');

describe('the page of the sandbox', () => {
  it('shows a market come to life, and an order placed by hand until it has settled', async () => {
    await start({ makers: 2 });
    const { page, troubles } = await open();
    expect(await page.title()).toContain('test stand');
    expect(await page.locator('header').textContent()).toContain('Not the real Anthic');
    await page.getByText('No maker is connected').waitFor();
    await page.getByText('No solver is connected').waitFor();
    await page.getByText('no bids').waitFor();

    const maker = await stand.maker(1);
    const other = await stand.maker(2);
    await stand.solver();
    const bids: [string, string][] = [1, 2, 3, 4, 5, 6].map((step) => [`${90000 - 150 * step}`, `0.${step + 1}`]);
    const asks: [string, string][] = [1, 2, 3, 4].map((step) => [`${90000 + 150 * step}`, `0.${2 * step}5`]);
    await maker.quote(bids, asks);
    await other.quote([['89925', '0.3']], []);
    await page.getByText('2 makers are connected: maker-1, maker-2. One solver is connected.').waitFor();
    await expectRows(page, 'bids').toMatchObject([['0.3', '89925'], ['0.2', '89850'], {}, {}, {}, {}, {}]);
    await expectRows(page, 'asks').toMatchObject([['90150', '0.25'], {}, {}, {}]);
    const depths = await page
      .locator('#bids tbody tr')
      .evaluateAll((lines) => lines.map((line) => Number.parseFloat((line as any).style.getPropertyValue('--depth'))));
    // Bars grow with depth.
    expect(depths).toEqual([...depths].sort((a, b) => a - b));
    expect(depths.at(-1)).toBe(100);

    await page.locator('#user').selectOption('user-1');
    await ask(page, '0.5');
    expect(await quoteOf(page, 'sells').textContent()).toBe('0.5 xwBTC');
    // (0.3 × 89925 + 0.2 × 89850) less 20 basis points
    expect(await quoteOf(page, 'by the order book').textContent()).toBe('0.5 xwBTC for 44947.5 xUSDC');
    expect(await quoteOf(page, 'buys at least').textContent()).toBe('44857.605 xUSDC');
    expect(await quoteOf(page, 'Anthic fee').textContent()).toContain('0.0005 xwBTC');
    expect(await quoteOf(page, 'settlement fee').textContent()).toBe('0.000003 xwBTC');
    expect(await quoteOf(page, 'withdraws').textContent()).toBe('0.500503 xwBTC');
    await shot(page, 'sandbox-quote');
    await page.getByRole('button', { name: 'Place this order' }).click();
    await page.locator('#placed[data-state=settled]').waitFor();
    expect(await page.locator('#placed').textContent()).toMatch(/settled by txid_sim1/);

    const { id } = stand.anthic.orders()[0]!;
    const amounts = ['0.5 xwBTC', '44857.605 xUSDC'];
    const makers = expect.stringMatching(/^maker-[12] filled, maker-[12] filled$/);
    const short = `…${id.slice(-10)}`;
    await expectRows(page, 'orders').toEqual([[expect.any(String), 'settled', 'user-1', ...amounts, makers, short]]);
    // Balances move without a reload, and are the ledger's.
    const user = page.locator('#balances tbody tr', { hasText: 'user-1' });
    await user.getByText('+44857.605').waitFor();
    expect(await user.textContent()).toContain('-0.500503');
    expect(await user.textContent()).toContain('1044857.605');
    const { fee, intentId } = stand.sandbox.world.history.finalizerOf(id)!;
    const transaction = `…${intentId.slice(-10)}`;
    await expectRows(page, 'settlements').toEqual([[expect.any(String), transaction, '3', fee.total, 'solver']]);
    await expectRows(page, 'bundles').toEqual([[expect.any(String), '1', short, '3', '1']]);
    await expectRows(page, 'events').toContainEqual([
      expect.any(String),
      'order-ended',
      `order ${short} · state settled`,
    ]);
    await page.locator('#tiles .good dd', { hasText: /^1$/ }).waitFor();
    expect(await stand.balance(USER, 'xUSDC')).toBe(1_044_857_605n * 10n ** 15n);

    // The other side, and a book that is taken back.
    await ask(page, '0.1', 'Buy xwBTC');
    expect(await quoteOf(page, 'by the order book').textContent()).toBe('9015 xUSDC for 0.1 xwBTC');
    // Its end may be known before the answer that names it.
    await page.route('**/sandbox/orders', async (route) => {
      const response = await route.fetch();
      await page.locator('#tiles .good dd', { hasText: '2' }).waitFor();
      await route.fulfill({ response });
    });
    await page.getByRole('button', { name: 'Place this order' }).click();
    await page.locator('#placed[data-state=settled]').waitFor();
    await page.locator('#settlements tbody tr:nth-child(2) td', { hasText: 'solver' }).waitFor();
    await shot(page, 'sandbox-wide');
    await maker.quote([], []);
    await page.getByText('no asks').waitFor();
    expect(troubles).toEqual([]);
  });

  it('says beside the field what is wrong, and never places what was not quoted', async () => {
    await start();
    const maker = await stand.maker();
    await maker.quote([['90000', '1']], []);
    const { page, troubles } = await open();
    await page.locator('#bids tbody').getByText('90000').waitFor();
    for (const [amount, message] of [
      ['', /expected an amount such as/],
      ['lots', /expected an amount such as/],
      ['0', /above 0/],
      ['0.000000001', /at most 8 decimals/],
      ['7', /liquidity for 1 of 7 xwBTC/],
    ] as const) {
      await ask(page, amount);
      await page.locator('#amount-error', { hasText: message }).waitFor();
      expect(await page.getByLabel('Amount').getAttribute('aria-invalid')).toBe('true');
      expect(await page.evaluate('document.activeElement.id')).toBe('amount');
    }
    await shot(page, 'sandbox-error');
    await page.getByLabel('Slippage').fill('half');
    await ask(page, '0.5');
    await page.locator('#slippage-error', { hasText: 'basis points' }).waitFor();
    // A changed field takes the quote back.
    await page.getByLabel('Slippage').fill('10');
    await ask(page, '0.5');
    await page.getByRole('button', { name: 'Place this order' }).waitFor();
    await page.getByLabel('Amount').fill('0.6');
    expect(await page.getByRole('button', { name: 'Place this order' }).isVisible()).toBe(false);
    expect(await page.locator('.error:not(:empty)').count()).toBe(0);
    // So does one that changes while the quote is on its way.
    await page.route('**/sandbox/quotes', async (route) => {
      await page.getByLabel('Amount').fill('0.7');
      await route.continue();
    });
    await Promise.all([page.waitForResponse('**/sandbox/quotes'), ask(page, '0.6')]);
    await page.locator('#ask:enabled').waitFor();
    expect(await page.getByRole('button', { name: 'Place this order' }).isVisible()).toBe(false);
    await page.unroute('**/sandbox/quotes');
    // What the stand refuses after the quote is told too.
    await ask(page, '0.6');
    await page.getByRole('button', { name: 'Place this order' }).waitFor();
    await maker.quote([], []);
    await page.getByRole('button', { name: 'Place this order' }).click();
    await page.locator('#form-error', { hasText: 'no makers offer' }).waitFor();
    expect(stand.anthic.stats().received).toBe(0);
    // The browser tells of refused requests; nothing else.
    expect(troubles.filter((trouble) => !/status of 4\d\d/.test(trouble))).toEqual([]);
  });

  it('is used by the keyboard alone', async () => {
    await start();
    const maker = await stand.maker();
    await stand.solver();
    await maker.quote([['90000', '1']], []);
    const { page, troubles } = await open();
    await page.locator('#bids tbody').getByText('90000').waitFor();
    await page.locator('#user').focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.value')).toBe('sell');
    await page.keyboard.press('Tab');
    await page.keyboard.type('0.25');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Place this order' }).waitFor();
    await page.waitForFunction('document.activeElement.id === "place"');
    await page.keyboard.press('Enter');
    await page.locator('#placed[data-state=settled]').waitFor();
    expect(troubles).toEqual([]);
  });

  it('shows what strangers wrote, and does nothing of it', async () => {
    const hostile = `"><script>window.hacked=1</script><img src=x onerror="window.hacked=2">\u202e{{7*7}}`;
    const sandbox = await startSandbox({ roundMs: 100 });
    await start({
      sandbox,
      settings: {
        makers: [{ name: hostile, apiKey: 'key-1' }],
        tokens: [
          { symbol: 'xUSDC', divisibility: 6, solverFee: '0.002', executionFee: '0.2' },
          { symbol: 'xwBTC', divisibility: 8, solverFee: '0.000001', executionFee: '0.000002' },
          {
            symbol: hostile,
            divisibility: 18,
            resource: await sandbox.world.createToken({ symbol: 'xEVIL', divisibility: 18 }),
          },
        ],
        pairs: [
          { base: 'xwBTC', quote: 'xUSDC' },
          { base: hostile, quote: 'xUSDC' },
        ],
      },
    });
    const maker = await stand.maker();
    await stand.solver();
    await maker.quote([['90000', '1']], []);
    await maker.quote([['2', '1']], [['3', '1']], hostile);
    const { page, troubles } = await open();
    await page.locator('#pair').selectOption('1');
    await page.locator('#bids tbody').getByText('2', { exact: true }).waitFor();
    await page.locator('#pair').selectOption('0');
    await ask(page, '0.5');
    await page.getByRole('button', { name: 'Place this order' }).click();
    await page.locator('#placed[data-state=settled]').waitFor();
    await page.locator('#orders td[data-state=settled]').waitFor();
    await stand.submit('hostile');
    await page.locator('#events', { hasText: 'order-refused' }).waitFor();
    expect(await page.locator('#orders').textContent()).toContain('<script>window.hacked=1</script>');
    expect(await page.locator('#balances').textContent()).toContain('onerror="window.hacked=2"');
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('main script, img, iframe').count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('can be read on a phone, on %s ground', async (colorScheme) => {
    await start({ makers: 2 });
    const maker = await stand.maker();
    await stand.solver();
    await maker.quote([['90000.123456', '1.12345678']], [['90100', '0.5']]);
    const { page, troubles } = await open({ width: 360, height: 740, colorScheme });
    await ask(page, '0.5');
    await page.getByRole('button', { name: 'Place this order' }).waitFor();
    await page.getByRole('button', { name: 'Place this order' }).click();
    await page.locator('#placed[data-state=settled]').waitFor();
    await page.locator('#orders td[data-state=settled]').waitFor();
    await page.locator('#balances small').first().waitFor();
    await shot(page, `sandbox-phone-${colorScheme}`);
    // Tables scroll within themselves, the page does not.
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    const [ground, ink] = (await page.evaluate(
      '[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color]',
    )) as [string, string];
    const brightness = (color: string): number => Math.max(...color.match(/\d+/g)!.map(Number));
    expect(brightness(ground) > brightness(ink)).toBe(colorScheme === 'light');
    expect(troubles).toEqual([]);
  });

  it('says when there is no connection, and goes on with the next run', async () => {
    await start();
    const maker = await stand.maker();
    await maker.quote([['90000', '1']], []);
    const { page } = await open();
    await page.locator('#bids tbody').getByText('90000').waitFor();
    const { port } = new URL(stand.anthic.tradeUrl);
    await stand.anthic.close();
    await page.getByText('no connection: trying again').waitFor();
    await page.getByLabel('Amount').fill('0.1');
    await page.getByRole('button', { name: 'Get a quote' }).click();
    await page.getByText('The test stand does not answer.').waitFor();
    const next = await LocalAnthic.start({
      settings: { ...stand.settings, ports: { ...stand.settings.ports, trade: Number(port) } },
      gatewayUrl: stand.sandbox.gateway.url,
      key: ANTHIC_KEY,
      users: [{ name: 'user-1', key: USER }],
    });
    try {
      await page.locator('#live[data-state=live]').waitFor();
      await page.getByText('No maker is connected').waitFor();
      await page.getByText('no bids').waitFor();
    } finally {
      await next.close();
    }
  });
});
