import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { messageOf } from '../../diagnostics/index.js';
import { readBytes } from '../../disk/read.js';
import { MAX_BYTES, MAX_PIXELS } from '../limits.js';
import { decodingRefusal } from '../memory.js';
import { formatOf } from './decode.js';
import { guised } from './guise.js';
import { type Header, readHeader } from './header.js';
import { type Attempt, judged } from './judge.js';
import { endsEarly } from './raster.js';

/**
 * Whether a file holds a picture from its beginning to its end: its structure is complete, and it decodes. The pixels are
 * thrown away, and a JPEG is decoded at an eighth of its size, which reads all of it all the same. A picture that is too
 * large to be decoded counts as whole: whoever takes it says what is wrong.
 *
 * @param memory bytes that decoding may take. Default: no limit
 */
export const isWhole = (path: string, memory = Number.POSITIVE_INFINITY): T.Task<boolean> =>
  pipe(
    readBytes(path, MAX_BYTES),
    TE.chain((bytes) =>
      pipe(
        formatOf(bytes, path),
        TE.chain((format) => readHeader(bytes, format, path)),
      ),
    ),
    TE.match(
      () => T.of(false),
      (header) => () => decodes(header, memory),
    ),
    T.flatten,
  );

const decodes = async (header: Header, memory: number): Promise<boolean> => {
  if (header.width * header.height > MAX_PIXELS || decodingRefusal(header, '', memory)) return true;
  if (endsEarly(header)) return false;
  // Its structure is all that is asked: a second of decoding tells no more, since its decoder says nothing of lost samples.
  if (header.format === 'heic' || header.format === 'raw' || header.format === 'exr') return true;
  if (header.format === 'jxl' || header.format === 'radiance')
    return E.isRight(await guised('', undefined)(header)());
  return E.isRight(await judged(header, shrunk(header), 'refuse')());
};

// Every row counts towards the result, so that none is left unread.
const shrunk =
  ({ encoded, width, height }: Header): Attempt<Buffer> =>
  (failOn, open) =>
    TE.tryCatch(
      () =>
        open(encoded, { failOn, sequentialRead: true })
          .resize({ width: Math.ceil(width / 8), height: Math.ceil(height / 8), fit: 'fill' })
          .raw()
          .toBuffer(),
      messageOf,
    );
