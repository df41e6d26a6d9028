import { z } from 'zod';

/** Values by name, as `z.record`, which passes over `__proto__` without a word: here that is an error like any bad name. */
export function recordOf<K extends z.ZodType<string, string>, V extends z.ZodType>(key: K, value: V) {
  return z
    .unknown()
    .superRefine((given, context) => {
      if (typeof given !== 'object' || given === null || !Object.hasOwn(given, '__proto__')) return;
      context.addIssue({ code: 'custom', path: ['__proto__'], message: 'expected no such name' });
    })
    .pipe(z.record(key, value));
}

/** Whether a value of JSON has fields. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
