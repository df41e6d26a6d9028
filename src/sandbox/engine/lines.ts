/** Cuts a stream of text at its line feeds, and only there: U+2028 and its like may stand in a JSON string. */
export class LineReader {
  private readonly parts: string[] = [];

  constructor(private readonly onLine: (line: string) => void) {}

  push(chunk: string): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf('\n', start);
      if (end === -1) break;
      this.parts.push(chunk.slice(start, end));
      const line = this.parts.join('');
      this.parts.length = 0;
      start = end + 1;
      this.onLine(line);
    }
    // A long line comes in many chunks: they are joined once, at its end.
    if (start < chunk.length) this.parts.push(chunk.slice(start));
  }
}
