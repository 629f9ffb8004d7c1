import { createInterface } from 'node:readline/promises';
import pc from 'picocolors';
import { keepHeapSmall } from './heap.js';
import { exit, type Terminal } from './terminal.js';

keepHeapSmall();

/** Asks on the terminal; no answer, and Ctrl-C, are an empty one. */
const question =
  (signal: AbortSignal) =>
  async (text: string): Promise<string> => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    const ended = new Promise<string>((resolve) => lines.on('close', () => resolve('')));
    try {
      return await Promise.race([lines.question(text, { signal }).catch(() => ''), ended]);
    } finally {
      lines.close();
    }
  };

/** The terminal that this process runs in. */
const processTerminal = (): Terminal => {
  const controller = new AbortController();
  const stop = (): void => {
    // Whoever asks twice does not want to wait for what is in flight.
    if (controller.signal.aborted) process.exit(exit.stopped);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const { stdin, stdout, stderr } = process;
  // A reader that has seen enough (`| head`) is no error.
  for (const stream of [stdout, stderr])
    stream.on('error', (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'EPIPE') process.exit(exit.done);
      throw thrown;
    });
  const colours = pc.createColors(pc.isColorSupported && (stdout.isTTY === true || stderr.isTTY === true));
  return {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    isLive: stderr.isTTY === true && process.env.TERM !== 'dumb',
    width: () => stderr.columns ?? stdout.columns ?? 80,
    paint: colours,
    folder: process.cwd(),
    ...(stdin.isTTY === true && stderr.isTTY === true ? { ask: question(controller.signal) } : {}),
    signal: controller.signal,
  };
};

// Loaded only now: what modules leave behind while they load would make the space for the young grow.
const { program } = await import('./program.js');
// Let what was written reach its reader: exiting at once would cut off a pipe.
process.exitCode = await program(process.argv.slice(2), processTerminal());
