import { Command } from 'commander';
import { type Io, processIo } from './io.js';
import { exportCommand } from './journal/export.js';
import { listCommand } from './journal/list.js';
import { pruneCommand } from './journal/prune.js';
import { showCommand } from './journal/show.js';
import { verifyCommand } from './journal/verify.js';

/** `journal`: what happened to every bundle. */
export function journalCommand(io: Io = processIo()): Command {
  const command = new Command('journal').description('list, show, export, prune and verify the journal');
  for (const make of [listCommand, showCommand, exportCommand, pruneCommand, verifyCommand]) {
    command.addCommand(make(io));
  }
  return command;
}
