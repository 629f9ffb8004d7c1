import { Command, CommanderError, Help } from 'commander';
import { commands } from './declarations/commands.js';
import type { On } from './declarations/declare.js';
import { guarded } from './guarded-terminal.js';
import { type Exit, exit, usage } from './process/exit-status.js';
import type { Terminal } from './terminal.js';
import { version } from './version.js';

/** How help lists a command of the program: what it takes is not declared unless it is called. */
const termOf = (command: Command): string | undefined => {
  const entry = commands.find(({ name }) => name === command.name());
  return entry === undefined || command.parent?.parent != null
    ? undefined
    : `${entry.name} ${entry.takes}`.trimEnd();
};

/** Runs a command line and gives its exit status. */
export const program = async (args: readonly string[], outside: Terminal): Promise<Exit> => {
  const terminal = guarded(outside);
  let status: Exit = exit.done;
  const on: On =
    (action) =>
    async (...given) => {
      status = await action(...given);
    };

  const pipe = new Command('pipe')
    .description('Edit photos with pipelines of typed operators')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError('Try `pipe --help`.')
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .configureHelp({
      helpWidth: Math.min(terminal.width(), 100),
      subcommandTerm: (command) => termOf(command) ?? Help.prototype.subcommandTerm(command),
    })
    .exitOverride();

  const called = args.find((word) => !word.startsWith('-'));
  for (const { name, about, load } of commands) {
    const command = pipe.command(name).description(about).showHelpAfterError(`Try \`pipe ${name} --help\`.`);
    if (name === called) (await load()).declare(command, on, terminal);
  }

  try {
    await pipe.parseAsync([...args], { from: 'user' });
    return status;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return usage(thrown.exitCode);
    throw thrown;
  }
};
