import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { readBytes } from '../../disk/read.js';
import { MAX_BYTES } from '../limits.js';
import { extentFrom } from '../memory.js';
import { formatOf } from './decode.js';
import type { Extent } from './extent.js';
import { type Header, readHeader } from './header.js';

/**
 * What is known of a photo by its file's header; no pixel is decoded. Errors: those of `decode` up to there.
 *
 * @param maxBytes that the file may have. Default: 1 GiB
 */
export const surveyed = (
  { path, name = path }: { readonly path: string; readonly name?: string },
  maxBytes = MAX_BYTES,
): TE.TaskEither<Diagnostics, Extent> =>
  pipe(
    readBytes(path, maxBytes),
    TE.chain((bytes) => headerOf(bytes, name)),
    TE.map(extentFrom),
  );

/** The XMP packet of a file's bytes, if it has one; no pixel is decoded. Errors: those of `decode` up to there. */
export const xmpOf = (bytes: Uint8Array, name: string): TE.TaskEither<Diagnostics, Uint8Array | undefined> =>
  pipe(
    headerOf(bytes, name),
    TE.map(({ xmp }) => xmp),
  );

const headerOf = (bytes: Uint8Array, name: string): TE.TaskEither<Diagnostics, Header> =>
  pipe(
    formatOf(bytes, name),
    TE.chain((format) => readHeader(bytes, format, name)),
  );
