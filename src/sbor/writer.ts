import type { Bytes } from '../base/bytes.js';
import { EncodeError } from './error.js';
import { MAX_DEPTH } from './kind.js';

const MAX_SIZE = 0x0fffffff;

/** A growing payload. */
export class Writer {
  buffer: Buffer;
  offset = 0;
  private depth = 0;

  constructor(
    capacity = 1024,
    private readonly maxDepth = MAX_DEPTH,
  ) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  /** Starts again, whatever was written, or left half written by an error. */
  reset(): void {
    this.offset = 0;
    this.depth = 0;
  }

  /** Makes room for `count` bytes and returns the offset of the first; the caller fills them. */
  claim(count: number): number {
    const at = this.offset;
    this.offset = at + count;
    if (this.offset > this.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.offset));
      this.buffer.copy(grown, 0, 0, at);
      this.buffer = grown;
    }
    return at;
  }

  byte(value: number): void {
    const at = this.claim(1);
    this.buffer[at] = value;
  }

  put(bytes: Bytes): void {
    const at = this.claim(bytes.length);
    this.buffer.set(bytes, at);
  }

  // The offset is claimed first: claiming may replace the buffer.
  u32(value: number): void {
    const at = this.claim(4);
    this.buffer.writeUInt32LE(value, at);
  }

  u64BigEndian(value: bigint): void {
    const at = this.claim(8);
    this.buffer.writeBigUInt64BE(value, at);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value, 'utf8');
    this.size(length);
    const at = this.claim(length);
    this.buffer.write(value, at, length, 'utf8');
  }

  hex(value: string): void {
    const at = this.claim(value.length / 2);
    this.buffer.write(value, at, 'hex');
  }

  size(value: number): void {
    if (value > MAX_SIZE) throw new EncodeError('SizeTooLarge', `expected at most ${MAX_SIZE}, got ${value}`);
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  descend(): void {
    if (++this.depth > this.maxDepth) {
      throw new EncodeError('MaxDepthExceeded', `expected at most ${this.maxDepth} levels`);
    }
  }

  ascend(): void {
    this.depth--;
  }

  /** The bytes written so far: a copy that nothing else holds. */
  finish(): Bytes {
    return Buffer.from(this.buffer.subarray(0, this.offset));
  }

  /** The bytes written since `start`: a copy. */
  since(start: number): Bytes {
    return Buffer.from(this.buffer.subarray(start, this.offset));
  }
}
