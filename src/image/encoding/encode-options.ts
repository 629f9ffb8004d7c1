import { type Diagnostic, type Diagnostics, failure } from '../../diagnostics/index.js';
import type { ImageFormat, ReadOnlyFormat } from '../../ports/index.js';

/**
 * How to write a photo. Without `format` everything is as in the source file: format, depth, colour profile, palette,
 * subsampling; options that its format does not know (a quality for PNG) are then without meaning and without effect,
 * for a folder holds many formats. With `format`, an option that it does not know is an error.
 */
export interface EncodeOptions {
  /** Says what is the case without `format`; with it, what is not said otherwise comes from the source all the same. */
  readonly like?: 'source';
  readonly format?: ImageFormat;
  /** Bits per sample: 8 for any, 16 for PNG and TIFF, 10 and 12 for AVIF, 32 (floating point) for TIFF. */
  readonly depth?: 8 | 10 | 12 | 16 | 32;
  /** 1..100, for JPEG, WebP and AVIF. Default 92, 90 and 70, which are about as good as one another. */
  readonly quality?: number;
  /** For JPEG and AVIF. Default the source's; else 4:4:4 from quality 90 on, and 4:2:0 below. */
  readonly chromaSubsampling?: '4:2:0' | '4:4:4';
  /** Coarse to fine, for JPEG; interlaced, for PNG and GIF. Default false. */
  readonly progressive?: boolean;
  /** 0 (fast) to 9 (small), for all but JPEG. Default: 6 for PNG and TIFF, about the middle for the others. */
  readonly effort?: number;
  /** For WebP and AVIF. Default the source's if it was of the same format, else false. */
  readonly lossless?: boolean;
}

/** Which values each format takes. */
interface Ability {
  readonly depths: readonly number[];
  readonly quality: boolean;
  readonly chromaSubsampling: boolean;
  readonly progressive: boolean;
  readonly effort: boolean;
  /** Whether it compresses with loss, without, or either way. */
  readonly loss: 'always' | 'never' | 'either';
}

const never = { quality: false, chromaSubsampling: false, loss: 'never' } as const;

/** What each format can do. */
export const abilities: Readonly<Record<ImageFormat, Ability>> = {
  jpeg: {
    depths: [8],
    quality: true,
    chromaSubsampling: true,
    progressive: true,
    effort: false,
    loss: 'always',
  },
  png: { ...never, depths: [8, 16], progressive: true, effort: true },
  webp: {
    depths: [8],
    quality: true,
    chromaSubsampling: false,
    progressive: false,
    effort: true,
    loss: 'either',
  },
  avif: {
    depths: [8, 10, 12],
    quality: true,
    chromaSubsampling: true,
    progressive: false,
    effort: true,
    loss: 'either',
  },
  tiff: { ...never, depths: [8, 16, 32], progressive: false, effort: true },
  gif: { ...never, depths: [8], progressive: true, effort: true },
};

const names: Readonly<Record<ImageFormat, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  avif: 'AVIF',
  tiff: 'TIFF',
  gif: 'GIF',
};

/** Formats that are never written, as people call them. */
export const readOnlyNames: Readonly<Record<ReadOnlyFormat, string>> = {
  heic: 'HEIC',
  raw: 'a camera’s raw file',
  jxl: 'JPEG XL',
  radiance: 'Radiance HDR',
  exr: 'OpenEXR',
};

/** The format's name as people write it. */
export const nameOf = (format: ImageFormat): string => names[format];

const conflict = (message: string): Diagnostic => failure('image/option-conflict', message);

const formatsWith = (can: (ability: Ability) => boolean): string =>
  (Object.keys(abilities) as ImageFormat[])
    .filter((format) => can(abilities[format]))
    .map(nameOf)
    .join(', ');

const outOfRange = (
  name: string,
  value: number | undefined,
  low: number,
  high: number,
): readonly Diagnostic[] =>
  value === undefined || (Number.isInteger(value) && value >= low && value <= high)
    ? []
    : [conflict(`${name} is ${value}; it goes from ${low} to ${high} in whole steps.`)];

const switches = ['quality', 'chromaSubsampling', 'progressive', 'effort'] as const;

const unknownTo = (format: ImageFormat, options: EncodeOptions): readonly Diagnostic[] => [
  ...switches
    .filter((name) => options[name] !== undefined && options[name] !== false && !abilities[format][name])
    .map((name) =>
      conflict(`${nameOf(format)} knows no ${name}; ${formatsWith((ability) => ability[name])} do.`),
    ),
  ...(options.depth !== undefined && !abilities[format].depths.includes(options.depth)
    ? [
        conflict(
          `${nameOf(format)} holds ${abilities[format].depths.join(' or ')} bits a sample, not ${options.depth}.`,
        ),
      ]
    : []),
  ...(options.lossless === true && abilities[format].loss === 'always'
    ? [conflict(`${nameOf(format)} cannot be lossless; ${formatsWith(({ loss }) => loss !== 'always')} can.`)]
    : []),
  ...(options.lossless === false && abilities[format].loss === 'never'
    ? [conflict(`${nameOf(format)} is always lossless.`)]
    : []),
];

/** All that is wrong with options by themselves; undefined when nothing is. */
export const faultsOf = (options: EncodeOptions): Diagnostics | undefined => {
  const [first, ...rest] = [
    ...outOfRange('quality', options.quality, 1, 100),
    ...outOfRange('effort', options.effort, 0, 9),
    ...(options.format === undefined ? [] : unknownTo(options.format, options)),
    ...(options.lossless === true && options.quality !== undefined
      ? [conflict(`quality ${options.quality} and lossless exclude each other.`)]
      : []),
  ];
  return first && [first, ...rest];
};
