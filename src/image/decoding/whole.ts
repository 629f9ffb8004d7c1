import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { readBytes } from '../../disk/read.js';
import { sharp } from '../libvips.js';
import { MAX_BYTES, MAX_PIXELS } from '../limits.js';
import { formatOf } from './decode.js';
import { type Header, readHeader } from './header.js';
import { endsEarly } from './raster.js';

/**
 * Whether a file holds a picture from its beginning to its end: its structure is complete, and it decodes. The pixels are
 * thrown away, and a JPEG is decoded at an eighth of its size, which reads all of it all the same. A picture that is too
 * large to be decoded counts as whole: whoever takes it says what is wrong.
 */
export const isWhole = (path: string): T.Task<boolean> =>
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
      (header) => () => decodes(header),
    ),
    T.flatten,
  );

const decodes = async (header: Header): Promise<boolean> => {
  if (header.width * header.height > MAX_PIXELS) return true;
  if (endsEarly(header)) return false;
  return sharp(header.encoded, { failOn: 'error', limitInputPixels: false, sequentialRead: true })
    .resize({ width: 8, height: 8, fit: 'fill', kernel: 'nearest' })
    .raw()
    .toBuffer()
    .then(
      () => true,
      () => false,
    );
};
