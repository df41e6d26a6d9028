import { CONFIG_VARIABLE, SECRET_VARIABLE } from './load.js';
import { SETTING_NAMES, settingOf, variableOf } from './settings.js';

const HEAD = `# anthic-solver reads no .env file by itself: \`set -a; . ./.env; set +a\` before starting it, or name the file
# as EnvironmentFile= of its systemd unit. A line that is empty after the = counts as not there.
# Made by \`anthic-solver config env\`. Precedence, lowest first: defaults, file, environment, command line.

# The solver's private key, where no key file is given: ed25519:<64 hex> or secp256k1:<64 hex>.
# Other processes of this user can read a process's environment, and shells keep history: a key file is the better
# place (anthic-solver keygen --out FILE). It is removed from the environment once read.
#${SECRET_VARIABLE}=

# Settings as JSON.
#${CONFIG_VARIABLE}=
`;

const TAIL = `
# Print the stack of an unexpected error.
#DEBUG=1
`;

/** Every variable there is, as comments: .env.example is this text. */
export function envExample(): string {
  const settings = SETTING_NAMES.map((name) => {
    const { description, fallback = '', required, kind } = settingOf(name);
    const notes = [...(kind.several ? ['commas between several'] : []), ...(required ? ['required'] : [])];
    const more = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
    return `\n# ${description[0]!.toUpperCase()}${description.slice(1)}${more}.\n#${variableOf(name)}=${fallback}\n`;
  });
  return [HEAD, ...settings, TAIL].join('');
}
