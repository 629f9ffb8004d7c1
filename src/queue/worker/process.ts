import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { ignoreSignals, tellParent } from '../../execution/own-process.js';
import { guardProcess } from '../../tensor/run/model-process/guard.js';
import { saidOf } from '../messages.js';
import { createPerformer, type Performer } from './perform.js';
import type { Answer, Message, Task, Told } from './protocol.js';

/** A program of its own that edits photos for a worker: see `startHands`. A photo may end it. */

const say: (message: Message) => Promise<void> = tellParent;

const threw = (thrown: unknown): Diagnostics => [failure('run/operator-threw', messageOf(thrown))];

const work = async (performer: Performer, id: number, task: Task, worker: string): Promise<void> => {
  const answer = await performer
    .perform(task, (operator, allowed) => say({ kind: 'at', id, operator, allowed }))
    .catch(
      (thrown: unknown): Answer => ({
        kind: 'failed',
        failed: { kind: 'failed', operator: '', diagnostics: threw(thrown).map(saidOf), worker },
      }),
    );
  await say({ kind: 'answer', id, answer });
};

// Also while a photo holds its only thread, it ends with the process that started it.
guardProcess(Number.POSITIVE_INFINITY);

ignoreSignals();
process.on('disconnect', () => process.exit());

let performer: Performer | undefined;
let worker = '';
process.on('message', (told: Told) => {
  if (told.kind === 'setup') {
    performer = createPerformer(told.setup);
    worker = told.setup.worker;
  } else if (performer !== undefined) void work(performer, told.id, told.task, worker);
});
