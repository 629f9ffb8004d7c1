import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { TrainingProcess } from '../../execution/trainings/child.js';
import type { TrainingSetup } from '../../execution/trainings/protocol.js';
import type { Own } from './shown.js';

/** The processes of trainings that this server has begun, by the folders that they are kept in. */
export interface Processes {
  readonly of: (folder: string) => Own | undefined;
  readonly folders: () => readonly string[];
  /** Begins one, if none runs: it takes all processors there are. Errors: `serve/training-state`, `serve/stopping`. */
  readonly launch: (folder: string, setup: TrainingSetup) => E.Either<Diagnostics, void>;
  /** Has one keep what it learned, and end; false where none runs in that folder. */
  readonly stop: (folder: string) => boolean;
  /** Has all end so; those that have not when the signal aborts are ended. None is begun from then on. */
  readonly close: (late: AbortSignal) => Promise<void>;
}

interface Running extends Own {
  readonly ended: Promise<void>;
}

/** @param start begins a training in a process of its own */
export const createProcesses = (start: (setup: TrainingSetup) => TrainingProcess): Processes => {
  const all = new Map<string, Running>();
  let isClosing = false;
  const mayBegin = (): E.Either<Diagnostics, void> => {
    if (isClosing) return E.left([failure('serve/stopping', 'The server is being stopped.')]);
    const isOneRunning = [...all.values()].some(({ process }) => process !== undefined);
    return isOneRunning
      ? E.left([
          failure(
            'serve/training-state',
            'Another training runs, and one is run at a time: stop it first, or wait for its end.',
          ),
        ])
      : E.right(undefined);
  };
  return {
    of: (folder) => all.get(folder),
    folders: () => [...all.keys()],
    launch: (folder, setup) => {
      const may = mayBegin();
      if (E.isLeft(may)) return may;
      const process = start(setup);
      const ended = process.ended.then((problem) => {
        all.set(folder, { process: undefined, isStopping: false, problem, ended: Promise.resolve() });
      });
      all.set(folder, { process, isStopping: false, problem: undefined, ended });
      return may;
    },
    stop: (folder) => {
      const own = all.get(folder);
      if (own?.process === undefined) return false;
      own.process.stop();
      all.set(folder, { ...own, isStopping: true });
      return true;
    },
    close: async (late) => {
      isClosing = true;
      const running = [...all.values()].filter(({ process }) => process !== undefined);
      for (const { process } of running) process?.stop();
      const kill = (): void => {
        for (const { process } of running) process?.kill();
      };
      if (late.aborted) kill();
      else late.addEventListener('abort', kill, { once: true });
      await Promise.all(running.map(({ ended }) => ended));
    },
  };
};
