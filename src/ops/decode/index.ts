import { stat } from 'node:fs/promises';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { onDisk } from '../../disk/names.js';
import { bytesOf } from '../../image/decoding/extent.js';
import { sidecarOf, sidecarPaths } from '../../image/decoding/sidecar.js';
import { isNamedRaw } from '../../image/names.js';
import { defineOp } from '../../operator/define.js';
import { defaulted, integer, oneOf, optional } from '../../operator/params/index.js';
import { definedOnly } from '../../ports/defined.js';
import { type FileRef, file, frame } from '../../ports/index.js';

/** Whether a file is on disk, and may have others beside it. */
const isOnDisk = ({ bytes, object }: FileRef): boolean => bytes === undefined && object === undefined;

/** When a file was changed last; undefined where it is gone by now. */
const modifiedAt = (path: string): Promise<number | undefined> =>
  stat(onDisk(path)).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );

/** Reads a picture: upright, in sRGB, its transparency and metadata kept aside. */
export const decode = defineOp({
  name: 'decode',
  about: 'Read a picture from its file',
  params: {
    damaged: defaulted(
      oneOf('refuse', 'keep'),
      'refuse',
      'What to do with a file that is cut off or damaged',
    ),
    raw: defaulted(
      oneOf('preview', 'develop'),
      'preview',
      'Of a camera’s raw file: the largest JPEG in it, or the sensor’s picture, developed by LibRaw to linear light',
    ),
    highlights: defaulted(
      oneOf('clip', 'blend', 'rebuild'),
      'clip',
      'Light too bright for some of the sensor’s colours: cut at white, or made up from the others, beyond white (developed raw files)',
    ),
    sidecar: defaulted(
      oneOf('read', 'ignore'),
      'read',
      'An .xmp beside the photo: whether what it says counts, its rating, keywords and orientation',
    ),
    maxPixels: optional(integer({ min: 1 }), 'Pixels that a picture may have (400 million)'),
    maxBytes: optional(integer({ min: 1 }), 'Bytes that a file may have (1 GiB)'),
  },
  input: file,
  output: frame,
  cost: { millisecondsPerMegapixel: 12 },
  opens: ({ raw, highlights }, picture) =>
    (raw === 'develop' ? picture.developed?.[highlights === 'clip' ? 'clipped' : 'light'] : undefined) ??
    picture,
  extension: ({ raw }, path) => (raw === 'develop' && isNamedRaw(path) ? 'tif' : undefined),
  beside: ({ sidecar }, path) => (sidecar === 'read' ? sidecarPaths(path) : []),
  memory: (_, __, result) => result.source?.decoding ?? bytesOf(result),
  complaint: ({ raw, highlights }) =>
    raw === 'preview' && highlights !== 'clip'
      ? 'takes `highlights` of raw files that it develops: add `raw: develop`'
      : undefined,
  map:
    ({ damaged, raw, highlights, sidecar, maxPixels, maxBytes }, { warn, memory }) =>
    ({ key, value }, signal) =>
      pipe(
        TE.Do,
        TE.bind('image', () => TE.fromTask(() => import('../../image/index.js'))),
        TE.bind('beside', () =>
          TE.fromTask(async () =>
            sidecar === 'read' && isOnDisk(value) ? await sidecarOf(value.path) : undefined,
          ),
        ),
        TE.chain(({ image, beside }) =>
          image.decode(
            value.bytes === undefined
              ? { path: value.path, name: key.path }
              : { bytes: value.bytes, name: key.path },
            {
              damaged,
              raw,
              highlights,
              signal,
              maxMemory: Math.max(memory, image.LEAST_MEMORY),
              ...definedOnly({ maxPixels, maxBytes, sidecar: beside }),
            },
          ),
        ),
        TE.chainTaskK(({ frame, warnings }) => async () => {
          for (const warning of warnings) warn(key, warning)();
          const modified = value.bytes === undefined ? await modifiedAt(value.path) : undefined;
          return modified === undefined ? frame : { ...frame, metadata: { ...frame.metadata, modified } };
        }),
      ),
});
