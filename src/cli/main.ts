import { createRequire } from 'node:module';
import pc from 'picocolors';
import { exit } from './process/exit-status.js';
import { keepHeapSmall } from './process/heap.js';
import { type Output, outputOf } from './process/output.js';
import { type StopSignal, statusOf, stopSignalNames } from './process/stop-signals.js';
import type { Supervisor } from './process/supervised.js';
import type { Terminal } from './terminal.js';

keepHeapSmall();

/** Asks on the terminal; no answer, and Ctrl-C, are an empty one. */
const question =
  (signal: AbortSignal) =>
  async (text: string): Promise<string> => {
    // Loaded only where something is asked.
    const { createInterface } = await import('node:readline/promises');
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    const ended = new Promise<string>((resolve) => lines.on('close', () => resolve('')));
    try {
      return await Promise.race([lines.question(text, { signal }).catch(() => ''), ended]);
    } finally {
      lines.close();
    }
  };

/** How the user stops the command. */
interface Stopping {
  readonly signal: AbortSignal;
  /** The signal that came, if one has. */
  readonly by: () => StopSignal | undefined;
}

/** Commands that finish what they have begun when they are stopped. */
const graceful: ReadonlySet<string | undefined> = new Set(['run', 'watch', 'serve', 'worker']);

const stopping = (supervisor: Supervisor | undefined): Stopping => {
  const controller = new AbortController();
  let first: StopSignal | undefined;
  const stop = (by: StopSignal): void => {
    // Whoever asks twice does not want to wait for what is in flight.
    if (controller.signal.aborted) process.exit(statusOf(by));
    first = by;
    controller.abort();
  };
  if (supervisor !== undefined) supervisor.onStop(stop);
  // What only looks at something ends at once, as any program does.
  else if (graceful.has(process.argv[2]))
    for (const signal of stopSignalNames) process.on(signal, () => stop(signal));
  return { signal: controller.signal, by: () => first };
};

/** The terminal that this process runs in. */
const processTerminal = (output: Output, { signal }: Stopping, supervisor?: Supervisor): Terminal => {
  const { stdin, stdout, stderr } = process;
  const colours = pc.createColors(pc.isColorSupported && (stdout.isTTY === true || stderr.isTTY === true));
  return {
    out: output.out,
    err: output.err,
    isLive: stderr.isTTY === true && process.env.TERM !== 'dumb',
    width: () => stderr.columns ?? stdout.columns ?? 80,
    paint: colours,
    folder: process.cwd(),
    ...(stdin.isTTY === true && stderr.isTTY === true ? { ask: question(signal) } : {}),
    signal,
    gone: output.gone,
    ...(supervisor === undefined ? {} : { busy: supervisor.busy }),
  };
};

/** Says in a sentence what the system refused; what else is thrown is a fault of this program, and is shown whole. */
const stuckAt = (thrown: unknown): number => {
  const { code, syscall } = thrown as NodeJS.ErrnoException;
  if (!(thrown instanceof Error) || code === undefined || syscall === undefined) throw thrown;
  process.stderr.write(`The system refused something that cannot be done without: ${thrown.message}.\n`);
  return exit.stuck;
};

const require = createRequire(import.meta.url);

/**
 * Loads a module and those that it imports one file after the other. An import opens them all at once, which fails in many ways
 * where few files may be open.
 */
const loadOneByOne = (module: string): void => {
  try {
    require(module);
  } catch {
    // No such command, or a Node that cannot: then the import loads it, or says what is wrong.
  }
};

/** Runs the command line of this process, and sets its exit status. */
export const main = async (supervisor?: Supervisor): Promise<void> => {
  const output = outputOf(process.stdout, process.stderr);
  const stop = stopping(supervisor);
  const end = async (status: number): Promise<void> => {
    const by = stop.by();
    const stopped = status === exit.stopped && by !== undefined ? statusOf(by) : status;
    // Let what was written reach its reader, and find out whether it did: exiting at once would cut off a pipe.
    await output.flush();
    const final = output.failure()?.status ?? stopped;
    process.exitCode = final;
    await supervisor?.over(final);
    // What was stopped waits to be ended, lest native code in the middle of its work aborts the process.
    if (supervisor !== undefined && !stop.signal.aborted && process.connected) process.disconnect();
  };
  process.on('uncaughtException', (thrown) => {
    try {
      void end(stuckAt(thrown));
    } catch {
      // As Node does by itself.
      process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
      process.exit(1);
    }
  });
  try {
    // Loaded only now: what modules leave behind while they load would make the space for the young grow.
    loadOneByOne('./program.js');
    loadOneByOne(`./declarations/${process.argv[2]}.js`);
    // Help needs no more than its declaration.
    if (!process.argv.some((word) => word === '--help' || word === '-h'))
      loadOneByOne(`./commands/${process.argv[2]}.js`);
    const { program } = await import('./program.js');
    await end(await program(process.argv.slice(2), processTerminal(output, stop, supervisor)));
  } catch (thrown) {
    await end(stuckAt(thrown));
  }
};
