import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { MAX_PIXELS } from '../../image/limits.js';
import { ratioOf } from '../../picture/framing/aspect.js';
import type { Size } from '../../ports/index.js';

/** What a picture is filled up to, as the operator's parameters say it. */
export interface Wanted {
  readonly size: Size | undefined;
  readonly multiple: Size | undefined;
  readonly aspect: string | Size | undefined;
}

const roundUp = (side: number, multiple: number): number => Math.ceil(side / multiple) * multiple;

const wantedSize = ({ size, multiple, aspect }: Wanted, { width, height }: Size): Size => {
  if (size !== undefined) return size;
  if (multiple !== undefined)
    return { width: roundUp(width, multiple.width), height: roundUp(height, multiple.height) };
  if (aspect === undefined) return { width, height };
  const ratio = ratioOf(aspect);
  return {
    width: Math.max(width, Math.round(height * ratio)),
    height: Math.max(height, Math.round(width / ratio)),
  };
};

/** Width and height after padding. Errors: `picture/too-large` for the size, or for memory. */
export const paddedSize = (wanted: Wanted, picture: Size): E.Either<Diagnostics, Size> => {
  const { width, height } = wantedSize(wanted, picture);
  if (picture.width > width || picture.height > height)
    return E.left([
      failure(
        'picture/too-large',
        `The picture has ${picture.width}x${picture.height} pixels, more than the ${width}x${height} that it is to be padded to.`,
      ),
    ]);
  return width * height > MAX_PIXELS
    ? E.left([
        failure(
          'picture/too-large',
          `Padded, the picture would have ${width}x${height} pixels; ${MAX_PIXELS / 1e6} megapixels are the limit.`,
          { hint: 'Ask for a smaller size, multiple or ratio.' },
        ),
      ])
    : E.right({ width, height });
};
