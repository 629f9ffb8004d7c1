import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';
import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../../diagnostics/index.js';
import type { HostTensor } from '../../../ports/index.js';
import type { Provider } from '../../engines.js';
import type { ModelValue, Signature } from '../protocol.js';
import { withoutTelemetry } from '../telemetry.js';
import { type Message, readerOf, toFrames } from './frames.js';
import { OUT_OF_MEMORY } from './guard.js';

/** What a foreign model may take. */
export interface ModelLimits {
  /** Bytes of memory, beside the model's own and what the process takes before. Default: no limit. */
  readonly memory?: number;
  /** Milliseconds that opening it may take. Default: no limit. */
  readonly opening?: number;
}

/** What a process with ONNX Runtime takes before it has a model, and how often a model's bytes are in memory while it is opened. */
const BARE_PROCESS = 400e6;
const COPIES_OF_MODEL = 4;

/** Characters that are kept of what the process complains of. */
const MOST_COMPLAINT = 10_000;

type Answered = E.Either<Diagnostics, Message>;

const lost = (operator: string, reason: string): Diagnostics => [
  failure('tensor/engine-lost', `${operator}: the process of the model ended (${reason}).`),
];

const outOfMemory = (operator: string, bytes: number): Diagnostics => [
  failure(
    'model/out-of-memory',
    `${operator}: the model took more than ${Math.ceil(bytes / 1e6)} MB, and was stopped.`,
  ),
];

const script = (): string => createRequire(import.meta.url).resolve('#model-process');

/**
 * One foreign model in a process of its own, which is ended when it takes too long or too much memory, or when nobody wants the
 * result any more: native code cannot be interrupted otherwise. One request at a time. Never rejects.
 */
export class ModelProcess {
  readonly #child: ChildProcess;
  readonly #pipe: Duplex;
  readonly #memory: number;
  #complaint = '';
  #end: string | undefined;
  #settle: ((answered: Answered) => void) | undefined;
  #operator = '';

  private constructor(child: ChildProcess, memory: number) {
    this.#child = child;
    this.#memory = memory;
    this.#pipe = child.stdio[3] as Duplex;
    const read = readerOf((message) => this.#answer(E.right(message)));
    this.#pipe.on('data', (chunk: Buffer) => {
      try {
        read(chunk);
      } catch {
        // A model that has taken over its process can say anything there.
        child.kill('SIGKILL');
        this.#over('its answer makes no sense');
      }
    });
    // Its end is told by `close`; a write to a process that is gone is no more than that.
    this.#pipe.on('error', () => undefined);
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString()).slice(-MOST_COMPLAINT);
    });
    child.on('error', ({ message }) => this.#over(message));
    child.on('close', (status, by) => this.#over(by ?? `exit status ${status}`));
    this.#idle();
  }

  /**
   * Starts a process and opens the model in it. Errors: `tensor/compile-failed` with ONNX Runtime's message, `tensor/engine-lost`,
   * `model/out-of-memory`, `model/too-slow`, `tensor/engine-unavailable` where no process can be started.
   */
  static async open(
    operator: string,
    model: Uint8Array,
    provider: Provider,
    threads: number,
    { memory = Number.POSITIVE_INFINITY, opening }: ModelLimits,
  ): Promise<E.Either<Diagnostics, { readonly process: ModelProcess; readonly signature: Signature }>> {
    const most = memory + BARE_PROCESS + COPIES_OF_MODEL * model.byteLength;
    const started = ModelProcess.#start(operator, most);
    if (E.isLeft(started)) return started;
    const process = started.right;
    const tensor: HostTensor = { dtype: 'uint8', shape: [model.byteLength], data: model };
    const asked = process.#ask(operator, { head: { provider, threads }, tensors: { model: tensor } });
    const opened = await (opening === undefined ? asked : process.#within(opening, operator, asked));
    if (E.isLeft(opened)) {
      process.end();
      return opened;
    }
    const { ok, message, signature } = opened.right.head;
    if (ok === true) return E.right({ process, signature: plain(signature as Signature) });
    process.end();
    return E.left([failure('tensor/compile-failed', `${operator}: ${message}`)]);
  }

  static #start(operator: string, memory: number): E.Either<Diagnostics, ModelProcess> {
    withoutTelemetry();
    try {
      const child = spawn(process.execPath, [script(), String(memory)], {
        stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      });
      return E.right(new ModelProcess(child, memory));
    } catch (cause) {
      return E.left([
        failure('tensor/engine-unavailable', `${operator}: no process can be started for the model.`, {
          cause,
        }),
      ]);
    }
  }

  /** False once the process has ended. */
  get alive(): boolean {
    return this.#end === undefined;
  }

  /** Runs the model once. An abort ends the process. */
  async run(
    operator: string,
    feeds: Readonly<Record<string, HostTensor>>,
    signal?: AbortSignal,
  ): Promise<E.Either<Diagnostics, Readonly<Record<string, HostTensor>>>> {
    const cancelled = E.left<Diagnostics>([failure('tensor/cancelled', `${operator}: cancelled.`)]);
    const isAborted = (): boolean => signal?.aborted === true;
    if (isAborted()) return cancelled;
    const stop = (): void => this.end();
    signal?.addEventListener('abort', stop, { once: true });
    const answered = await this.#ask(operator, { head: {}, tensors: feeds });
    signal?.removeEventListener('abort', stop);
    if (isAborted()) return cancelled;
    if (E.isLeft(answered)) return answered;
    const { head, tensors } = answered.right;
    return head.ok === true
      ? E.right(tensors)
      : E.left([failure('tensor/run-failed', `${operator}: ${head.message}`)]);
  }

  /** Ends the process at once, whatever it is at. */
  end(): void {
    this.#child.kill('SIGKILL');
    this.#over('it was ended');
  }

  #ask(operator: string, message: Message): Promise<Answered> {
    if (this.#end !== undefined) return Promise.resolve(E.left(lost(operator, this.#end)));
    return new Promise((resolve) => {
      [this.#settle, this.#operator] = [resolve, operator];
      this.#child.ref();
      for (const frame of toFrames(message)) this.#pipe.write(frame);
    });
  }

  async #within(milliseconds: number, operator: string, asked: Promise<Answered>): Promise<Answered> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Answered>((resolve) => {
      timer = setTimeout(
        () => resolve(E.left([failure('model/too-slow', tooSlow(operator, milliseconds))])),
        milliseconds,
      );
    });
    const first = await Promise.race([asked, late]);
    clearTimeout(timer);
    return first;
  }

  #answer(answered: Answered): void {
    const settle = this.#settle;
    this.#settle = undefined;
    this.#idle();
    settle?.(answered);
  }

  /** A model that nobody waits for keeps no process alive. */
  #idle(): void {
    this.#child.unref();
    (this.#pipe as unknown as { readonly unref?: () => void }).unref?.();
    (this.#child.stderr as unknown as { readonly unref?: () => void } | null)?.unref?.();
  }

  #over(reason: string): void {
    this.#end ??= reason;
    if (this.#settle === undefined) return;
    const operator = this.#operator;
    this.#answer(
      E.left(
        this.#complaint.includes(OUT_OF_MEMORY)
          ? outOfMemory(operator, this.#memory)
          : lost(operator, this.#end),
      ),
    );
  }
}

const tooSlow = (operator: string, milliseconds: number): string =>
  `${operator}: it took longer than ${Math.round(milliseconds / 1000)} s to open the model, which was stopped.`;

/** JSON has no `undefined`: free axes come as null. */
const plain = ({ inputs, outputs }: Signature): Signature => {
  const value = ({ shape, ...rest }: ModelValue): ModelValue => ({
    ...rest,
    shape: shape.map((size) => size ?? undefined),
  });
  return { inputs: inputs.map(value), outputs: outputs.map(value) };
};
