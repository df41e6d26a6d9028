import { z } from 'zod';
import { type Attos, parseAmount } from '../../base/amount.js';
import { SolverError } from '../../base/error.js';

/** Decimal text, read as an exact amount. */
export const amount = z
  .string()
  .max(64)
  .transform((text, context): Attos => {
    try {
      const value = parseAmount(text);
      if (value >= 0n) return value;
    } catch {
      // told below, in the same words
    }
    context.addIssue({ code: 'custom', message: 'expected an amount such as "12.5", at most 18 decimals' });
    return z.NEVER;
  });

export const positiveAmount = amount.refine((value) => value > 0n, 'expected an amount above 0');

/** Reads outside data by its schema. `wrap` makes the error of the first field that is wrong. */
export function read<T>(schema: z.ZodType<T>, value: unknown, wrap = badField): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw wrap(issue!.message, pathText(issue!));
}

function badField(message: string, path: string): SolverError {
  return new SolverError('bad-field', message, { path });
}

/** A field that should not be there is named, not only the object that holds it. */
function pathText(issue: z.core.$ZodIssue): string {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}
