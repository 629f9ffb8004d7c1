import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, failure, warning } from '../../diagnostics/index.js';
import { megapixels } from '../../diagnostics/quantities.js';
import { readBytes, tooLarge } from '../../disk/read.js';
import { definedOnly } from '../../ports/defined.js';
import type { Frame, GainMap, Metadata, Samples } from '../../ports/index.js';
import type { Leftover } from '../containers/container.js';
import {
  type ForeignFormat,
  foreignNames,
  installHint,
  isForeign,
  isInstalled,
} from '../foreign/packages.js';
import type { Highlights } from '../foreign/raw.js';
import { MAX_BYTES, MAX_PIXELS } from '../limits.js';
import { decodingRefusal } from '../memory.js';
import { claimsIn } from '../metadata/claims.js';
import { uprightMetadata } from '../metadata/framing.js';
import { markLight } from '../samples/light.js';
import { total } from '../thrown.js';
import { type Developed, develop } from './develop.js';
import { readForeign } from './foreign.js';
import { guised } from './guise.js';
import { type Header, readHeader } from './header.js';
import { type Raster, readRaster, type Wanted } from './raster.js';
import { toDevelop } from './raw-header.js';
import { resultFormat } from './result-format.js';
import { beside, sidecarWarnings } from './sidecar.js';
import { type FileFormat, sniff } from './sniff.js';

/** A file on disk, or its bytes; with a name for messages, where it is not the path. */
export type Input =
  | { readonly path: string; readonly name?: string }
  | { readonly bytes: Uint8Array; readonly name?: string };

export interface DecodeOptions {
  /** Pixels that a picture may have; checked before any memory is taken for them. Default 400 million. */
  readonly maxPixels?: number;
  /** Bytes that a file may have. Default 1 GiB. */
  readonly maxBytes?: number;
  /** Bytes of memory that decoding may take, the file and the picture included; checked before. Default: no limit. */
  readonly maxMemory?: number;
  /**
   * What to do with a file that is cut off or damaged: `refuse` it with an error, or `keep` what can be decoded, with
   * a warning. Default `refuse`: half a photo in a folder of edits is worse than a line in the report.
   */
  readonly damaged?: 'refuse' | 'keep';
  /** Which picture of a camera's raw file is taken: the largest JPEG in it, or the sensor's, developed. Default `preview`. */
  readonly raw?: 'preview' | 'develop';
  /**
   * What becomes of light that is too bright for some of the sensor's colours, in a raw file that is developed. By `clip` white is
   * what all colours hold; by `blend` and `rebuild` light goes beyond it, as floats. Default `clip`.
   */
  readonly highlights?: Highlights;
  /** XMP of a file beside the photo: what it says outranks what the photo says of itself. */
  readonly sidecar?: Uint8Array;
  /** Ends what works on the file in a process of its own. */
  readonly signal?: AbortSignal;
}

/** A decoded photo, and what was odd about its file. */
export interface Decoded {
  readonly frame: Frame;
  readonly warnings: readonly Diagnostic[];
}

/** The format of a file's bytes. Errors: `image/no-decoder`, `image/empty`, `image/corrupt`, `image/unsupported-format`. */
export const formatOf = (
  bytes: Uint8Array,
  name: string,
  isThere: (format: ForeignFormat) => boolean = isInstalled,
): TE.TaskEither<Diagnostics, FileFormat> => {
  if (bytes.length === 0) return TE.left([failure('image/empty', `${name} has no bytes.`)]);
  const found = sniff(bytes);
  switch (found.kind) {
    case 'supported':
      return isForeign(found.format) && !isThere(found.format)
        ? TE.left([
            failure(
              'image/no-decoder',
              `${name} is ${foreignNames[found.format]}, whose decoder is not installed.`,
              {
                hint: installHint(found.format),
              },
            ),
          ])
        : TE.right(found.format);
    case 'damaged':
      return TE.left([failure('image/corrupt', `${name} is damaged: ${found.reason}.`)]);
    case 'unsupported':
      return TE.left([
        failure('image/unsupported-format', `${name} is ${found.name}, which cannot be read.`, {
          ...definedOnly({ hint: found.hint }),
        }),
      ]);
    case 'unknown':
      return TE.left([failure('image/unsupported-format', `${name} is in no picture format that is known.`)]);
  }
};

const withinPixels =
  (name: string, maxPixels: number) =>
  (header: Header): TE.TaskEither<Diagnostics, Header> => {
    const { width, height } = header;
    if (width * height === 0)
      return TE.left([failure('image/corrupt', `${name} is damaged: its size is ${width}x${height}.`)]);
    if (width * height <= maxPixels) return TE.right(header);
    const message = `${name} has ${width}x${height} pixels (${megapixels(width * height)}), and the limit is ${megapixels(maxPixels)}.`;
    return TE.left([
      failure('image/too-many-pixels', message, {
        hint: `Allow it with maxPixels: ${width * height} if the file is trusted.`,
      }),
    ]);
  };

/** Whether a raw file ends before what it lists, though the JPEG in it is there. */
const isCutOff = ({ source, complete }: Header): boolean => source === 'raw' && complete === false;

const wholly =
  (name: string, damaged: 'refuse' | 'keep') =>
  (header: Header): TE.TaskEither<Diagnostics, Header> =>
    isCutOff(header) && damaged === 'refuse'
      ? TE.left([failure('image/truncated', `${name} ends before what it lists does.`)])
      : TE.right(header);

/** The header of the picture of a raw file that is asked for. */
const chosen = (
  header: Header,
  { raw = 'preview', highlights = 'clip' }: DecodeOptions,
  name: string,
): E.Either<Diagnostics, Header> =>
  raw === 'develop' && header.source === 'raw'
    ? pipe(
        toDevelop(header, name),
        E.map((sensor) => ({ ...sensor, highlights })),
      )
    : E.right(header);

const cutWarnings = (header: Header, name: string): readonly Diagnostic[] =>
  isCutOff(header) ? [warning('image/damaged', `${name} ends before what it lists does.`)] : [];

const withinMemory =
  (name: string, maxMemory: number) =>
  (header: Header): TE.TaskEither<Diagnostics, Header> => {
    const refusal = decodingRefusal(header, name, maxMemory);
    return refusal === undefined ? TE.right(header) : TE.left(refusal);
  };

// A copy of its own, so that a few bytes of metadata do not keep the whole file in memory.
const owned = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

/** A gain map that fits the samples just decoded, and no others. */
const gainMapOf = ({ gainMap, orientation }: Header, samples: Samples): GainMap | undefined => {
  if (gainMap === undefined) return undefined;
  const light = {};
  markLight(samples, light);
  return {
    jpeg: owned(gainMap.jpeg),
    ...(gainMap.iso ? { iso: owned(gainMap.iso) } : {}),
    orientation,
    part: { left: 0, top: 0, width: 1, height: 1 },
    light,
  };
};

const metadataOf = (header: Header, { exif, xmp, picture }: Developed): Metadata => {
  const gainMap = gainMapOf(header, picture.samples);
  const { video } = header;
  const { icc, iptc, photoshop, density, colour, codePoints, chromaSubsampling, quantisation, blocks } =
    header;
  return {
    format: resultFormat(header),
    ...(header.source ? { source: header.source } : {}),
    bits: header.bits,
    model: header.model,
    orientation: header.orientation,
    pages: header.pages,
    palette: header.palette,
    lossless: header.lossless,
    ...(exif ? { exif: owned(exif) } : {}),
    ...(xmp ? { xmp: owned(xmp) } : {}),
    ...(icc ? { icc: owned(icc) } : {}),
    ...(colour ? { colour } : {}),
    ...(codePoints ? { codePoints } : {}),
    ...(iptc ? { iptc: owned(iptc) } : {}),
    ...(photoshop ? { photoshop: owned(photoshop) } : {}),
    ...(density ? { density } : {}),
    ...(header.noise && header.format !== 'jpeg' ? { noise: header.noise } : {}),
    ...(gainMap ? { gainMap } : {}),
    ...(video ? { video } : {}),
    ...(chromaSubsampling ? { chromaSubsampling } : {}),
    ...(quantisation ? { quantisation } : {}),
    ...(blocks.length > 0 ? { blocks: blocks.map((block) => ({ ...block, data: owned(block.data) })) } : {}),
  };
};

const leftovers = {
  'further pictures': 'further pictures behind its first (MPO)',
  'Apple gain map': 'a gain map of Apple’s (HDR)',
  'auxiliary pictures': 'auxiliary pictures (depth, mattes)',
  'missing gain map': 'the claim of a gain map, but none that can be used',
  'gain map': 'a gain map (HDR)',
  video: 'the video of a motion photo',
  'maker notes': 'maker notes, which hold places in the raw file',
  'missing video': 'the claim of being a motion photo, but no video where it says',
  'bytes behind': 'bytes behind its picture (a maker’s own data, or a video that nothing tells of)',
  'content credentials': 'content credentials (C2PA), which hold for the original bytes only',
  layers: 'Photoshop layers',
  'further channels': 'further channels (depth, masks, layers)',
  'display window': 'a window of another size or place than its pixels have, in which they would be shown',
  'fields over each other': 'EXIF fields that share their bytes, longer together than the file',
} as const;

/** What is left behind, claims in XMP of what the file has not among it. */
const leftoversOf = ({ leftovers, format, source, xmp }: Header): readonly Leftover[] => {
  const claims = claimsIn(xmp);
  const has = (...kinds: readonly Leftover[]): boolean => kinds.some((kind) => leftovers.includes(kind));
  return [
    ...new Set([
      ...leftovers,
      ...(claims?.provenance === true ? (['content credentials'] as const) : []),
      ...((source ?? format) !== 'jpeg' && claims?.gainMap === true && !has('gain map', 'Apple gain map')
        ? (['missing gain map'] as const)
        : []),
      ...((source ?? format) !== 'jpeg' && claims?.motion === true && !has('video')
        ? (['missing video'] as const)
        : []),
    ]),
  ];
};

/** What is said of a picture that was taken out of a raw file. */
const previewWarning = ({ width, height, sensor }: Header, name: string): Diagnostic => {
  const isSmaller = sensor !== undefined && sensor.width * sensor.height > 1.2 * width * height;
  const beside = isSmaller ? `, though the sensor’s has ${sensor.width}x${sensor.height}` : '';
  return warning(
    'image/preview-taken',
    `${name} is a camera’s raw file: the JPEG in it was taken, ${width}x${height} pixels as the camera made them${beside}.`,
  );
};

/** A number of three figures. */
const brief = (value: number): string => String(Number(value.toPrecision(3)));

const noiseText = ({ noise }: Header): string => {
  if (noise === undefined) return 'its file says nothing of its noise';
  const colours = noise.map(({ scale, offset }) => `${brief(scale)} · sample + ${brief(offset)}`);
  return `its noise has a variance of ${colours.join('; ')}${noise.length > 1 ? ' (red; green; blue)' : ''}`;
};

/** What is said of a picture that was developed. */
const developedWarning = (header: Header, name: string): Diagnostic =>
  warning(
    'image/raw-developed',
    `${name} is a camera’s raw file: its sensor’s picture was developed by LibRaw, ${header.width}x${header.height} pixels of linear light in the camera’s white balance; ${noiseText(header)}.`,
  );

const warningsOf = (header: Header, name: string): readonly Diagnostic[] => [
  ...(header.source === 'raw'
    ? [header.format === 'jpeg' ? previewWarning(header, name) : developedWarning(header, name)]
    : []),
  ...(header.pages > 1
    ? [
        warning(
          'image/first-page-only',
          header.format === 'avif' || header.format === 'heic'
            ? `${name} holds ${header.pages} pictures; its main one is taken.`
            : `${name} holds ${header.source === 'jxl' ? 'several' : header.pages} pages or frames; the first is taken.`,
        ),
      ]
    : []),
  ...(header.hdr
    ? [
        warning(
          'image/high-dynamic-range',
          `${name} declares HDR colours (${header.hdr}); its samples are taken as they are, as sRGB.`,
        ),
      ]
    : []),
  ...sidecarWarnings(header, name),
  ...leftoversOf(header).map((leftover) =>
    warning('image/metadata-dropped', `${name} carries ${leftovers[leftover]}, which is left behind.`),
  ),
];

const readPixels = (
  header: Header,
  wanted: Wanted,
  name: string,
  damaged: 'refuse' | 'keep',
  signal: AbortSignal | undefined,
): TE.TaskEither<Diagnostics, Raster> =>
  header.format === 'heic' || header.format === 'exr'
    ? readForeign(header, header.format, wanted, name, signal)
    : readRaster(header, wanted, name, damaged);

/**
 * Decodes a photo: JPEG, PNG, WebP, AVIF, TIFF or GIF, whatever its name says; Radiance HDR; HEIC, JPEG XL and OpenEXR where the
 * packages for them are installed;
 * of cameras' raw files the largest JPEG in them, or the sensor's picture, where LibRaw is installed and `raw: 'develop'` asks for it.
 *
 * - The picture is upright: EXIF orientation is applied, and reset to 1 in the metadata.
 * - Colours are sRGB. Samples that are sRGB already (untagged, or under a profile that is sRGB by another name) come as
 *   they are, uint8 or uint16. Those of any other RGB or grey profile (Display P3, Adobe RGB, ProPhoto, gamma 2.2), of
 *   CIELAB and of floating-point files come as float32 in extended sRGB: saturated colours lie outside 0..1 and
 *   survive, and so does the precision of 8 and 16 bits. CMYK comes as uint8, through its profile by Little CMS
 *   (perceptual intent), clipped to sRGB.
 * - Transparency is kept aside, in the colours' depth, not premultiplied.
 * - Of animations and multi-page files the first picture is taken, with a warning.
 * - Metadata blocks are kept as bytes. XMP that is no well-formed XML, or too large to be read, is kept as it is, with a
 *   warning: nothing in it counts, and nothing in it is brought up to date.
 *
 * Warnings: `image/preview-taken`, `image/raw-developed`, `image/first-page-only`, `image/profile-ignored`, `image/high-dynamic-range`, `image/metadata-dropped`,
 * `image/sidecar-settings`, `image/xmp-unreadable`, `image/damaged`. Errors: `image/not-found`, `image/permission-denied`, `image/not-a-file`, `image/read-failed`,
 * `image/empty`, `image/file-too-large`, `image/too-many-pixels`, `image/memory-limit`, `image/unsupported-format`, `image/no-decoder`,
 * `image/decoder-lost`, `image/truncated`, `image/corrupt`, `image/out-of-memory`, `image/unreadable`.
 */
export const decode = (input: Input, options: DecodeOptions = {}): TE.TaskEither<Diagnostics, Decoded> => {
  const { maxPixels = MAX_PIXELS, maxBytes = MAX_BYTES, damaged = 'refuse' } = options;
  const { maxMemory = Number.POSITIVE_INFINITY } = options;
  const name = input.name ?? ('path' in input ? input.path : 'The picture');
  const decoded = pipe(
    // 1. The file in memory, once.
    'path' in input ? readBytes(input.path, maxBytes) : TE.right(input.bytes),
    TE.filterOrElse(
      (bytes) => bytes.length <= maxBytes,
      (bytes) => tooLarge(name, bytes.length, maxBytes),
    ),
    // 2. What it is and says about itself.
    TE.chain((bytes) =>
      pipe(
        formatOf(bytes, name),
        TE.chain((format) => readHeader(bytes, format, name)),
      ),
    ),
    TE.chain((header) => TE.fromEither(chosen(header, options, name))),
    TE.map(beside(options.sidecar, 'path' in input ? input.path : name)),
    TE.chain(wholly(name, damaged)),
    TE.chain(withinPixels(name, maxPixels)),
    TE.chain(withinMemory(name, maxMemory)),
    TE.chain(guised(name, options.signal)),
    // 3. Its samples, and 4. what they mean in sRGB.
    TE.chain((header) =>
      pipe(
        develop(header, name, (wanted) => readPixels(header, wanted, name, damaged, options.signal)),
        TE.map((developed) => ({
          frame: {
            ...developed.picture,
            metadata: uprightMetadata(metadataOf(header, developed), header),
          },
          warnings: [...warningsOf(header, name), ...cutWarnings(header, name), ...developed.warnings],
        })),
      ),
    ),
  );
  return total(decoded, 'image/unreadable', `${name} could not be decoded`);
};
