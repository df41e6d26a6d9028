import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];

/** Where the browser is: `CHROMIUM`, else where systems put it. */
export function chromiumPath(): string {
  const named = process.env.CHROMIUM;
  const found = (named === undefined ? PLACES : [named]).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const where = named === undefined ? `in none of ${PLACES.join(', ')}` : `not at ${named}, which CHROMIUM names`;
  throw new Error(
    `Chromium is ${where}. Install it (apt-get install chromium), or name it: CHROMIUM=/path/to/chromium`,
  );
}

/** Starts it; nothing of its own may go out. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
