const LONG_HEX = /(?:0x)?[0-9a-f]{64,}/gi;
const CONTROL = /[\p{Cc}\s]+/gu;
const MAX = 300;

/** Text from outside as messages and logs may hold it: one short line, without payloads. */
export function excerpt(text: string): string {
  const line = text.slice(0, 20_000).replace(LONG_HEX, '…').replace(CONTROL, ' ').trim();
  return line.length > MAX ? `${line.slice(0, MAX)}…` : line;
}
