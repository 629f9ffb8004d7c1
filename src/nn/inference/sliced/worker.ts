import { parentPort } from 'node:worker_threads';
import type { Data } from './job.js';
import { perform, type Task } from './tasks.js';

/** A task and the number that its answer goes by. */
export interface Order {
  readonly id: number;
  readonly task: Task;
}

/** What came of a task, or why nothing did. */
export type Answer =
  | { readonly id: number; readonly made: Data }
  | { readonly id: number; readonly problem: string };

const answerTo = ({ id, task }: Order): Answer => {
  try {
    return { id, made: perform(task) };
  } catch (thrown) {
    return { id, problem: thrown instanceof Error ? thrown.message : String(thrown) };
  }
};

parentPort?.on('message', (order: Order) => {
  const answer = answerTo(order);
  parentPort?.postMessage(answer, 'made' in answer ? [answer.made.buffer as ArrayBuffer] : []);
});
