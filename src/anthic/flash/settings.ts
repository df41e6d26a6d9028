import { STREAM_DEFAULTS, type StreamSettings, streamSettings } from '../stream/settings.js';
import { FlashError } from './error.js';

/** How patient the client is, in milliseconds, and how many connections it keeps. */
export interface FlashSettings extends StreamSettings {
  /** Connections to each URL; all of them belong to one account. */
  readonly connections: number;
  /** Of a call whose answer has no deadline of its own. */
  readonly callTimeoutMs: number;
  /** The longest that one connection is waited for with a fill, before another is tried. */
  readonly fillTimeoutMs: number;
  /** Pause before fill execution is asked for again where the last time has not brought what is missing. */
  readonly gapRetryMs: number;
  /** Unsent bytes at which price books wait, so that what is sent next is the newest. */
  readonly bookBufferBytes: number;
}

export const FLASH_DEFAULTS: FlashSettings = {
  ...STREAM_DEFAULTS,
  maxPayload: 1024 * 1024,
  connections: 2,
  callTimeoutMs: 5_000,
  fillTimeoutMs: 2_000,
  gapRetryMs: 1_000,
  bookBufferBytes: 64 * 1024,
};

/** The defaults with what is given put over them. Errors: `bad-stream-option`, `bad-flash-option`. */
export function flashSettings(given: Partial<FlashSettings>): FlashSettings {
  const settings = { ...FLASH_DEFAULTS, ...withoutUndefined(given) };
  for (const name of ['connections', 'callTimeoutMs', 'fillTimeoutMs', 'gapRetryMs', 'bookBufferBytes'] as const) {
    const value = settings[name];
    const most = name === 'connections' ? 16 : 2 ** 31 - 1;
    if (Number.isInteger(value) && value >= 1 && value <= most) continue;
    throw new FlashError('bad-flash-option', `expected a whole number from 1 to ${most}, got ${value}`, { path: name });
  }
  return { ...settings, ...streamSettings(settings) };
}

function withoutUndefined(given: Partial<FlashSettings>): Partial<FlashSettings> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
