import { decodeBech32m } from '../../base/bech32m.js';
import { toHex } from '../../base/bytes.js';
import { XRD } from '../../transaction/address.js';
import { readableAmount, readableMs, readablePpm } from '../figures/readable.js';
import { DAY, PAIR } from './report.js';
import type { Cell, CellKind } from './section.js';

/** A cell for people. What strangers wrote keeps no control character. */
export function readableCell(cell: Cell, kind: CellKind): string {
  if (cell === null) return '';
  switch (kind) {
    case 'xrd':
      return readableAmount(cell as bigint);
    case 'ms':
      return readableMs(cell as number);
    case 'ppm':
      return readablePpm(cell as number);
    case 'time':
      return readableTime(cell as string);
    case 'id':
      return shortId(String(cell));
    case 'pair':
      return String(cell).split(PAIR).map(tokenName).join(PAIR);
    default:
      return printable(String(cell));
  }
}

function printable(text: string): string {
  return text.replace(/[\p{Control}\p{Format}]+/gu, ' ');
}

function shortId(text: string): string {
  const name = printable(text);
  return name.length <= 24 ? name : `${name.slice(0, 14)}…${name.slice(-6)}`;
}

/** A token as people know it: XRD by its name, others by what tells them apart. */
export function tokenName(address: string): string {
  return isXrd(address) ? 'XRD' : shortId(address);
}

/** Its bytes are the same on every network. */
function isXrd(address: string): boolean {
  try {
    return toHex(decodeBech32m(address).data) === XRD;
  } catch {
    return false;
  }
}

/** `2026-01-31` where a day begins, else `2026-01-31 15:00`. */
function readableTime(iso: string): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return printable(iso);
  return time % DAY === 0 ? iso.slice(0, 10) : iso.slice(0, 16).replace('T', ' ');
}
