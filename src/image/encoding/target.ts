import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostic, type Diagnostics, failure, warning } from '../../diagnostics/index.js';
import type { CodePoints, Frame, ImageFormat } from '../../ports/index.js';
import { isOtherGamut } from '../colour/declared.js';
import { profileOf } from '../colour/profile-writer.js';
import { type ColourSpace, spaceOf } from '../colour/space.js';
import { MAX_SIDE } from '../limits.js';
import { originOf } from '../samples/origin.js';
import type { Depth } from '../samples/samples.js';
import { abilities, type EncodeOptions, faultsOf, nameOf, readOnlyNames } from './encode-options.js';

/** What will be written, with every choice made. */
export interface Target {
  readonly format: ImageFormat;
  /** Bits per sample in the file; 1, 2 and 4 give way to 8 where they do not hold every sample. */
  readonly bits: number;
  /** Depth of the samples that the encoder is given. */
  readonly depth: Depth;
  readonly model: Frame['metadata']['model'];
  /** Colour channels in the file. */
  readonly channels: 1 | 3 | 4;
  readonly alpha: boolean;
  /** Whether the pixels go back into the source's own colours; otherwise they are sRGB. */
  readonly space: ColourSpace | 'srgb';
  /** The source's profile, or one of what it declares, where it describes the pixels that are written. */
  readonly icc: Uint8Array | undefined;
  /** What the source declares of its colours, where it describes the pixels that are written and the format can say it so. */
  readonly codePoints: CodePoints | undefined;
  readonly palette: boolean;
  readonly lossless: boolean;
  readonly quality: number;
  readonly chromaSubsampling: '4:2:0' | '4:4:4';
  readonly progressive: boolean;
  readonly effort: number | undefined;
}

/** A target, and what the format cannot do for this frame. */
export interface Aimed {
  readonly target: Target;
  readonly warnings: readonly Diagnostic[];
}

const qualities: Readonly<Record<ImageFormat, number>> = {
  jpeg: 92,
  png: 100,
  webp: 90,
  avif: 70,
  tiff: 100,
  gif: 100,
};

const bitsFor = (frame: Frame, format: ImageFormat, asked: number | undefined): number => {
  const { depths } = abilities[format];
  if (asked !== undefined && depths.includes(asked)) return asked;
  const { bits } = frame.metadata;
  if (bits < 8 && (format === 'png' || format === 'tiff')) return bits;
  // The fewest that hold all of the source's, or the most there are.
  return depths.find((depth) => depth >= bits) ?? Math.max(...depths);
};

const depthFor = (bits: number): Depth => (bits <= 8 ? 'uint8' : bits <= 16 ? 'uint16' : 'float32');

// CMYK goes where its readers expect it: back to its own format, or to TIFF. CIELAB is TIFF's alone.
const modelFor = ({ channels, metadata }: Frame, format: ImageFormat): Target['model'] => {
  const plain = channels === 1 ? 'grey' : 'rgb';
  if (channels === 1) return plain;
  if (metadata.model === 'lab') return format === 'tiff' ? 'lab' : plain;
  const carriesInks = format === 'tiff' || (format === 'jpeg' && metadata.format === 'jpeg');
  return metadata.model === 'cmyk' && carriesInks ? 'cmyk' : plain;
};

const spaceFor = (
  frame: Frame,
  format: ImageFormat,
  model: Target['model'],
  bits: number,
): ColourSpace | 'srgb' => {
  const { metadata } = frame;
  if (model !== metadata.model) return 'srgb';
  // Few bits without a curve are too coarse in the shadows.
  if (metadata.icc === undefined && metadata.colour?.transfer === 'linear' && bits < 16) return 'srgb';
  const { space } = spaceOf(metadata);
  if (model === 'lab' || model === 'cmyk' || space.kind === 'srgb') return space;
  if (format === 'gif') return 'srgb';
  // What sRGB holds as well needs no profile.
  const { icc, colour } = metadata;
  if (icc !== undefined || declaresAgain(frame, format)) return space;
  return model === 'rgb' && colour !== undefined && isOtherGamut(colour) ? space : 'srgb';
};

// PNG by its chunks, AVIF by its numbers.
const declaresAgain = ({ metadata }: Frame, format: ImageFormat): boolean =>
  format === metadata.format && (format === 'png' || format === 'avif');

const profileFor = (frame: Frame, format: ImageFormat, space: Target['space']): Uint8Array | undefined => {
  const { icc, colour } = frame.metadata;
  if (space === 'srgb' || format === 'gif') return undefined;
  if (icc !== undefined) return icc;
  const fits = space.kind === 'converted' && colour !== undefined && !declaresAgain(frame, format);
  return fits ? profileOf(colour) : undefined;
};

const subsamplingFor = (frame: Frame, options: EncodeOptions, quality: number): '4:2:0' | '4:4:4' => {
  if (options.chromaSubsampling !== undefined) return options.chromaSubsampling;
  const source = frame.metadata.chromaSubsampling;
  // Of what the encoder cannot do (4:2:2, 4:4:0), the side that loses nothing.
  if (source !== undefined) return ['4:2:0', '4:1:1', '4:1:0'].includes(source) ? '4:2:0' : '4:4:4';
  return quality >= 90 ? '4:4:4' : '4:2:0';
};

const warningsFor = (frame: Frame, target: Target, options: EncodeOptions): readonly Diagnostic[] => {
  const name = nameOf(target.format);
  const { bits, model, source } = frame.metadata;
  return [
    ...(source !== undefined && options.format === undefined
      ? [
          warning(
            'image/written-otherwise',
            `The source is ${readOnlyNames[source]}, which is never written: the result is ${name}.`,
          ),
        ]
      : []),
    ...(frame.alpha && !target.alpha
      ? [warning('image/alpha-flattened', `${name} has no transparency: the picture was laid over white.`)]
      : []),
    ...(options.depth === undefined && target.bits < bits
      ? [
          warning(
            'image/depth-reduced',
            `${name} holds ${target.bits} bits a sample; the source has ${bits}.`,
          ),
        ]
      : []),
    ...(model !== target.model && (model === 'cmyk' || model === 'lab')
      ? [
          warning(
            'image/colour-model-changed',
            `${name} was written in sRGB; the source is ${model === 'cmyk' ? 'CMYK' : 'CIELAB'}.`,
          ),
        ]
      : []),
  ];
};

/** What is wrong with a frame in itself; undefined when nothing is. */
const faultOf = ({ width, height, channels, samples, alpha }: Frame): string | undefined => {
  const pixels = width * height;
  if (!Number.isInteger(width) || !Number.isInteger(height) || pixels <= 0)
    return `its size is ${width}x${height}`;
  // Asking a decoded photo for its data may convert it for nothing.
  const length = originOf(samples)?.length ?? samples.data.length;
  if (length !== pixels * channels)
    return `${width}x${height} pixels of ${channels} channels need ${pixels * channels} samples, and it has ${length}`;
  if (alpha !== undefined && alpha.data.length !== pixels)
    return `its transparency has ${alpha.data.length} samples for ${pixels} pixels`;
  return undefined;
};

const tooLong = ({ width, height }: Frame, format: ImageFormat): Diagnostics | undefined => {
  const side = Math.max(width, height);
  return side > MAX_SIDE[format]
    ? [
        failure(
          'image/too-large-for-format',
          `${nameOf(format)} holds up to ${MAX_SIDE[format]} pixels a side, and the picture is ${width}x${height}.`,
        ),
      ]
    : undefined;
};

const noSourceFormat: Diagnostics = [
  failure(
    'image/option-conflict',
    'The picture was not read from a file, so there is no source to be like.',
    {
      hint: 'Say which format to write, as in `encode: png`.',
    },
  ),
];

/**
 * Makes every choice that options leave open, by what the source was and what the format can hold.
 * Errors: `image/option-conflict`, `image/not-a-frame`, `image/too-large-for-format`.
 */
export const targetOf = (frame: Frame, options: EncodeOptions): E.Either<Diagnostics, Aimed> => {
  const faults = faultsOf(options);
  if (faults !== undefined) return E.left(faults);
  const format = options.format ?? frame.metadata.format;
  if (format === undefined) return E.left(noSourceFormat);
  const fault = faultOf(frame);
  if (fault !== undefined)
    return E.left([failure('image/not-a-frame', `The frame contradicts itself: ${fault}.`)]);
  const side = tooLong(frame, format);
  if (side !== undefined) return E.left(side);

  const { metadata, channels } = frame;
  const bits = bitsFor(frame, format, options.depth);
  const model = modelFor(frame, format);
  const space = spaceFor(frame, format, model, bits);
  const quality = options.quality ?? qualities[format];
  const sameFormat = format === metadata.format;
  const target: Target = {
    format,
    bits,
    depth: depthFor(bits),
    model,
    channels: model === 'cmyk' ? 4 : channels,
    alpha: frame.alpha !== undefined && format !== 'jpeg',
    space,
    icc: profileFor(frame, format, space),
    codePoints: space !== 'srgb' && declaresAgain(frame, format) ? metadata.codePoints : undefined,
    palette: metadata.palette && bits <= 8 && (format === 'png' || format === 'tiff'),
    lossless:
      abilities[format].loss === 'never' || (options.lossless ?? (sameFormat && metadata.lossless === true)),
    quality,
    chromaSubsampling: subsamplingFor(frame, options, quality),
    progressive: options.progressive ?? false,
    effort: options.effort,
  };
  return E.right({ target, warnings: warningsFor(frame, target, options) });
};
