import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Said, Setup, Told } from './protocol.js';

/** The editing process, as the process that started it sees it. */
export interface Child {
  readonly tell: (told: Told) => void;
  readonly kill: () => void;
}

/** How a process ended, and what it said last. */
export interface End {
  readonly by: NodeJS.Signals | number | null;
  readonly complaint: string;
  /** Whether it ever got to work. */
  readonly wasReady: boolean;
}

/** Characters that are kept of what a process complains of: its last words say why it ended. */
const MOST_COMPLAINT = 10_000;

/** Starts an editing process. @param ended is called once, however it ends */
export const startChild = (setup: Setup, said: (said: Said) => void, ended: (end: End) => void): Child => {
  let [complaint, wasReady, isOver] = ['', false, false];
  const over = (by: End['by']): void => {
    if (isOver) return;
    isOver = true;
    ended({ by, complaint, wasReady });
  };
  const child = started();
  if (child === undefined) {
    setImmediate(() => over(null));
    return { tell: () => undefined, kill: () => undefined };
  }
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-MOST_COMPLAINT);
  });
  child.on('message', (message: Said) => {
    if (isOver) return;
    if (message.kind === 'ready') wasReady = true;
    said(message);
  });
  child.on('error', () => over(null));
  child.on('close', (status, by) => over(by ?? status));
  const tell = (told: Told): void => {
    if (child.connected) child.send(told, () => undefined);
  };
  tell({ kind: 'setup', setup });
  return { tell, kill: () => void child.kill('SIGKILL') };
};

const started = (): ChildProcess | undefined => {
  try {
    return fork(createRequire(import.meta.url).resolve('#editing-process'), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Options of this process, such as an inspector's port, are not for two.
      execArgv: [],
    });
  } catch {
    return undefined;
  }
};
