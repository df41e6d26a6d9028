import { chromiumPath } from './chromium.js';

/** Without a browser no test here means anything: the run ends before the first. */
export default function setup(): void {
  chromiumPath();
}
