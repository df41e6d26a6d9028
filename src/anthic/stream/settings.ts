import { StreamError } from './error.js';

/** How patient the stream is. Milliseconds, and bytes for `maxPayload`. */
export interface StreamSettings {
  /** Wall-clock limit from the first byte to the open link, name look-up and TLS included. */
  readonly handshakeTimeoutMs: number;
  readonly pingIntervalMs: number;
  /** How long the answer to a ping may take; any frame counts as one. */
  readonly pingGraceMs: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** A link that stayed open for so long has proven itself; one valid message proves it, too. */
  readonly provenAfterMs: number;
  /** The longest Retry-After that is obeyed. */
  readonly retryAfterCapMs: number;
  /** How long a peer may take for the closing handshake. `ws` would wait 30 s. */
  readonly closeTimeoutMs: number;
  /** The longest message. A bundle of two has 6 kB, the longest that fits a transaction 2 MiB (src/anthic/frame.ts). */
  readonly maxPayload: number;
}

export const STREAM_DEFAULTS: StreamSettings = {
  handshakeTimeoutMs: 10_000,
  pingIntervalMs: 5_000,
  pingGraceMs: 5_000,
  backoffBaseMs: 500,
  backoffCapMs: 15_000,
  provenAfterMs: 30_000,
  retryAfterCapMs: 300_000,
  closeTimeoutMs: 1_000,
  maxPayload: 4 * 1024 * 1024,
};

/** What timers and `maxPayload` hold; a longer timer would fire at once. */
const MAX = 2 ** 31 - 1;

/** The defaults with what is given put over them. Error: `bad-stream-option`, with the option's name. */
export function streamSettings(given: Partial<StreamSettings>): StreamSettings {
  const settings: Record<string, number> = {};
  for (const [name, fallback] of Object.entries(STREAM_DEFAULTS)) {
    const value = given[name as keyof StreamSettings] ?? fallback;
    if (!Number.isInteger(value) || value < 1 || value > MAX) {
      throw new StreamError('bad-stream-option', `expected a whole number from 1 to ${MAX}, got ${value}`, {
        path: name,
      });
    }
    settings[name] = value;
  }
  return settings as unknown as StreamSettings;
}

/**
 * The longest a feed can be dead before that is noticed, whatever way it died. An open link ends at the latest when
 * interval and grace have passed since the last frame; one whose peer began to close, when the closing handshake's limit
 * has; a link that is not open yet, when the handshake's limit has. All else is told by the system at once.
 */
export function detectionBoundMs(given: Partial<StreamSettings> = {}): number {
  const { handshakeTimeoutMs, pingIntervalMs, pingGraceMs, closeTimeoutMs } = streamSettings(given);
  return Math.max(handshakeTimeoutMs, pingIntervalMs + pingGraceMs, closeTimeoutMs);
}
