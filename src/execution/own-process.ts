import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';

/** Characters that are kept of what a process complains of: its last words say why it ended. */
const MOST_COMPLAINT = 10_000;

/** A process that was started, and the last of what it wrote to standard error. */
export interface OwnProcess {
  readonly child: ChildProcess;
  readonly complaint: () => string;
}

/** The programs of this package, as `imports` of package.json names them. */
export type OwnProgram = '#one-photo' | '#editing-process' | '#queue-process' | '#training-process';

/** Starts a program of this package in a process of its own; undefined where none can be started. */
export const startOwnProcess = (program: OwnProgram): OwnProcess | undefined => {
  try {
    const child = fork(createRequire(import.meta.url).resolve(program), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Options of this process, such as an inspector's port, are not for two.
      execArgv: [],
    });
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-MOST_COMPLAINT);
    });
    return { child, complaint: () => complaint };
  } catch {
    return undefined;
  }
};

/** In such a process: says something to the one that started it, and waits until it has left, since the next moment may be the last. */
export const tellParent = (said: unknown): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(said, () => resolve());
  });

/** In such a process: whoever started it decides when it ends, and a terminal sends its signals to both. */
export const ignoreSignals = (): void => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
};

/** How much a process gives way to others, as `nice` has it: whoever asks how far it is gets an answer first. */
const NICENESS = 5;

/** Has a process give way; where the system does not allow it, it works as others do. */
export const giveWay = (pid: number): void => {
  try {
    setPriority(pid, NICENESS);
  } catch {
    // It has ended, or it may not be changed.
  }
};
