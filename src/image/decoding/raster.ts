import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Sharp } from 'sharp';
import { type Diagnostic, type Diagnostics, failure, messageOf, warning } from '../../diagnostics/index.js';
import { bufferOf } from '../bytes.js';
import type { Open } from '../libvips.js';
import type { Depth, Raw } from '../samples/samples.js';
import { meansNoMemory } from '../thrown.js';
import type { Header } from './header.js';
import { type FailOn, judged } from './judge.js';
import { meansTruncation } from './reason.js';

/** Decoded samples as the decoder hands them over: upright, channels interleaved, transparency last. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Raw;
  readonly warnings: readonly Diagnostic[];
}

/** Which colours the decoder is asked for: the file's own, or sRGB by way of a profile's tables. */
export type Wanted = 'own' | 'managed';

/** A picture turned by its EXIF orientation: mirrors and quarter turns, in the order in which libvips does them. */
export const upright = (picture: Sharp, orientation: number): Sharp => {
  switch (orientation) {
    case 2:
      return picture.flop();
    case 3:
      return picture.rotate(180);
    case 4:
      return picture.flip();
    case 5:
      return picture.flop().rotate(270);
    case 6:
      return picture.rotate(90);
    case 7:
      return picture.flop().rotate(90);
    case 8:
      return picture.rotate(270);
    default:
      return picture;
  }
};

// libvips must be told not to turn everything into 8-bit sRGB.
const inSpace = (picture: Sharp, { format, model, depth, alpha }: Header, wanted: Wanted): Sharp => {
  if (model === 'cmyk')
    return wanted === 'own' ? picture.pipelineColourspace('cmyk').toColourspace('cmyk') : picture;
  if (wanted === 'managed') return picture.pipelineColourspace('rgb16').toColourspace('rgb16');
  // AVIF hands its grey over as RGB, of which one channel is taken later: converting would round.
  const grey = model === 'grey' && format !== 'avif';
  if (depth === 'uint8') {
    // Grey with transparency would lose the transparency: it is taken as RGB and reduced later.
    return grey && !alpha ? picture.toColourspace('b-w') : picture;
  }
  if (depth === 'uint16') return picture.toColourspace(grey ? 'grey16' : 'rgb16');
  return picture.toColourspace(grey ? 'b-w' : 'scrgb');
};

const rawDepths = { uint8: 'uchar', uint16: 'ushort', float32: 'float' } as const;

const view = (buffer: Buffer, depth: Depth): Raw => {
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (depth === 'uint8') return bytes;
  // Typed arrays of wider elements must start on a multiple of their size, and small buffers share a pool.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const length = bytes.byteLength / (depth === 'uint16' ? 2 : 4);
  return depth === 'uint16'
    ? new Uint16Array(aligned.buffer, aligned.byteOffset, length)
    : new Float32Array(aligned.buffer, aligned.byteOffset, length);
};

const attempt =
  (header: Header, wanted: Wanted) =>
  (failOn: FailOn, open: Open): TE.TaskEither<string, Raster> => {
    const depth: Depth = wanted === 'own' ? header.depth : header.model === 'cmyk' ? 'uint8' : 'uint16';
    return TE.tryCatch(async () => {
      const picture = open(header.encoded, {
        failOn,
        ...(header.page > 0 ? { page: header.page } : {}),
        // What the header said is what memory was counted for.
        limitInputPixels: header.width * header.height,
        ignoreIcc: wanted === 'own',
      });
      const { data, info } = await upright(inSpace(picture, header, wanted), header.orientation)
        .raw({ depth: rawDepths[depth] })
        .toBuffer({ resolveWithObject: true });
      const { width, height, channels } = info;
      return { width, height, channels, data: view(data, depth), warnings: [] };
    }, messageOf);
  };

/**
 * True for a file whose structure ends before its end. A JPEG that was cut off has no end marker behind its last scan; one
 * inside EXIF is a thumbnail's.
 */
export const endsEarly = (header: Header): boolean => {
  if (header.complete !== undefined) return !header.complete;
  if (header.format !== 'jpeg') return false;
  const file = bufferOf(header.encoded);
  return (
    file.lastIndexOf('\xff\xd9', undefined, 'latin1') < file.lastIndexOf('\xff\xda', undefined, 'latin1')
  );
};

const refusal = (header: Header, name: string, reason: string): Diagnostics => {
  if (meansNoMemory(reason))
    return [failure('image/out-of-memory', `There is not enough memory to decode ${name}.`)];
  return endsEarly(header) || meansTruncation(reason)
    ? [failure('image/truncated', `${name} ends before its picture does (${reason}).`)]
    : [failure('image/corrupt', `${name} is damaged: ${reason}.`)];
};

const damaged = (raster: Raster, name: string, reason: string): Raster => ({
  ...raster,
  warnings: [warning('image/damaged', `${name} is damaged, and was decoded as far as possible: ${reason}.`)],
});

/**
 * Decodes a file's pixels, by libvips. Whatever its decoder complains about that means that samples are lost or made up, with the
 * last rows too, is `image/truncated` or `image/corrupt`; with `damaged: 'keep'` it is a warning beside all that can be had.
 */
export const readRaster = (
  header: Header,
  wanted: Wanted,
  name: string,
  tolerance: 'refuse' | 'keep',
): TE.TaskEither<Diagnostics, Raster> =>
  pipe(
    judged(header, attempt(header, wanted), tolerance),
    TE.bimap(
      (reason) => refusal(header, name, reason),
      ({ value, loss }) => (loss === undefined ? value : damaged(value, name, loss)),
    ),
  );
