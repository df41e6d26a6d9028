import { TradeApi, type TradeApiOptions } from '../../../src/anthic/trade/client.js';
import type { TradeSurroundings } from '../../../src/anthic/trade/transport.js';

/** The machine's own, but pauses between attempts, which are written down instead of waited for. */
export function surroundings(pauses: number[] = [], timeoutMs = 0): TradeSurroundings {
  return {
    fetch: (url, init) => fetch(url, init),
    wallNow: () => Date.parse('2026-01-01T00:00:00Z'),
    random: () => 0.5,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const isPause = ms !== timeoutMs;
        if (isPause) pauses.push(ms);
        const timer = setTimeout(resolve, isPause ? 0 : ms);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason);
        });
      }),
  };
}

/** Unlike any pause, so that the two are told apart. */
const GENEROUS_MS = 30_001;

export function client(url: string, options: TradeApiOptions = {}, pauses: number[] = []): TradeApi {
  const timeoutMs = options.timeoutMs ?? GENEROUS_MS;
  return new TradeApi(url, surroundings(pauses, timeoutMs), { ...options, timeoutMs });
}
