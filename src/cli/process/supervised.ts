import type { RunOptions } from '../../execution/run.js';
import { holdFor, onHolding } from '../../records/journal/holding.js';
import type { StopSignal } from './stop-signals.js';
import type { Said, Told } from './supervision.js';

/** The process that looks after this one. */
export interface Supervisor {
  /** Is called when the user stops the command. */
  readonly onStop: (listener: (by: StopSignal) => void) => void;
  /** Notes photos that are worked on, as an option of a run. */
  readonly busy: NonNullable<RunOptions['busy']>;
  /** Says that all is done: this process need not even end by itself. */
  readonly over: (status: number) => Promise<void>;
}

/** How often this process shows that it lives while it is at photos. */
const BEAT_MS = 1000;

/** Begins to speak with the process that looks after this one, and ends with it. */
export const supervised = (): Supervisor => {
  let isOver = false;
  holdFor(process.ppid);
  process.on('disconnect', () => {
    if (!isOver) process.kill(process.pid, 'SIGKILL');
  });
  const say = (said: Said): void => {
    if (process.connected) process.send?.(said, () => undefined);
  };
  onHolding((path, isHeld) => say({ kind: 'lock', path, isHeld }));

  const photos = new Map<symbol, { readonly path: string; readonly milliseconds: () => number }>();
  let beating: NodeJS.Timeout | undefined;
  const beat = (): void => {
    const all = [...photos.values()];
    const most = Math.min(...all.map(({ milliseconds }) => milliseconds()));
    // JSON has no infinity.
    say({
      kind: 'alive',
      most: Number.isFinite(most) ? most : 0,
      paths: all.map(({ path }) => path),
    });
    if (photos.size > 0) return;
    clearInterval(beating);
    beating = undefined;
  };

  return {
    onStop: (listener) => {
      process.on('message', ({ kind, by }: Told) => {
        if (kind !== 'stop') return;
        // Others have nothing to finish: they are ended.
        const [, , command] = process.argv;
        if (command === 'run' || command === 'watch')
          say({ kind: 'stopping', isPatient: command === 'watch' });
        listener(by);
      });
      process.channel?.unref();
    },
    busy: ({ path }, milliseconds) => {
      const id = Symbol(path);
      photos.set(id, { path, milliseconds });
      // Said at once: it may hold the thread from its first moment on.
      beat();
      beating ??= setInterval(beat, BEAT_MS).unref();
      return () => void photos.delete(id);
    },
    over: (status) =>
      new Promise((resolve) => {
        isOver = true;
        if (process.send === undefined || !process.connected) return resolve();
        process.send({ kind: 'over', status } satisfies Said, () => resolve());
      }),
  };
};
