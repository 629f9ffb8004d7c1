import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { messageOf } from '../../diagnostics/index.js';
import { isWhole, type Message, readMessage, toFrames } from '../../tensor/run/model-process/frames.js';
import { OUT_OF_MEMORY } from '../../tensor/run/model-process/guard.js';
import type { Raw } from '../samples/samples.js';
import type { ForeignFormat } from './packages.js';
import type { Pixels } from './pixels.js';

/** What decoding a file in a process of its own may take. */
export interface ForeignLimits {
  /** Bytes of memory beside what the process takes before it has a file. */
  readonly memory: number;
  readonly milliseconds: number;
  /** Ends the process when it aborts. */
  readonly signal?: AbortSignal;
}

/** Why there are no pixels. */
export interface ForeignFault {
  readonly kind: 'refused' | 'memory' | 'time' | 'ended';
  readonly reason: string;
}

/** What a process with a decoder takes before it has a file. */
const BARE_PROCESS = 300e6;

/** Characters that are kept of what the process complains of. */
const MOST_COMPLAINT = 10_000;

const script = (): string => createRequire(import.meta.url).resolve('#decoder-process');

type Answer = E.Either<ForeignFault, Pixels>;

const fault = (kind: ForeignFault['kind'], reason: string): Answer => E.left({ kind, reason });

/** Gives every whole message that a pipe brings to `tell`. */
const listen = (pipe: Duplex, tell: (message: Message) => void): void => {
  let reading = readMessage();
  let at = 0;
  pipe.on('data', (chunk: Buffer) => {
    for (let from = 0; from < chunk.length; ) {
      const taken = Math.min(chunk.length - from, reading.wanted.length - at);
      reading.wanted.set(chunk.subarray(from, from + taken), at);
      [from, at] = [from + taken, at + taken];
      if (at < reading.wanted.length) continue;
      const next = reading.filled();
      at = 0;
      if (isWhole(next)) tell(next);
      reading = isWhole(next) ? readMessage() : next;
    }
  });
};

const answerOf = ({ head, tensors: { samples } }: Message): Answer => {
  if (head.ok !== true) return fault('refused', String(head.message));
  const [height = 0, width = 0, channels = 0] = samples?.shape ?? [];
  const data = samples?.data as Raw | undefined;
  return data === undefined || data.length !== width * height * channels
    ? fault('refused', 'its decoder gave no picture')
    : E.right({ width, height, channels, bits: Number(head.bits), data });
};

const start = (memory: number): ChildProcess | string => {
  try {
    return spawn(process.execPath, [script(), String(memory + BARE_PROCESS)], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
  } catch (thrown) {
    return messageOf(thrown);
  }
};

/**
 * Decodes a file by the package for its format, in a process of its own, which ends with it, at its limits, and with this one: foreign
 * bytes in native or WebAssembly code can be stopped no other way, and what one file does to the decoder touches no other file.
 */
export const decodeApart =
  (format: ForeignFormat, bytes: Uint8Array, limits: ForeignLimits): TE.TaskEither<ForeignFault, Pixels> =>
  () =>
    new Promise((resolve) => {
      const { memory, milliseconds, signal } = limits;
      const child = start(memory);
      if (typeof child === 'string') return resolve(fault('ended', `no process can be started (${child})`));
      const pipe = child.stdio[3] as Duplex;
      let complaint = '';
      const settle = (answer: Answer): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        child.kill('SIGKILL');
        resolve(answer);
      };
      const timer = setTimeout(
        () => settle(fault('time', `its decoder took longer than ${Math.round(milliseconds / 1000)} s`)),
        milliseconds,
      );
      const abort = (): void => settle(fault('ended', 'it was stopped'));
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted === true) return abort();
      child.stderr?.on('data', (chunk: Buffer) => {
        complaint = (complaint + chunk.toString()).slice(-MOST_COMPLAINT);
      });
      // Its end is told by `close`; a write to a process that is gone is no more than that.
      pipe.on('error', () => undefined);
      child.on('error', ({ message }) =>
        settle(fault('ended', `its decoder cannot be started (${message})`)),
      );
      child.on('close', (status, by) =>
        settle(
          complaint.includes(OUT_OF_MEMORY)
            ? fault('memory', `its decoder took more than ${Math.ceil(memory / 1e6)} MB`)
            : fault('ended', `its decoder ended (${by ?? `exit status ${status}`})`),
        ),
      );
      listen(pipe, (message) => settle(answerOf(message)));
      const file = { dtype: 'uint8', shape: [bytes.length], data: bytes } as const;
      for (const frame of toFrames({ head: { format }, tensors: { file } })) pipe.write(frame);
      return undefined;
    });
