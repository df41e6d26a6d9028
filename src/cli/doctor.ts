import { Command } from 'commander';
import { addSettings } from './config/flags.js';
import { loadFor } from './config/load.js';
import type { RunConfig } from './config/runConfig.js';
import type { Check } from './doctor/check.js';
import { gatewayChecks } from './doctor/gateways.js';
import { identityChecks } from './doctor/identity.js';
import { journalChecks } from './doctor/journal.js';
import { coreDumpCheck, nativeChecks, versionCheck } from './doctor/machine.js';
import { streamChecks } from './doctor/streams.js';
import { CliError, EXIT } from './error.js';
import { type Io, processIo } from './io.js';
import { jsonOption } from './options.js';
import { printJson, printLine } from './output.js';
import { formatTable } from './table.js';
import { packageVersion } from './version.js';

/** `doctor`: looks at everything a running solver needs, and says what to do. Changes nothing, submits nothing. */
export function doctorCommand(io: Io = processIo()): Command {
  return addSettings(new Command('doctor'))
    .description('check key, account, balance, clock, streams, Gateways, journal and this machine')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  $ anthic-solver doctor --config solver.json

It takes the settings of \`run\`, reads and connects as that would, and submits nothing.
Exit status: 0 when every check passes, 1 when one fails, 2 for settings that are wrong.`,
    )
    .action((options: Record<string, unknown>) => doctor(options, io));
}

async function doctor(options: Record<string, unknown>, io: Io): Promise<void> {
  const { config } = loadFor(io, options);
  const checks = await allChecks(config, io);
  const failed = checks.filter(({ ok }) => !ok).length;
  if (options.json === true) await printJson(io.stdout, { ok: failed === 0, checks });
  else await printTable(checks, io);
  if (failed > 0) {
    throw new CliError(EXIT.failure, 'unfit', `${failed} of ${checks.length} checks failed`);
  }
  if (options.json !== true) await printLine(io.stdout, `\nall ${checks.length} checks passed`);
}

async function allChecks(config: RunConfig, io: Io): Promise<readonly Check[]> {
  const { checks: identity, address } = await identityChecks(config, io);
  const [native, streams, gateways, journal] = await Promise.all([
    nativeChecks(),
    streamChecks(config.streams),
    gatewayChecks(config, address),
    journalChecks(config.journal, config.network.id),
  ]);
  const machine = [versionCheck(packageVersion()), ...native, coreDumpCheck()];
  return [...machine, ...identity, ...streams, ...gateways, ...journal];
}

async function printTable(checks: readonly Check[], io: Io): Promise<void> {
  const rows = checks.map(({ check, ok, detail, advice }) => [
    ok ? 'ok' : 'FAIL',
    check,
    advice === undefined ? detail : `${detail}\n→ ${advice}`,
  ]);
  await printLine(io.stdout, formatTable([{ title: '' }, { title: 'check' }, { title: 'found' }], rows));
}
