import { describe, expect, it } from 'vitest';
import { MAX_FRAME_LENGTH, parseFrame } from '../../src/anthic/frame.js';

const method = 'new_subintent_bundle';

describe('parseFrame', () => {
  it.each([
    ['as documented', { id: null, jsonrpc: '2.0', method, params: ['4d', '4e'] }],
    ['without id and version', { method, params: ['4d', '4e'] }],
    ['with fields of a later version', { id: 7, jsonrpc: '2.0', method, params: ['4d', '4e'], bundle_id: 'x' }],
  ])('reads a bundle %s', (_, message) => {
    expect(parseFrame(JSON.stringify(message))).toEqual(['4d', '4e']);
  });

  it('reads sixteen items', () => {
    expect(parseFrame(JSON.stringify({ method, params: new Array(16).fill('00') }))).toHaveLength(16);
  });

  it.each([
    ['bad-json', ''],
    ['bad-json', '{"method"'],
    ['not-json-rpc', '17'],
    ['not-json-rpc', 'null'],
    ['not-json-rpc', JSON.stringify({ jsonrpc: '1.0', method, params: ['00'] })],
    ['batch', JSON.stringify([{ method, params: ['00'] }])],
    ['other-method', JSON.stringify({ method: 'ping' })],
    ['other-method', JSON.stringify({ id: 1, result: [] })],
    ['bad-params', JSON.stringify({ method })],
    ['bad-params', JSON.stringify({ method, params: { 0: '00' } })],
    ['bad-params', JSON.stringify({ method, params: ['00', 7] })],
    ['bad-params', JSON.stringify({ method, params: [null] })],
    ['no-bundle', JSON.stringify({ method, params: [] })],
    ['too-many-items', JSON.stringify({ method, params: new Array(17).fill('00') })],
    ['frame-too-large', ' '.repeat(MAX_FRAME_LENGTH + 1)],
  ])('refuses with %s: %.60s', (code, text) => {
    expect(() => parseFrame(text)).toThrow(expect.objectContaining({ code }));
  });

  it('never quotes more than the start of what came', () => {
    const secret = 'x'.repeat(1000);
    try {
      parseFrame(JSON.stringify({ method: secret }));
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(120);
    }
  });

  it('names the item that is no text', () => {
    expect(() => parseFrame(JSON.stringify({ method, params: ['00', 7] }))).toThrow(
      expect.objectContaining({ path: 'params[1]' }),
    );
  });
});
