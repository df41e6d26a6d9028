import { once } from 'node:events';
import type { Writable } from 'node:stream';

/**
 * Prints one line, and waits while the reader is slower than we are, so that what is printed does not pile up in memory.
 */
export async function printLine(out: Writable, text: string): Promise<void> {
  if (!out.write(`${text}\n`) && !out.destroyed) await once(out, 'drain');
}

/** Prints a value as one line of JSON. */
export function printJson(out: Writable, value: unknown): Promise<void> {
  return printLine(out, JSON.stringify(value));
}

/** Labels and values in two columns. */
export function formatFields(fields: readonly (readonly [label: string, value: string])[]): string {
  const width = Math.max(...fields.map(([label]) => label.length));
  return fields.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join('\n');
}

/** Text two columns further in; empty lines stay empty. */
export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
