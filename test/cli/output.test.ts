import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { formatFields, indent, printJson, printLine } from '../../src/cli/output.js';
import { displayWidth, formatTable, shorten } from '../../src/cli/table.js';
import { Sink } from './support.js';

describe('tables', () => {
  it('aligns by what is seen', () => {
    const table = formatTable(
      [{ title: 'name' }, { title: 'amount', align: 'right' }, { title: 'note', align: 'left' }],
      [
        ['a', '1.5', 'one\ntwo'],
        ['日本', '-12', ''],
        ['é', '0'],
      ],
    );
    expect(table.split('\n')).toEqual([
      'name  amount  note',
      '----  ------  ----',
      'a        1.5  one',
      '              two',
      '日本     -12',
      'é          0',
    ]);
  });

  it('stands without rows', () => {
    expect(formatTable([{ title: 'a' }, { title: 'bc' }], [])).toBe('a  bc\n-  --');
  });

  it.each([
    ['', 0],
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['\u200b\u0007', 0],
    ['😀', 2],
    ['…', 1],
    ['ｱ', 1],
  ])('knows the width of %j', (text, width) => expect(displayWidth(text)).toBe(width));

  it('cuts long ids in the middle', () => {
    expect(shorten('account_rdx1abcdefghijklmnopqrstuvwxyz')).toBe('account_rdx1ab…uvwxyz');
    expect(shorten('short')).toBe('short');
    expect(shorten('abcdefgh', 3, 2)).toBe('abc…gh');
  });
});

describe('output', () => {
  it('prints lines and JSON', async () => {
    const out = new Sink();
    await printLine(out, 'a');
    await printJson(out, { b: null });
    expect(out.text).toBe('a\n{"b":null}\n');
  });

  it('waits for a slow reader', async () => {
    const slow = new PassThrough({ highWaterMark: 4 });
    let done = false;
    const printed = printLine(slow, 'more than four bytes').then(() => {
      done = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    slow.resume();
    await printed;
  });

  it('does not wait for one that has gone', async () => {
    const gone = new PassThrough({ highWaterMark: 1 });
    gone.on('error', () => {});
    gone.destroy();
    await printLine(gone, 'text');
  });

  it('lays out fields', () => {
    expect(
      formatFields([
        ['a', '1'],
        ['long label', '2'],
      ]),
    ).toBe('a           1\nlong label  2');
    expect(indent('a\n\nb')).toBe('  a\n\n  b');
  });
});
