import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, failure } from '../../diagnostics/index.js';
import { readBytes } from '../../disk/read.js';
import { definedOnly } from '../../ports/defined.js';
import { profileName } from '../colour/icc.js';
import { decode, formatOf } from '../decoding/decode.js';
import { type Header, readHeader } from '../decoding/header.js';
import { resultFormat } from '../decoding/result-format.js';
import { nameOf, readOnlyNames } from '../encoding/encode-options.js';
import { MAX_BYTES } from '../limits.js';
import { receiptIn } from '../metadata/xmp.js';
import { openXmp, plainTextOf, propertiesOf, type XmpPacket } from '../metadata/xmp-packet.js';
import { type ExifSummary, exifSummary } from './exif-summary.js';
import { type Keeping, type Kind, keptBy, kindsOf } from './kept.js';

/** What a file is and carries. */
export interface Inspection {
  /** As people call it. */
  readonly format: string;
  readonly bytes: number;
  /** Upright. */
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly model: Header['model'];
  readonly transparency: boolean;
  readonly pictures: number;
  readonly chromaSubsampling?: string;
  /** EXIF orientation that is applied when it is decoded, 1..8. */
  readonly orientation: number;
  /** Colours by their profile's name, or by what else declares them. */
  readonly colours: string;
  readonly exif?: ExifSummary;
  /** Stars, -1..5. */
  readonly rating?: number;
  /** What else stands in it: regions of people, a panorama, a receipt, a gain map, a video, credentials. */
  readonly carries: readonly string[];
  /** What decoding warns of, and what refuses it. */
  readonly remarks: readonly Diagnostic[];
  readonly damaged: boolean;
  /** Kinds of what it holds that a format may lose, and what each format would keep; absent where it cannot be decoded. */
  readonly kinds: readonly Kind[];
  readonly keeps?: Keeping;
}

const packetOf = (xmp: Uint8Array | undefined): XmpPacket | undefined => {
  const opened = xmp && openXmp(xmp);
  return opened && E.isRight(opened) ? opened.right : undefined;
};

const ratingOf = (packet: XmpPacket | undefined): number | undefined => {
  const value = packet && plainTextOf(packet, 'xmp', 'Rating');
  const rating = Number(value);
  return value !== undefined && Number.isFinite(rating) ? rating : undefined;
};

const coloursOf = ({ icc, colour, codePoints, hdr, model }: Header): string => {
  if (icc !== undefined) return `profile ${profileName(icc) ?? 'without a name'}`;
  if (hdr !== undefined) return `HDR (${hdr})`;
  if (codePoints !== undefined)
    return `primaries ${codePoints.primaries}, curve ${codePoints.transfer} (ITU-T H.273)`;
  if (colour !== undefined) return `declared: ${colour.chromaticities.slice(0, 6).join(' ')}`;
  return model === 'cmyk' ? 'CMYK without a profile' : 'sRGB';
};

const carriesOf = (header: Header, packet: XmpPacket | undefined): readonly string[] => {
  const has = (namespace: Parameters<typeof propertiesOf>[1], name: string): boolean =>
    packet !== undefined && propertiesOf(packet, namespace, name).length > 0;
  const regions = has('mwg-rs', 'Regions') || has('MP', 'RegionInfo') || has('apple-fi', 'Regions');
  const projection = packet && plainTextOf(packet, 'GPano', 'ProjectionType');
  return [
    ...(header.sensor ? [`a sensor’s picture of ${header.sensor.width}x${header.sensor.height}`] : []),
    ...(header.noise ? ['the noise of its sensor'] : []),
    ...(header.gainMap ? ['gain map (HDR)'] : []),
    ...(header.video ? [`video (${header.video.mime})`] : []),
    ...(regions ? ['regions of people'] : []),
    ...(projection ? [`panorama (${projection})`] : []),
    ...(has('crs', 'HasCrop') ? ['crop of Camera Raw'] : []),
    ...(header.xmp && receiptIn(header.xmp) !== undefined ? ['receipt of Prismflow'] : []),
    ...(header.iptc ? ['IPTC'] : []),
    ...header.leftovers,
  ];
};

const isDamage = ({ code }: Diagnostic): boolean =>
  ['image/corrupt', 'image/truncated', 'image/damaged'].includes(code);

const described = (header: Header, bytes: number): Omit<Inspection, 'remarks' | 'damaged'> => {
  const turned = header.orientation >= 5;
  const packet = packetOf(header.xmp);
  const exif = exifSummary(header.exif);
  const rating = ratingOf(packet);
  const { source, chromaSubsampling } = header;
  return {
    format: source === undefined ? nameOf(resultFormat(header)) : readOnlyNames[source],
    bytes,
    width: turned ? header.height : header.width,
    height: turned ? header.width : header.height,
    bits: header.bits,
    model: header.model,
    transparency: header.alpha,
    pictures: header.pages,
    ...(chromaSubsampling ? { chromaSubsampling } : {}),
    orientation: header.orientation,
    colours: coloursOf(header),
    ...(exif ? { exif } : {}),
    ...definedOnly({ rating }),
    carries: carriesOf(header, packet),
    kinds: kindsOf(header),
  };
};

const judged =
  (bytes: Uint8Array, name: string, maxMemory: number) =>
  (header: Header): TE.TaskEither<Diagnostics, Inspection> =>
  async () => {
    const about = described(header, bytes.length);
    // Of a raw file without a JPEG there is no other picture.
    const raw = header.format === 'raw' ? 'develop' : 'preview';
    const result = await decode({ bytes, name }, { damaged: 'keep', raw, maxMemory })();
    if (E.isLeft(result))
      return E.right({ ...about, remarks: result.left, damaged: result.left.some(isDamage) });
    const { frame, warnings } = result.right;
    return E.right({
      ...about,
      remarks: warnings,
      damaged: warnings.some(isDamage),
      keeps: await keptBy(frame),
    });
  };

/** Bytes of memory that decoding may take to look at a picture: what one of 250 megapixels takes. */
const MAX_MEMORY = 2 ** 30;

/**
 * Looks what a file is and carries, whether it is damaged, and what each format would keep of it. Its picture is decoded for that.
 * Errors: those of reading a file, and of `decode` for what is no picture.
 *
 * @param maxMemory bytes that decoding may take; a picture that takes more is not decoded, and its remarks say so. Default: 1 GiB
 */
export const inspect = (
  path: string,
  name = path,
  maxMemory = MAX_MEMORY,
): TE.TaskEither<Diagnostics, Inspection> =>
  pipe(
    readBytes(path, MAX_BYTES),
    TE.filterOrElse(
      (bytes) => bytes.length > 0,
      (): Diagnostics => [failure('image/empty', `${name} has no bytes.`)],
    ),
    TE.chain((bytes) =>
      pipe(
        // What a file says can be read without the decoder for its pixels.
        formatOf(bytes, name, () => true),
        TE.chain((format) => readHeader(bytes, format, name)),
        TE.chain(judged(bytes, name, maxMemory)),
      ),
    ),
  );
