import { giveWay, startOwnProcess } from '../own-process.js';
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

/** Starts an editing process. @param ended is called once, however it ends */
export const startChild = (setup: Setup, said: (said: Said) => void, ended: (end: End) => void): Child => {
  let [wasReady, isOver] = [false, false];
  const started = startOwnProcess('#editing-process');
  const over = (by: End['by']): void => {
    if (isOver) return;
    isOver = true;
    ended({ by, complaint: started?.complaint() ?? '', wasReady });
  };
  if (started === undefined) {
    setImmediate(() => over(null));
    return { tell: () => undefined, kill: () => undefined };
  }
  const { child } = started;
  if (child.pid !== undefined) giveWay(child.pid);
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
