import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../../diagnostics/index.js';
import type { Data } from './job.js';
import { perform, type Task } from './tasks.js';
import type { Answer, Order } from './worker.js';

/** Work in parts, each of which is made when there is a thread for it. */
export interface Work {
  readonly parts: number;
  /** Makes a part's task; its samples are given up. */
  readonly task: (part: number) => Task;
  readonly take: (part: number, made: Data) => void;
}

/** Threads that work is done on. */
export interface Threads {
  readonly count: number;
  /** Does all parts. Errors: `tensor/cancelled`, `tensor/run-failed`, `tensor/engine-lost`. */
  readonly perform: (work: Work, signal: AbortSignal) => Promise<E.Either<Diagnostics, void>>;
  /** Ends them; what is not done is cancelled. */
  readonly close: () => Promise<void>;
}

/** Parts that a thread has at once, so that it does not wait for the next one. */
const IN_FLIGHT = 2;

const NAME = 'ensemble.average';
const cancelled: Diagnostics = [failure('tensor/cancelled', `${NAME}: cancelled.`)];

const workerFile = (): URL => pathToFileURL(createRequire(import.meta.url).resolve('#slice-worker'));

type Outcome = E.Either<Diagnostics, Data>;

/** One thread and who waits for its answers. */
class Lane {
  readonly #pending = new Map<number, (outcome: Outcome) => void>();
  #worker: Worker | undefined;
  #ids = 0;

  get busy(): number {
    return this.#pending.size;
  }

  /** Starts the thread when it is first needed and after it was lost. Never rejects. */
  do(task: Task): Promise<Outcome> {
    const worker = this.#worker ?? this.#start();
    const id = this.#ids++;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      worker.ref();
      worker.postMessage({ id, task } satisfies Order, [task.samples.buffer as ArrayBuffer]);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#lose(cancelled);
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(workerFile(), { name: 'prismflow-slices' });
    const lost = (why: string): void => {
      if (this.#worker === worker)
        this.#lose([failure('tensor/engine-lost', `${NAME}: a thread ended (${why}).`)]);
    };
    worker.on('message', (answer: Answer) => {
      const settle = this.#pending.get(answer.id);
      this.#pending.delete(answer.id);
      if (this.#pending.size === 0) worker.unref();
      settle?.(
        'made' in answer
          ? E.right(answer.made)
          : E.left([failure('tensor/run-failed', `${NAME}: ${answer.problem}.`)]),
      );
    });
    worker.on('error', (thrown: Error) => lost(thrown.message));
    worker.on('exit', (status) => lost(`exit status ${status}`));
    this.#worker = worker;
    return worker;
  }

  #lose(why: Diagnostics): void {
    this.#worker = undefined;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const settle of waiting) settle(E.left(why));
  }
}

/** Threads that start when they are needed and keep the process alive only while they work. */
export const createThreads = (count = availableParallelism()): Threads => {
  const lanes = Array.from({ length: count }, () => new Lane());
  return {
    count,
    perform: async (work, signal) => {
      let next = 0;
      let problem: Diagnostics | undefined;
      // As many loops as parts may be under way; each goes to the lane that has least to do.
      const loop = async (): Promise<void> => {
        while (next < work.parts && problem === undefined) {
          if (signal.aborted) {
            problem = cancelled;
            return;
          }
          const part = next++;
          const lane = lanes.reduce((least, each) => (each.busy < least.busy ? each : least));
          const outcome = await lane.do(work.task(part));
          if (E.isLeft(outcome)) problem ??= outcome.left;
          else work.take(part, outcome.right);
        }
      };
      const loops = Math.min(work.parts, IN_FLIGHT * count);
      await Promise.all(Array.from({ length: loops }, loop));
      return problem === undefined ? E.right(undefined) : E.left(problem);
    },
    close: async () => {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
};

/** Does work on this thread: what is small is done before another one would have begun. */
export const here: Threads = {
  count: 1,
  perform: async ({ parts, task, take }) => {
    for (let part = 0; part < parts; part++) take(part, perform(task(part)));
    return E.right(undefined);
  },
  close: async () => undefined,
};
