import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';

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
