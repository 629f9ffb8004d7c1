import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, warning } from '../../diagnostics/index.js';
import type { CodePoints, Frame, ImageFormat } from '../../ports/index.js';
import { readAvif, withCodePoints, writeAvifExif } from '../containers/avif.js';
import type { Carried, StoredGainMap, Written } from '../containers/container.js';
import { writeGif } from '../containers/gif.js';
import { writeJpeg } from '../containers/jpeg.js';
import { writePng } from '../containers/png.js';
import { writeTiffFile } from '../containers/tiff-writer.js';
import { writeWebp } from '../containers/webp.js';
import { lightOf } from '../samples/light.js';
import { total } from '../thrown.js';
import { type OutputMetadata, outputMetadataOf } from './carried.js';
import { clippedSamples } from './clipped.js';
import { compress, tiffPixels } from './compress.js';
import { type EncodeOptions, nameOf } from './encode-options.js';
import { gainMapFor } from './gain-map.js';
import { type Pixels, pixelsFor } from './pixels.js';
import { type Aimed, type Target, targetOf } from './target.js';
import { withFreshThumbnail } from './thumbnail.js';

/** An encoded photo, and what its format could not hold. */
export interface EncodedPhoto {
  readonly bytes: Uint8Array;
  readonly format: ImageFormat;
  readonly warnings: readonly Diagnostic[];
}

interface Made extends Written {
  readonly coloursLost: boolean;
}

const fill = (format: Exclude<ImageFormat, 'tiff'>, bytes: Uint8Array, carried: Carried): Written => {
  switch (format) {
    case 'jpeg':
      return writeJpeg(bytes, carried);
    case 'png':
      return writePng(bytes, carried);
    case 'webp':
      return writeWebp(bytes, carried);
    case 'gif':
      return writeGif(bytes, carried);
    case 'avif':
      return writeAvif(bytes, carried);
  }
};

// Profile and XMP were put in by the encoder.
const writeAvif = (bytes: Uint8Array, { exif, iptc, photoshop }: Carried): Written => {
  const written = exif ? writeAvifExif(bytes, exif) : { bytes, dropped: [] };
  return { ...written, dropped: [...written.dropped, ...(iptc || photoshop ? ['IPTC'] : [])] };
};

const declaring = (avif: Uint8Array, points: CodePoints): Written => {
  const bytes = withCodePoints(avif, points);
  const said = readAvif(bytes).codePoints;
  const whole = said?.primaries === points.primaries && said.transfer === points.transfer;
  return { bytes, dropped: whole ? [] : ['what the source declares of its colours'] };
};

const make = async (pixels: Pixels, target: Target, carried: Carried): Promise<Made> => {
  const { format } = target;
  if (format === 'tiff') {
    const file = await writeTiffFile(tiffPixels(pixels, target), carried, target.effort ?? 6);
    return { ...file, coloursLost: false };
  }
  const { exif, icc, xmp } = carried;
  const companions = { ...(icc ? { icc } : {}), ...(xmp ? { xmp } : {}), exif: exif !== undefined };
  const { bytes, coloursLost } = await compress(pixels, { ...target, format }, companions);
  const said = target.codePoints ? declaring(bytes, target.codePoints) : { bytes, dropped: [] };
  const written = fill(format, said.bytes, carried);
  return { ...written, dropped: [...said.dropped, ...written.dropped], coloursLost };
};

const madeWarnings = (made: Made, { dropped }: OutputMetadata, { format }: Target): readonly Diagnostic[] => {
  const lost = [...dropped, ...made.dropped];
  return [
    ...(made.coloursLost
      ? [
          warning(
            'image/colours-reduced',
            'The picture has more colours than the 256 of a GIF; they were reduced.',
          ),
        ]
      : []),
    ...(lost.length > 0
      ? [warning('image/metadata-dropped', `${nameOf(format)} cannot carry ${lost.join(', ')}.`)]
      : []),
  ];
};

const clippingWarnings = (frame: Frame, target: Target): readonly Diagnostic[] => {
  const share = clippedSamples(frame, target) / (frame.width * frame.height * frame.channels);
  const percent = share < 0.001 ? 'less than 0.1' : (share * 100).toFixed(1);
  return share === 0
    ? []
    : [
        warning(
          'image/colours-clipped',
          `${nameOf(target.format)} was written in sRGB, and the picture has colours outside of it: ${percent} % of its samples were clipped.`,
        ),
      ];
};

const withThumbnail = async (frame: Frame, { carried, dropped }: OutputMetadata): Promise<OutputMetadata> =>
  carried.exif === undefined
    ? { carried, dropped }
    : { carried: { ...carried, exif: await withFreshThumbnail(frame, carried.exif)() }, dropped };

interface FreshGainMap {
  readonly gainMap: StoredGainMap | undefined;
  readonly told: readonly Diagnostic[];
}

const leftOut = (what: readonly string[]): readonly Diagnostic[] =>
  what.length === 0
    ? []
    : [
        warning(
          'image/left-out',
          `Left out, since it fits the edited picture no longer: ${what.join(', ')}.`,
        ),
      ];

/** The gain map that goes with the picture, where its light is still that of the photo; and what was left out. */
const gainMapOf = ({ samples, metadata }: Frame): T.Task<FreshGainMap> => {
  const { gainMap, leftOut: before = [] } = metadata;
  const lost = (what: string): FreshGainMap => ({ gainMap: undefined, told: leftOut([...before, what]) });
  if (gainMap === undefined) return T.of({ gainMap: undefined, told: leftOut(before) });
  if (lightOf(samples) !== gainMap.light) return T.of(lost('the gain map (HDR)'));
  return pipe(
    gainMapFor(gainMap),
    TE.match(
      () => lost('the gain map (HDR), which cannot be decoded to be edited'),
      (stored) => ({ gainMap: stored, told: leftOut(before) }),
    ),
  );
};

const finish = async (frame: Frame, { target, warnings }: Aimed, pixels: Pixels): Promise<EncodedPhoto> => {
  const { gainMap, told } = await gainMapOf(frame)();
  const outputMetadata = await withThumbnail(frame, outputMetadataOf(frame, target, gainMap));
  const made = await make(pixels, target, outputMetadata.carried);
  return {
    bytes: made.bytes,
    format: target.format,
    warnings: [
      ...warnings,
      ...told,
      ...clippingWarnings(frame, target),
      ...madeWarnings(made, outputMetadata, target),
    ],
  };
};

const encodeAs =
  (frame: Frame) =>
  (aimed: Aimed): TE.TaskEither<Diagnostics, EncodedPhoto> =>
    pipe(
      pixelsFor(frame, aimed.target),
      TE.chainTaskK((pixels) => () => finish(frame, aimed, pixels)),
    );

/**
 * Encodes a frame; see `EncodeOptions` for what can be chosen.
 *
 * - Metadata go back as they came: EXIF with its maker notes byte for byte (its size tags brought up to date, its
 *   thumbnail renewed if the picture changed), XMP with GPano, IPTC, Photoshop resources, density, comments, text.
 * - The pixels go back into the source's profile, which is embedded. Grey stays grey, CMYK goes back to CMYK (in JPEG
 *   and TIFF), CIELAB to CIELAB (in TIFF); elsewhere they become sRGB, with a warning.
 * - An unedited photo goes back without any rounding: in a format without loss its samples are those of the source, bit
 *   for bit, under any profile. In JPEG, and in WebP and AVIF with loss, it is encoded anew with the quality asked for.
 * - Floats are rounded to the nearest level; colours outside the target's gamut are clipped only here.
 * - Palettes, and depths of 1, 2 and 4 bits, are written where they hold every sample exactly, else 8 bits are.
 *
 * Warnings: `image/written-otherwise`, `image/alpha-flattened`, `image/depth-reduced`, `image/colours-reduced`, `image/colour-model-changed`,
 * `image/metadata-dropped`, `image/left-out`. Errors: `image/option-conflict`, `image/not-a-frame`, `image/too-large-for-format`,
 * `image/out-of-memory`, `image/encode-failed`.
 */
export const encode = (frame: Frame, options: EncodeOptions = {}): TE.TaskEither<Diagnostics, EncodedPhoto> =>
  total(
    pipe(TE.fromEither(targetOf(frame, options)), TE.chain(encodeAs(frame))),
    'image/encode-failed',
    'The picture could not be encoded',
  );
