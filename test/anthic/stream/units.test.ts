import { describe, expect, it, vi } from 'vitest';
import { Backoff } from '../../../src/anthic/stream/backoff.js';
import { causeOf, detailText, isTold } from '../../../src/anthic/stream/event.js';
import { retryAfterMs } from '../../../src/anthic/stream/retryAfter.js';
import { detectionBoundMs, STREAM_DEFAULTS, streamSettings } from '../../../src/anthic/stream/settings.js';
import { parseStreamUrl } from '../../../src/anthic/stream/url.js';

describe('Backoff', () => {
  it('doubles the ceiling up to the cap, and starts again after a reset', () => {
    const backoff = new Backoff(500, 15_000, () => 1 - Number.EPSILON);
    const delays = Array.from({ length: 8 }, () => backoff.next());
    expect(delays).toEqual([499, 999, 1999, 3999, 7999, 14_999, 14_999, 14_999]);
    expect(backoff.attempts).toBe(8);
    backoff.reset();
    expect(backoff.attempts).toBe(0);
    expect(backoff.next()).toBe(499);
  });

  it('draws from the whole range: full jitter', () => {
    const random = vi.fn().mockReturnValueOnce(0).mockReturnValueOnce(0.5).mockReturnValueOnce(0.25);
    const backoff = new Backoff(1000, 1e9, random);
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([0, 1000, 1000]);
  });

  it('stays at the cap after months of failures', () => {
    const backoff = new Backoff(500, 15_000, () => 0.5);
    for (let attempt = 0; attempt < 5000; attempt++) backoff.next();
    expect(backoff.next()).toBe(7500);
  });
});

describe('retryAfterMs', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const cap = 60_000;

  it.each([
    [429, '7', 7000],
    [503, ' 0 ', 0],
    [503, 'Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    [503, 'Wed, 31 Dec 2025 23:59:00 GMT', 0],
    [503, '999999999999999999999999', cap],
    [503, 'Fri, 01 Jan 2100 00:00:00 GMT', cap],
    [503, '-5', undefined],
    [503, '1.5', undefined],
    [503, 'soon', undefined],
    [503, 'Sunday', undefined],
    [503, '', undefined],
    [503, undefined, undefined],
    [500, '7', undefined],
    [302, '7', undefined],
  ])('reads %i with "%s" as %s ms', (status, header, wait) => {
    expect(retryAfterMs(status, header, now, cap)).toBe(wait);
  });
});

describe('parseStreamUrl', () => {
  it.each([
    'wss://solver.anthic.io/stream',
    'ws://localhost:8080',
    'ws://127.0.0.1:1/x',
    'ws://127.1/',
    'ws://[::1]:9/',
  ])('takes %s', (text) => {
    expect(parseStreamUrl(text).url.href).toBe(new URL(text).href);
  });

  it.each([
    ['insecure-stream-url', 'ws://solver.anthic.io/stream'],
    ['insecure-stream-url', 'ws://127.0.0.1.example.com/'],
    ['insecure-stream-url', 'ws://10.0.0.1/'],
    ['insecure-stream-url', 'ws://localhost.example.com/'],
    ['bad-stream-url', 'https://solver.anthic.io/'],
    ['bad-stream-url', 'wss://host/#part'],
    ['bad-stream-url', 'solver.anthic.io'],
    ['bad-stream-url', ''],
  ])('refuses as %s: %s', (code, text) => {
    expect(() => parseStreamUrl(text)).toThrow(expect.objectContaining({ code }));
  });

  it('shows neither credentials nor query', () => {
    expect(parseStreamUrl('wss://user:secret@host:444/path?key=secret').label).toBe('wss://host:444/path');
    expect(() => parseStreamUrl('ws://user:secret@host/?key=secret')).toThrow(/^(?!.*secret)/);
  });
});

describe('settings', () => {
  it('finds a dead feed within 15 s by default, whatever way it died', () => {
    expect(detectionBoundMs()).toBeLessThanOrEqual(15_000);
    const { handshakeTimeoutMs, pingIntervalMs, pingGraceMs } = STREAM_DEFAULTS;
    expect(handshakeTimeoutMs).toBeLessThanOrEqual(detectionBoundMs());
    expect(pingIntervalMs + pingGraceMs).toBeLessThanOrEqual(detectionBoundMs());
    expect(detectionBoundMs({ pingIntervalMs: 60_000 })).toBe(65_000);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('refuses %d for an option', (value) => {
    expect(() => streamSettings({ pingGraceMs: value })).toThrow(
      expect.objectContaining({ code: 'bad-stream-option', path: 'pingGraceMs' }),
    );
  });
});

describe('what events say', () => {
  it('cuts and cleans text of the peer', () => {
    expect(detailText('a\u001b[31m\nb\u2028\u202e')).toBe('a?[31m?b??');
    expect(detailText('x'.repeat(1000))).toHaveLength(161);
  });

  it('takes the code of an error, else its name', () => {
    expect(causeOf(Object.assign(new Error('no'), { code: 'ECONNRESET' }))).toEqual({
      code: 'ECONNRESET',
      detail: 'no',
    });
    expect(causeOf(new TypeError('x is undefined'))).toEqual({ code: 'TypeError', detail: 'x is undefined' });
    expect(causeOf(new Error(''))).toEqual({});
    expect(causeOf('text')).toEqual({ detail: 'text' });
  });

  it('tells a repetition at 1, 2, 4, 8, …', () => {
    expect(Array.from({ length: 16 }, (_, index) => index + 1).filter(isTold)).toEqual([1, 2, 4, 8, 16]);
  });
});
