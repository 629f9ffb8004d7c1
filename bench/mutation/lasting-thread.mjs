// A pool for vitest whose one thread lasts over many runs, so that tfjs, the sources and the engine are loaded once and not
// for every mutant. The sources hold no state at module level that a result depends on, or this would not do.
import { ThreadsPoolWorker } from 'vitest/node';

/** Runs after which the thread makes way for a fresh one, lest what mutants leave behind piles up; 1 with `--fresh`. */
const LONGEST = process.env.MUTATE_FRESH === undefined ? 150 : 1;

/** The thread, and what vitest told it when it started; none before the first run and after the last of a thread. */
let held;

const answer = (type) => ({ type, __vitest_worker_response__: true });

class LastingThread extends ThreadsPoolWorker {
  #listeners = [];
  #config;
  #leaves = false;

  on(event, listener) {
    this.#listeners.push([event, listener]);
    super.on(event, listener);
  }

  off(event, listener) {
    this.#listeners = this.#listeners.filter(([e, l]) => e !== event || l !== listener);
    // The thread may have ended by itself.
    if (this._thread !== undefined) super.off(event, listener);
  }

  async start() {
    this._thread = held?.thread;
    await super.start();
    if (held !== undefined) return;
    const started = { thread: this._thread, runs: 0, greeted: false };
    held = started;
    this._thread.once('exit', () => {
      if (held === started) held = undefined;
    });
  }

  send(message) {
    if (message.type === 'start') {
      this.#config = message.context.config;
      if (held.greeted) return this.#reply('started');
      held.greeted = true;
    }
    if (message.type === 'run') held.runs++;
    if (message.type === 'stop') {
      this.#leaves = held === undefined || held.runs >= LONGEST;
      if (!this.#leaves) return this.#reply('stopped');
    }
    // The thread was started with another run's choice of tests.
    const told =
      message.type === 'run'
        ? { ...message, context: { config: this.#config, ...message.context } }
        : message;
    super.send(told);
  }

  async stop() {
    for (const [event, listener] of this.#listeners) this._thread?.off(event, listener);
    if (this.#leaves) {
      held = undefined;
      return super.stop();
    }
    this._thread?.stdout.unpipe(this.stdout);
    this._thread?.stderr.unpipe(this.stderr);
    this._thread = undefined;
  }

  #reply(type) {
    const told = this.#listeners.filter(([event]) => event === 'message');
    queueMicrotask(() => {
      for (const [, listener] of told) listener(answer(type));
    });
  }
}

/** Makes a project's tests run in the lasting thread. */
export const keepThread = (project) => {
  project.config.isolate = false;
  project.config.pool = 'lasting';
  project.config.poolRunner = {
    name: 'lasting',
    createPoolWorker: (options) => Object.assign(new LastingThread(options), { name: 'lasting' }),
  };
};
