import type { Writable } from 'node:stream';
import { exit } from './exit-status.js';

/** Why nothing more can be printed, and the status that the command ends with therefore. */
export interface OutputFailure {
  readonly status: number;
}

/** Where a command prints. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Aborts when nobody can read any more what is printed: whoever read has gone, or the disk is full. */
  readonly gone: AbortSignal;
  readonly failure: () => OutputFailure | undefined;
  /** Waits until all is written, or cannot be. */
  readonly flush: () => Promise<void>;
}

/** How long a reader may take to read what is left at the end. */
const FLUSH_MS = 5000;

/**
 * Prints to two streams. A reader that goes (`| head`) ends the command as it ends other programs, by the status of SIGPIPE; another
 * error, such as a full disk, is said once and ends it as what cannot go on.
 */
export const outputOf = (stdout: Writable, stderr: Writable): Output => {
  const controller = new AbortController();
  let failure: OutputFailure | undefined;
  const fail = (thrown: unknown, isStdout: boolean): void => {
    if (failure !== undefined) return;
    const { code, message } = thrown as NodeJS.ErrnoException;
    failure = { status: code === 'EPIPE' ? exit.readerGone : exit.stuck };
    if (isStdout && code !== 'EPIPE') attempt(stderr, `Nothing more can be printed: ${message}.\n`);
    controller.abort();
  };
  const attempt = (stream: Writable, text: string): void => {
    try {
      stream.write(text);
    } catch (thrown) {
      // Files are written at once, and throw.
      fail(thrown, stream === stdout);
    }
  };
  stdout.on('error', (thrown) => fail(thrown, true));
  stderr.on('error', (thrown) => fail(thrown, false));
  const flushed = (stream: Writable): Promise<void> =>
    new Promise((resolve) => {
      if (stream.writableLength === 0 || stream.destroyed) return resolve();
      const timer = setTimeout(resolve, FLUSH_MS);
      stream.write('', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  const write = (stream: Writable) => (text: string) => {
    if (failure === undefined || stream === stderr) attempt(stream, text);
  };
  return {
    out: write(stdout),
    err: write(stderr),
    gone: controller.signal,
    failure: () => failure,
    flush: async () => {
      await Promise.all([flushed(stdout), flushed(stderr)]);
      // An error of the last write is told a moment later.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};
