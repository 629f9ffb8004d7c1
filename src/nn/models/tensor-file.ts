import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, realpath } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { DiagnosticError, type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { writeAtomically, writeFailure, writePiecesAtomically } from '../../disk/write.js';
import type { HostTensor } from '../../ports/index.js';
import {
  decodeHeader,
  headerLengthOf,
  LENGTH_BYTES,
  type Placed,
  piecesOf,
  type TensorFile,
  type TensorHeader,
  type Tensors,
} from './safetensors.js';

/** What tells a file from a damaged one. */
export interface Fingerprint {
  /** SHA-256 in hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Makes a folder and those above it. Errors: as those of `writeAtomically`. */
const makeFolder = (path: string): TE.TaskEither<Diagnostics, unknown> =>
  TE.tryCatch(() => mkdir(path, { recursive: true }), writeFailure(path));

/** Writes a file whole or not at all, and makes the folders above it. */
export const writeWhole = (path: string, bytes: Uint8Array): TE.TaskEither<Diagnostics, void> =>
  pipe(
    makeFolder(dirname(path)),
    TE.chain(() => writeAtomically(path, bytes)),
  );

/**
 * Writes tensors and free text to a safetensors file, whole or not at all, and gives what `readTensors` can know it by.
 * The file is never in memory as a whole, and has any size. Errors: `image/disk-full` and the others of `writeAtomically`.
 */
export const writeTensors = (
  path: string,
  tensors: Tensors,
  metadata: Readonly<Record<string, string>> = {},
  options: { readonly half?: boolean } = {},
): TE.TaskEither<Diagnostics, Fingerprint> =>
  pipe(
    makeFolder(dirname(path)),
    TE.chain(() => {
      const { bytes, pieces } = piecesOf(tensors, metadata, options);
      const hash = createHash('sha256');
      const hashed = function* (): Iterable<Uint8Array> {
        for (const piece of pieces())
          for (const part of parts(piece)) {
            hash.update(part);
            yield part;
          }
      };
      return pipe(
        writePiecesAtomically(path, hashed()),
        TE.map(() => ({ sha256: hash.digest('hex'), bytes })),
      );
    }),
  );

/** Bytes that are hashed, written and read at once: the thread is not held for longer than they take. */
const PIECE = 1 << 23;

const parts = function* (bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
};

/** What is asked of a file beyond its being whole. */
export interface Demands {
  /** A folder that the file must be in, links followed. */
  readonly inside?: string;
  /** Why tensors of such names and shapes are of no use, after the file's name; asked before memory is taken for them. */
  readonly objection?: (tensors: TensorHeader['tensors']) => string | undefined;
  /** Which tensors are wanted, by name. Default: all. */
  readonly wanted?: (name: string) => boolean;
}

/**
 * Reads a safetensors file, and makes sure that it is the one that was written. Sizes and the header are looked at before
 * memory is taken for tensors; the whole file is never in memory beside them. Errors: `weights/unreadable`,
 * `weights/damaged`, `weights/not-safetensors`, `weights/outside`, `weights/too-large`, `weights/mismatch`.
 */
export const readTensors = (
  path: string,
  expected?: Fingerprint,
  demands: Demands = {},
): TE.TaskEither<Diagnostics, TensorFile> =>
  TE.tryCatch(
    async () => {
      if (demands.inside !== undefined) await checkInside(path, demands.inside);
      // Opening a pipe would wait for its writer.
      const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      try {
        return await readFrom(file, path, expected, demands);
      } finally {
        await file.close();
      }
    },
    (cause): Diagnostics =>
      cause instanceof DiagnosticError
        ? cause.diagnostics
        : [failure('weights/unreadable', `${path} cannot be read: ${messageOf(cause)}.`, { cause })],
  );

const refuse = (code: 'damaged' | 'not-safetensors' | 'outside' | 'too-large' | 'mismatch', why: string) =>
  new DiagnosticError([failure(`weights/${code}`, why)]);

/** A model's files are its own: neither a link nor a name leads out of its folder. */
export const checkInside = async (path: string, folder: string): Promise<void> => {
  const [real, root] = await Promise.all([realpath(path), realpath(folder)]);
  if (!real.startsWith(root.endsWith(sep) ? root : root + sep))
    throw refuse('outside', `${path} leads to ${real}, outside of ${folder}.`);
};

const right = <A>(path: string, read: E.Either<string, A>): A => {
  if (E.isLeft(read)) throw refuse('not-safetensors', `${path} cannot be used: ${read.left}.`);
  return read.right;
};

/** The most that tensors of one file can take: more than the machine has is refused before it is asked for. */
const memory = (): number => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

const readFrom = async (
  file: FileHandle,
  path: string,
  expected: Fingerprint | undefined,
  { objection, wanted = () => true }: Demands,
): Promise<TensorFile> => {
  const stats = await file.stat();
  if (!stats.isFile()) throw refuse('not-safetensors', `${path} cannot be used: it is no file`);
  if (expected !== undefined && stats.size !== expected.bytes)
    throw refuse(
      'damaged',
      `${path} is damaged: it has ${stats.size} bytes where ${expected.bytes} were written.`,
    );
  const hash = createHash('sha256');
  const filled = async (bytes: Uint8Array, at: number): Promise<Uint8Array> => {
    for (let done = 0; done < bytes.length; ) {
      const length = Math.min(PIECE, bytes.length - done);
      const { bytesRead } = await file.read(bytes, done, length, at + done);
      if (bytesRead === 0)
        throw refuse('damaged', `${path} is damaged: it became shorter while it was read.`);
      hash.update(bytes.subarray(done, done + bytesRead));
      done += bytesRead;
    }
    return bytes;
  };
  const start = await filled(new Uint8Array(Math.min(LENGTH_BYTES, stats.size)), 0);
  const length = right(path, headerLengthOf(start, stats.size));
  const dataAt = LENGTH_BYTES + length;
  const header = await filled(new Uint8Array(length), LENGTH_BYTES);
  const { tensors, metadata } = right(path, decodeHeader(header, stats.size - dataAt));
  const kept = tensors.filter(({ name }) => wanted(name));
  const why = objection?.(kept);
  if (why !== undefined) throw refuse('mismatch', `${path} ${why}.`);
  const bytes = kept.reduce((sum, { begin, end }) => sum + end - begin, 0);
  if (bytes > memory())
    throw refuse(
      'too-large',
      `${path} holds ${gigabytes(bytes)} of tensors, and the machine has ${gigabytes(memory())} of memory.`,
    );
  const read: (readonly [string, HostTensor])[] = [];
  for (const placed of tensors) {
    const { name, begin, end } = placed;
    if (wanted(name)) {
      const content = new Uint8Array(end - begin);
      await filled(content, dataAt + begin);
      read.push([name, placed.read(content.buffer)]);
    } else if (expected !== undefined) await passOver(placed, dataAt, filled);
  }
  const sha256 = hash.digest('hex');
  if (expected !== undefined && sha256 !== expected.sha256)
    throw refuse(
      'damaged',
      `${path} is damaged: its SHA-256 is ${sha256.slice(0, 12)}… where ${expected.sha256.slice(0, 12)}… was written.`,
    );
  return { tensors: Object.fromEntries(read), metadata };
};

/** What is not wanted is read all the same, so that damage to it is found. */
const passOver = async (
  { begin, end }: Placed,
  dataAt: number,
  filled: (bytes: Uint8Array, at: number) => Promise<unknown>,
): Promise<void> => {
  for (let at = begin; at < end; at += PIECE)
    await filled(new Uint8Array(Math.min(PIECE, end - at)), dataAt + at);
};

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
