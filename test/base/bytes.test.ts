import { describe, expect, it } from 'vitest';
import { decodeBech32m, encodeBech32m } from '../../src/base/bech32m.js';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { describeError, SolverError, under } from '../../src/base/error.js';

describe('hex', () => {
  it('is read in either case and written in lower', () => expect(toHex(fromHex('00fFAb'))).toBe('00ffab'));
  it.each(['0', '0g', 'zz', '0x00', '00 0', 'é0'])('refuses %j', (text) => {
    expect(() => fromHex(text)).toThrow(expect.objectContaining({ code: 'bad-hex' }));
  });
});

describe('Bech32m', () => {
  it('reads what it writes, of any length', () => {
    const data = Buffer.alloc(60, 7);
    expect(decodeBech32m(encodeBech32m('some_prefix', data))).toEqual({
      hrp: 'some_prefix',
      data: new Uint8Array(data),
    });
  });
  it.each(['', 'a', 'account_rdx1abc', `${'x'.repeat(200)}1qqqqqqqq`])('refuses %j, quoting little of it', (text) => {
    try {
      decodeBech32m(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'bad-bech32m' });
      expect((error as Error).message.length).toBeLessThan(200);
    }
  });
});

describe('errors', () => {
  it('gather their path on the way up', () => {
    const error = under(under(under(new SolverError('x', 'y'), 'field'), '[3]'), 'list');
    expect(error).toMatchObject({ path: 'list[3].field' });
    expect(under('something else', 'field')).toBe('something else');
  });
  it('are told by code and message', () => {
    expect(describeError(new SolverError('a-code', 'words'))).toEqual({ code: 'a-code', message: 'words' });
    expect(describeError(new TypeError('oops'))).toEqual({ code: 'internal', message: 'oops' });
    expect(describeError(7)).toEqual({ code: 'internal', message: '7' });
  });
});
