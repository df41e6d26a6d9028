import type { Io } from '../io.js';
import { printJson, printLine } from '../output.js';
import { formatTable } from '../table.js';
import type { Loaded } from './load.js';
import { SETTING_NAMES, settingOf } from './settings.js';

interface Shown {
  readonly setting: string;
  /** Fit for JSON, and without secrets. */
  readonly value: unknown;
  readonly from: string;
}

export function shownSettings({ flat, origins }: Loaded): Shown[] {
  return SETTING_NAMES.map((setting) => {
    const { kind, fallback } = settingOf(setting);
    const value = flat[setting] as unknown;
    const isSet = value !== undefined || origins.has(setting) || fallback !== undefined;
    const from = origins.get(setting) ?? (fallback === undefined ? 'not set' : 'default');
    return { setting, value: isSet ? kind.show(value) : null, from };
  });
}

/** Prints the configuration with where each value comes from. */
export async function showConfig(io: Pick<Io, 'stdout'>, loaded: Loaded, json: boolean): Promise<void> {
  const shown = shownSettings(loaded);
  if (json) {
    const of = ({ setting, value, from }: Shown) => [setting, { value, from }];
    return printJson(io.stdout, Object.fromEntries(shown.map(of)));
  }
  const rows = shown.map(({ setting, value, from }) => [setting, cell(value), from]);
  await printLine(io.stdout, formatTable([{ title: 'setting' }, { title: 'value' }, { title: 'from' }], rows));
}

function cell(value: unknown): string {
  if (value === null) return '';
  return Array.isArray(value) ? value.join('\n') : String(value);
}
