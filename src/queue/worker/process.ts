import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { guardProcess } from '../../tensor/run/model-process/guard.js';
import { saidOf } from '../messages.js';
import { createPerformer, type Performer } from './perform.js';
import type { Answer, Message, Task, Told } from './protocol.js';

/** A program of its own that edits photos for a worker: see `startHands`. A photo may end it. */

/** Says something to the process that started this one, and waits until it has left: the next moment may be the last. */
const say = (message: Message): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, () => resolve());
  });

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

// Whoever started this one decides when it ends: a terminal sends its signals to both.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());

let performer: Performer | undefined;
let worker = '';
process.on('message', (told: Told) => {
  if (told.kind === 'setup') {
    performer = createPerformer(told.setup);
    worker = told.setup.worker;
  } else if (performer !== undefined) void work(performer, told.id, told.task, worker);
});
