import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { buffersOf, type Envelope, type Reply, type Request, type Results } from './protocol.js';
import { SpareBuffers } from './spare-buffers.js';
import { withoutTelemetry } from './telemetry.js';

type Answer = E.Either<Diagnostics, Results[Request['kind']]>;

interface Pending {
  readonly operator: string;
  readonly request: Request;
  readonly settle: (result: Answer) => void;
}

// Two are sent ahead, so that the worker never waits for us; the rest stay here, where they can be cancelled.
const IN_FLIGHT = 2;

// Tensors lie outside of the heap; what the worker's own JavaScript leaves behind dies young.
const SMALL_HEAP = { maxYoungGenerationSizeMb: 4 };

const workerFile = (): URL => pathToFileURL(createRequire(import.meta.url).resolve('#engine-worker'));

/**
 * Owns one worker thread: starts it on the first request and again after a crash, keeps the process alive only while
 * requests are pending, and lets waiting requests be cancelled.
 */
export class WorkerHost {
  #worker: Worker | undefined;
  #generation = 0;
  #ids = 0;
  readonly #sent = new Map<number, Pending>();
  #waiting: Pending[] = [];
  readonly #script: URL;
  readonly #patience: number;
  /** What inputs are copied into. */
  readonly spare = new SpareBuffers();

  /** @param patience milliseconds that work under way has to come to its end when the worker is to end */
  constructor(script: URL = workerFile(), patience = 60_000) {
    this.#script = script;
    this.#patience = patience;
  }

  /** Counts the starts and ends of workers: a session lives as long as the worker it was opened in. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Sends a request and gives its reply. The tensors' buffers are moved, so the caller must not use them again. Never
   * rejects: a worker that ends settles what was pending with `tensor/engine-lost`.
   */
  request<K extends Request['kind']>(
    operator: string,
    request: Extract<Request, { readonly kind: K }>,
    signal?: AbortSignal,
  ): Promise<E.Either<Diagnostics, Results[K]>> {
    if (signal?.aborted === true) return Promise.resolve(E.left(cancelled(operator)));
    this.#start();
    return new Promise((resolve) => {
      const settle = (result: Answer): void => {
        signal?.removeEventListener('abort', abort);
        // A worker answers each request with the results of its kind.
        resolve(result as E.Either<Diagnostics, Results[K]>);
      };
      const pending: Pending = { operator, request, settle };
      // A request that runs already cannot be stopped inside ONNX Runtime: its result is dropped when it comes.
      const abort = (): void => {
        this.#waiting = this.#waiting.filter((p) => p !== pending);
        settle(E.left(cancelled(operator)));
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(pending);
      this.#pump();
    });
  }

  /**
   * Ends the worker. What is pending is settled as lost at once; what runs is let run to its end, since ONNX Runtime
   * aborts the whole process when its thread is ended in the middle of its work.
   */
  async dispose(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const running = new Set(this.#sent.keys());
    this.#lose('it was disposed');
    const ended = new Promise<void>((resolve) => {
      worker.on('message', ({ id }: Reply) => {
        running.delete(id);
        if (running.size === 0) resolve();
      });
      worker.once('exit', () => resolve());
      if (running.size === 0) resolve();
    });
    await Promise.race([ended, setTimeout(this.#patience, undefined, { ref: false })]);
    await worker.terminate();
  }

  #start(): void {
    if (this.#worker !== undefined) return;
    withoutTelemetry();
    const worker = new Worker(this.#script, { name: 'prismflow-engine', resourceLimits: SMALL_HEAP });
    worker.unref();
    worker.on('message', (reply: Reply) => this.#settle(reply));
    worker.on('error', (thrown: Error) => this.#end(worker, thrown.message));
    worker.on('exit', (status) => this.#end(worker, `exit status ${status}`));
    this.#worker = worker;
    this.#generation++;
  }

  #pump(): void {
    while (this.#sent.size < IN_FLIGHT) {
      const pending = this.#waiting.shift();
      if (pending === undefined) break;
      const id = this.#ids++;
      this.#sent.set(id, pending);
      const { request } = pending;
      this.#worker?.postMessage({ id, request } satisfies Envelope, movable(request));
    }
    if (this.#sent.size > 0) this.#worker?.ref();
    else this.#worker?.unref();
  }

  #settle(reply: Reply): void {
    const pending = this.#sent.get(reply.id);
    this.#sent.delete(reply.id);
    this.#pump();
    if (reply.ok) this.spare.keep(reply.spent);
    if (pending === undefined) return;
    const { operator, request } = pending;
    const code = request.kind === 'compile' ? 'tensor/compile-failed' : 'tensor/run-failed';
    pending.settle(
      reply.ok ? E.right(reply.results) : E.left([failure(code, `${operator}: ${reply.message}`)]),
    );
  }

  #end(worker: Worker, reason: string): void {
    if (this.#worker === worker) this.#lose(reason);
  }

  /** Gives the worker up, and settles what is pending; answers that still come find nobody. */
  #lose(reason: string): void {
    this.#worker = undefined;
    this.#generation++;
    const lost = [...this.#sent.values(), ...this.#waiting];
    this.#sent.clear();
    this.#waiting = [];
    for (const { operator, settle } of lost)
      settle(E.left([failure('tensor/engine-lost', `${operator}: the engine ended (${reason}).`)]));
  }
}

/** What a request gives away. */
const movable = (request: Request): ArrayBuffer[] => {
  if (request.kind === 'run') return buffersOf(request.feeds);
  return request.kind === 'compile' && request.job.kind === 'onnx'
    ? buffersOf(request.job.externalInitialisers)
    : [];
};

const cancelled = (operator: string): Diagnostics => [failure('tensor/cancelled', `${operator}: cancelled.`)];
