import { Command } from 'commander';
import { type Io, processIo } from './io.js';
import { accountsCommand } from './order/accounts.js';
import { quoteCommand } from './order/quote.js';
import { submitCommand } from './order/submit.js';
import { trackCommand } from './order/track.js';

/** `order`: trades on Anthic as a DEX or a person would. */
export function orderCommand(io: Io = processIo()): Command {
  const command = new Command('order').description('quote, submit and follow limit orders');
  for (const make of [quoteCommand, submitCommand, trackCommand, accountsCommand]) {
    const sub = make(io)
      .exitOverride()
      .showHelpAfterError('(--help tells the options)')
      .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
    command.addCommand(sub);
  }
  return command;
}
