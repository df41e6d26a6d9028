import { z } from 'zod';
import { SETTING_NAMES, type SETTINGS, type SettingName, settingOf } from './settings.js';

/** Name → value, as in the table. */
export type Flat = { readonly [N in SettingName]: (typeof SETTINGS)[N] extends { kind: infer K } ? ValueOf<K> : never };
type ValueOf<K> = K extends { schema: z.ZodType<infer T> } ? T : never;

/** The configuration of a running solver: names with a point become objects. */
export type RunConfig = {
  readonly [N in SettingName as N extends `${string}.${string}` ? never : N]: Flat[N];
} & {
  readonly http: { readonly host: Flat['http.host']; readonly port: Flat['http.port'] };
};

/** The schema of any source: every setting may be left out, and nothing else may be in it. */
export const sourceSchema = z.strictObject(
  Object.fromEntries(SETTING_NAMES.map((name) => [name, settingOf(name).kind.schema.optional()])),
);

/** The defaults, read as any other source. */
export function defaults(): Record<string, unknown> {
  const given = SETTING_NAMES.flatMap((name) => {
    const { fallback } = settingOf(name);
    return fallback === undefined ? [] : [[name, fallback]];
  });
  return sourceSchema.parse(Object.fromEntries(given));
}

export function nest(flat: Flat): RunConfig {
  const { 'http.host': host, 'http.port': port, ...rest } = flat;
  return { ...rest, http: { host, port } };
}
