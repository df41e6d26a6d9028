import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Line, MAX_LINE, readLines } from '../../src/cli/input.js';
import { temporaryFolder } from './support.js';

const folder = temporaryFolder();
const stdin = Readable.from([]);

async function linesOf(path: string, source: Readable = stdin, maxLength?: number): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(path, { stdin: source }, maxLength)) lines.push(line);
  return lines;
}

describe('lines', () => {
  it.each<[string, [number, string][]]>([
    ['', []],
    ['\n\n \t\r\n', []],
    ['a', [[1, 'a']]],
    ['a\n', [[1, 'a']]],
    [
      'a\r\n\r\n  b  \r\nc',
      [
        [1, 'a'],
        [3, 'b'],
        [4, 'c'],
      ],
    ],
    ['\ufeffa\n', [[1, 'a']]],
  ])('of %j', async (text, expected) => {
    const lines = expected.map(([number, line]) => ({ number, text: line }));
    expect(await linesOf(folder.write('lines', text))).toEqual(lines);
    // The same, a byte at a time and from standard input.
    expect(await linesOf('-', Readable.from([...Buffer.from(text)].map((byte) => Buffer.from([byte]))))).toEqual(lines);
  });

  it('takes text from a stream that decodes', async () => {
    expect(await linesOf('-', Readable.from(['ä\nb']))).toEqual([
      { number: 1, text: 'ä' },
      { number: 2, text: 'b' },
    ]);
  });

  it('keeps no line that is too long, and goes on behind it', async () => {
    const file = folder.write('long', `12345\n123456\n${'x'.repeat(1_000_000)}\n\n1\n1234567`);
    expect(await linesOf(file, stdin, 5)).toEqual([
      { number: 1, text: '12345' },
      { number: 2, text: undefined },
      { number: 3, text: undefined },
      { number: 5, text: '1' },
      { number: 6, text: undefined },
    ]);
  });

  it('holds at most one line in memory', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 0x61);
    const endless = Readable.from(
      (function* () {
        for (let i = 0; i < 200; i++) yield Buffer.from(chunk);
      })(),
    );
    const before = process.memoryUsage().arrayBuffers;
    const lines = await linesOf('-', endless);
    expect(lines).toEqual([{ number: 1, text: undefined }]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MAX_LINE);
  });

  it('may be left early', async () => {
    for await (const { text } of readLines(folder.write('left', 'a\nb\n'), { stdin })) {
      expect(text).toBe('a');
      break;
    }
  });

  it.each(['missing', '.'])('refuses %s', async (name) => {
    await expect(linesOf(folder.path(name))).rejects.toMatchObject({ code: 'unreadable-file', exitStatus: 3 });
  });

  it('tells a broken standard input', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('EIO: i/o error, read'));
      },
    });
    await expect(linesOf('-', broken)).rejects.toThrow('cannot read standard input: i/o error');
  });
});
