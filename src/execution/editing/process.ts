import * as E from 'fp-ts/lib/Either.js';
import { dispositionOf } from '../../diagnostics/codes.js';
import { allSendable, type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { guardProcess } from '../../tensor/run/model-process/guard.js';
import { ignoreSignals, tellParent } from '../own-process.js';
import { createPerformer, type Performer } from './performer.js';
import type { Said, Task, Told } from './protocol.js';

/** A program of its own that edits photos for a server: see `createEditor`. It keeps what is warm, and may be ended by a photo. */

const say: (said: Said) => Promise<void> = tellParent;

const running = new Map<number, AbortController>();

const perform = async (performer: Performer, id: number, task: Task): Promise<void> => {
  const control = new AbortController();
  running.set(id, control);
  const made = await performer
    .perform(task, control.signal, (operator, allowed) => void say({ kind: 'at', id, operator, allowed }))
    .catch((thrown: unknown) => E.left<Diagnostics>([failure('run/operator-threw', messageOf(thrown))]));
  running.delete(id);
  if (E.isRight(made)) return say({ kind: 'made', id, made: made.right });
  await say({ kind: 'failed', id, diagnostics: allSendable(made.left) });
  // An engine that is lost, or memory that cannot be had, is there again in a new process.
  if (made.left.some(({ code }) => code.startsWith('tensor/') && dispositionOf(code) === 'fatal'))
    process.exit(1);
};

// Also while a photo holds its only thread, it ends with the process that started it.
guardProcess(Number.POSITIVE_INFINITY);

ignoreSignals();
process.on('disconnect', () => process.exit());

let performer: E.Either<Diagnostics, Performer> | undefined;
process.on('message', (told: Told) => {
  switch (told.kind) {
    case 'setup':
      performer = createPerformer(told.setup);
      void say({ kind: 'ready' });
      return;
    case 'cancel':
      running.get(told.id)?.abort();
      return;
    case 'do':
      if (performer === undefined) return;
      if (E.isLeft(performer))
        void say({ kind: 'failed', id: told.id, diagnostics: allSendable(performer.left) });
      else void perform(performer.right, told.id, told.task);
  }
});
