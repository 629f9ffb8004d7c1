import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { writeAtomically } from '../../disk/write.js';
import { decodeTensors, encodeTensors, type TensorFile, type Tensors } from './safetensors.js';

/** What tells a file from a damaged one. */
export interface Fingerprint {
  /** SHA-256 in hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

const fingerprintOf = (bytes: Uint8Array): Fingerprint => ({
  sha256: createHash('sha256').update(bytes).digest('hex'),
  bytes: bytes.length,
});

/** Makes a folder and those above it. Errors: `image/write-failed`. */
const makeFolder = (path: string): TE.TaskEither<Diagnostics, unknown> =>
  TE.tryCatch(
    () => mkdir(path, { recursive: true }),
    (cause): Diagnostics => [
      failure('image/write-failed', `The folder ${path} could not be made: ${messageOf(cause)}.`, { cause }),
    ],
  );

/** Writes a file whole or not at all, and makes the folders above it. */
export const writeWhole = (path: string, bytes: Uint8Array): TE.TaskEither<Diagnostics, void> =>
  pipe(
    makeFolder(dirname(path)),
    TE.chain(() => writeAtomically(path, bytes)),
  );

/** Reads a file of weights. Errors: `weights/unreadable`. */
export const readBytes = (path: string): TE.TaskEither<Diagnostics, Uint8Array> =>
  TE.tryCatch(
    () => readFile(path),
    (cause): Diagnostics => [
      failure('weights/unreadable', `${path} cannot be read: ${messageOf(cause)}.`, { cause }),
    ],
  );

/**
 * Writes tensors and free text to a safetensors file, whole or not at all, and gives what `readTensors` can know it by.
 * Errors: `image/disk-full` and the others of `writeAtomically`.
 */
export const writeTensors = (
  path: string,
  tensors: Tensors,
  metadata: Readonly<Record<string, string>> = {},
  options: { readonly half?: boolean } = {},
): TE.TaskEither<Diagnostics, Fingerprint> =>
  pipe(
    TE.fromIO(() => encodeTensors(tensors, metadata, options)),
    TE.chain((bytes) =>
      pipe(
        writeWhole(path, bytes),
        TE.map(() => fingerprintOf(bytes)),
      ),
    ),
  );

const undamaged =
  (path: string, { sha256, bytes }: Fingerprint) =>
  (content: Uint8Array): E.Either<Diagnostics, Uint8Array> => {
    const found = fingerprintOf(content);
    const differs =
      found.bytes !== bytes
        ? `it has ${found.bytes} bytes where ${bytes} were written`
        : found.sha256 !== sha256
          ? `its SHA-256 is ${found.sha256.slice(0, 12)}… where ${sha256.slice(0, 12)}… was written`
          : undefined;
    return differs === undefined
      ? E.right(content)
      : E.left([failure('weights/damaged', `${path} is damaged: ${differs}.`)]);
  };

/**
 * Reads a safetensors file, and makes sure that it is the one that was written. Errors: `weights/unreadable`,
 * `weights/damaged`, `weights/not-safetensors`.
 */
export const readTensors = (path: string, expected?: Fingerprint): TE.TaskEither<Diagnostics, TensorFile> =>
  pipe(
    readBytes(path),
    TE.chainEitherK((bytes) => (expected === undefined ? E.right(bytes) : undamaged(path, expected)(bytes))),
    TE.chainEitherK((bytes) =>
      pipe(
        decodeTensors(bytes),
        E.mapLeft(
          (why): Diagnostics => [failure('weights/not-safetensors', `${path} cannot be used: ${why}.`)],
        ),
      ),
    ),
  );
