import { Command, CommanderError } from 'commander';
import { declare as applyCommand } from './declarations/apply.js';
import { declare as checkCommand } from './declarations/check.js';
import type { Declare, On } from './declarations/declare.js';
import { declare as doctorCommand } from './declarations/doctor.js';
import { declare as explainCommand } from './declarations/explain.js';
import { declare as exportCommand } from './declarations/export.js';
import { declare as graphCommand } from './declarations/graph.js';
import { declare as inspectCommand } from './declarations/inspect.js';
import { declare as modelsCommand } from './declarations/models.js';
import { declare as newCommand } from './declarations/new.js';
import { declare as opsCommand } from './declarations/ops.js';
import { declare as planCommand } from './declarations/plan.js';
import { declare as queueCommand } from './declarations/queue.js';
import { declare as reproduceCommand } from './declarations/reproduce.js';
import { declare as runCommand } from './declarations/run.js';
import { declare as schemaCommand } from './declarations/schema.js';
import { declare as serveCommand } from './declarations/serve.js';
import { declare as shrinkCommand } from './declarations/shrink.js';
import { declare as statusCommand } from './declarations/status.js';
import { declare as watchCommand } from './declarations/watch.js';
import { declare as workerCommand } from './declarations/worker.js';
import { guarded } from './guarded-terminal.js';
import { type Exit, exit, usage } from './process/exit-status.js';
import type { Terminal } from './terminal.js';
import { version } from './version.js';

/** The commands, in the order in which help lists them. */
const commands: readonly Declare[] = [
  runCommand,
  watchCommand,
  workerCommand,
  queueCommand,
  serveCommand,
  reproduceCommand,
  shrinkCommand,
  statusCommand,
  checkCommand,
  planCommand,
  graphCommand,
  inspectCommand,
  opsCommand,
  schemaCommand,
  newCommand,
  applyCommand,
  modelsCommand,
  exportCommand,
  doctorCommand,
  explainCommand,
];

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
    .configureHelp({ helpWidth: Math.min(terminal.width(), 100) })
    .exitOverride();

  for (const declare of commands) declare(pipe, on, terminal);

  try {
    await pipe.parseAsync([...args], { from: 'user' });
    return status;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return usage(thrown.exitCode);
    throw thrown;
  }
};
