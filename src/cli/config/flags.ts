import { type Command, Option } from 'commander';
import { CONFIG_VARIABLE } from './load.js';
import { flagOf, SETTING_NAMES, settingOf } from './settings.js';

/**
 * Adds `--config` and a flag for each setting. The values stay text: `loadFor` reads them together with the file and the
 * environment, and tells everything that is wrong at once.
 */
export function addSettings(command: Command): Command {
  command.option('--config <file>', `settings as JSON; default: ${CONFIG_VARIABLE}, else none`);
  for (const name of SETTING_NAMES) {
    const { kind, fallback, required, description } = settingOf(name);
    const flag = flagOf(name);
    const { placeholder, several } = kind;
    const notes = [description];
    if (several) notes.push('repeatable');
    if (required) notes.push('required');
    if (fallback !== undefined && placeholder !== undefined) notes.push(`default: ${fallback}`);
    const option = new Option(placeholder === undefined ? flag : `${flag} ${placeholder}`, notes.join('; '));
    if (several) option.argParser((text: string, before: readonly string[] = []) => [...before, text]);
    command.addOption(option);
    // So that the command line can overrule what a file or the environment switches on.
    if (placeholder === undefined) command.addOption(new Option(flag.replace('--', '--no-')).hideHelp());
  }
  return command;
}
