import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Frame, Samples } from '../../ports/index.js';
import { upright } from '../decoding/raster.js';
import { sharp } from '../libvips.js';
import { thumbnailOf, withThumbnail } from '../metadata/exif.js';
import { originOf } from '../samples/origin.js';
import { samplesOf, toDepth } from '../samples/samples.js';

/** The longest side of an EXIF thumbnail, as cameras make them. */
const side = 160;

/** Points taken of each side, of which the thumbnail is averaged: enough not to see the gaps. */
const points = 4 * side;

// A coarse copy by nearest points, so that a thumbnail costs the same for any size of picture.
const coarse = ({ width, height, channels, samples }: Frame) => {
  const step = Math.max(1, Math.floor(Math.max(width, height) / points));
  const [w, h] = [Math.ceil(width / step), Math.ceil(height / step)];
  const { data } = samples;
  const out = new Float32Array(w * h * channels);
  for (let y = 0, to = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (let k = 0; k < channels; k++) out[to++] = data[(y * width + x) * step * channels + k] as number;
  return { width: w, height: h, channels, data: toEight(samples, out) };
};

const toEight = (samples: Samples, values: Float32Array): Uint8Array => {
  const typed =
    samples.depth === 'float32'
      ? samplesOf(values)
      : samplesOf(samples.depth === 'uint8' ? Uint8Array.from(values) : Uint16Array.from(values));
  return toDepth(typed, 'uint8') as Uint8Array;
};

const made = (frame: Frame): Promise<Buffer> => {
  const { data, ...raw } = coarse(frame);
  return sharp(data, { raw }).resize(side, side, { fit: 'inside' }).jpeg({ quality: 80 }).toBuffer();
};

// An unedited photo keeps its own thumbnail, turned upright with it.
const turned = (old: Uint8Array, orientation: number): Promise<Buffer> =>
  upright(sharp(old), orientation).jpeg({ quality: 80 }).toBuffer();

/**
 * An EXIF block whose thumbnail shows the frame: the camera's own for an unedited photo, else a new one, for a stale one
 * would show what was cropped or painted over. A thumbnail that cannot be made is taken out.
 */
export const withFreshThumbnail = (frame: Frame, exif: Uint8Array): T.Task<Uint8Array> => {
  const old = thumbnailOf(exif);
  const untouched = originOf(frame.samples) !== undefined;
  const { orientation } = frame.metadata;
  if (old === undefined || (untouched && orientation === 1)) return T.of(exif);
  return pipe(
    TE.tryCatch(
      () => (untouched ? turned(old, orientation) : made(frame)),
      (cause) => cause,
    ),
    TE.match(
      () => withThumbnail(exif, undefined),
      (jpeg) => withThumbnail(exif, jpeg),
    ),
  );
};
