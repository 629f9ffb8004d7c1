import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { messageOf } from '../../diagnostics/index.js';
import { type Message, readerOf, toFrames } from '../../tensor/run/model-process/frames.js';
import { OUT_OF_MEMORY } from '../../tensor/run/model-process/guard.js';
import type { Raw } from '../samples/samples.js';
import type { ForeignFormat } from './packages.js';
import type { Options, Pixels } from './pixels.js';

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
  readonly kind: 'refused' | 'unsupported' | 'memory' | 'time' | 'ended';
  readonly reason: string;
}

/** What a process with a decoder takes before it has a file. */
const BARE_PROCESS = 300e6;

/** Characters that are kept of what the process complains of. */
const MOST_COMPLAINT = 10_000;

const script = (): string => createRequire(import.meta.url).resolve('#decoder-process');

type Answer = E.Either<ForeignFault, Message>;

const fault = (kind: ForeignFault['kind'], reason: string): E.Either<ForeignFault, never> =>
  E.left({ kind, reason });

const answerOf = (message: Message): Answer =>
  message.head.ok === true
    ? E.right(message)
    : fault(kindOf(message.head.kind), String(message.head.message));

const kindOf = (said: unknown): ForeignFault['kind'] =>
  said === 'unsupported' || said === 'memory' ? said : 'refused';

const pixelsIn = ({ head, tensors: { samples } }: Message): E.Either<ForeignFault, Pixels> => {
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

/** Decodes a file to its pixels. */
export const decodeApart = (
  format: ForeignFormat,
  bytes: Uint8Array,
  limits: ForeignLimits,
  options: Options = {},
): TE.TaskEither<ForeignFault, Pixels> =>
  pipe(workApart(format, bytes, limits, options), TE.chainEitherK(pixelsIn));

/** Decodes a file to the same picture in another file, of a format that is read here. */
export const recodeApart = (
  format: ForeignFormat,
  bytes: Uint8Array,
  limits: ForeignLimits,
): TE.TaskEither<ForeignFault, Uint8Array> =>
  pipe(
    workApart(format, bytes, limits),
    TE.chainEitherK(({ tensors: { file } }) =>
      file?.dtype === 'uint8' ? E.right(file.data) : fault('refused', 'its decoder gave no picture'),
    ),
  );

/**
 * Works on a file by the package for its format, in a process of its own, which ends with it, at its limits, and with this one: foreign
 * bytes in native or WebAssembly code can be stopped no other way, and what one file does to the decoder touches no other file.
 */
const workApart =
  (
    format: ForeignFormat,
    bytes: Uint8Array,
    limits: ForeignLimits,
    options: Options = {},
  ): TE.TaskEither<ForeignFault, Message> =>
  () =>
    new Promise((resolve) => {
      const { memory, milliseconds, signal } = limits;
      const child = start(memory);
      if (typeof child === 'string') return resolve(fault('ended', `no process can be started (${child})`));
      const channel = child.stdio[3] as Duplex;
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
      channel.on('error', () => undefined);
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
      const read = readerOf((message) => settle(answerOf(message)));
      channel.on('data', (chunk: Buffer) => {
        try {
          read(chunk);
        } catch {
          // A file that has taken over its decoder can say anything there.
          settle(fault('ended', 'the answer of its decoder makes no sense'));
        }
      });
      const file = { dtype: 'uint8', shape: [bytes.length], data: bytes } as const;
      for (const frame of toFrames({ head: { format, options }, tensors: { file } })) channel.write(frame);
      return undefined;
    });
