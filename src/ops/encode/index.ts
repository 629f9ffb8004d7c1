import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { warning } from '../../diagnostics/index.js';
import { type EncodeOptions, faultsOf } from '../../image/encoding/encode-options.js';
import { encodingBytes } from '../../image/memory.js';
import { KEPT, STRIPPABLE } from '../../image/metadata/strip.js';
import { isNamedRaw } from '../../image/names.js';
import { defineOp } from '../../operator/define.js';
import {
  anyOf,
  boolean,
  type Decoded,
  integer,
  listOf,
  oneOf,
  optional,
  record,
} from '../../operator/params/index.js';
import { definedOnly } from '../../ports/defined.js';
import { encoded, type Frame, frame, type ImageFormat, type Json } from '../../ports/index.js';

const params = {
  like: optional(
    oneOf('source'),
    'Write what the source was: its format, depth, profile and metadata (as without it)',
  ),
  format: optional(oneOf('jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'), 'Another format than the source’s'),
  quality: optional(integer({ min: 1, max: 100 }), 'For JPEG (92), WebP (90) and AVIF (70)'),
  depth: optional(
    oneOf(8, 10, 12, 16, 32),
    'Bits per sample: 16 for PNG and TIFF, 10 or 12 for AVIF, 32 for TIFF',
  ),
  chromaSubsampling: optional(oneOf('4:2:0', '4:4:4'), 'How finely JPEG and AVIF keep colours'),
  progressive: optional(boolean, 'Coarse to fine (JPEG), interlaced (PNG, GIF)'),
  effort: optional(integer({ min: 0, max: 9 }), '0 is fast, 9 is small; not for JPEG'),
  lossless: optional(boolean, 'For WebP and AVIF'),
  metadata: optional(
    record({
      keep: optional(
        anyOf(oneOf('all'), listOf(oneOf(...KEPT), { min: 0 })),
        'Kinds that go into the file: all (as without it), or some of these',
      ),
      strip: optional(
        listOf(oneOf(...STRIPPABLE), { min: 0 }),
        'What is taken out of EXIF, XMP and IPTC before that: gps (places), serial, owner, faces, thumbnail, makernote',
      ),
    }),
    'What the file says beside its picture; without it, all that the source said',
  ),
  receipt: optional(oneOf('xmp'), 'Put into the file, as XMP, how it was made, for `pipe reproduce`'),
};

/** Turns a picture into the bytes of a file, with everything that the source carried beside its pixels. */
export const encode = defineOp({
  name: 'encode',
  about: 'Turn a picture into the bytes of a file',
  params,
  main: 'format',
  input: frame,
  output: encoded,
  cost: { millisecondsPerMegapixel: 25 },
  memory: (given, picture) => encodingBytes(picture, optionsOf(given)),
  extension: ({ format }) => (format === undefined ? undefined : extensions[format]),
  complaint: (given) => {
    const fault = faultsOf(optionsOf(given))?.[0];
    return fault === undefined ? undefined : `cannot do that: ${fault.message.replace(/\.$/, '')}`;
  },
  embedsReceipt: ({ receipt }) => receipt !== undefined,
  map:
    (given, { warn, receipt }) =>
    ({ key, value: photo }) =>
      pipe(
        TE.fromTask(() => import('../../image/index.js')),
        TE.chain((image) => {
          const { frame: value, warnings } = withChoice(image, photo, given.metadata);
          for (const warning of warnings) warn(key, warning)();
          const format = given.format ?? value.metadata.format;
          const signed =
            given.receipt === undefined ? value : signedFrame(value, receipt(key)(), format, image);
          if (signed === undefined) warn(key, notSigned)();
          return image.encode(signed ?? value, optionsOf(given));
        }),
        TE.map(({ bytes, format, warnings }) => {
          for (const warning of warnings) warn(key, warning)();
          const { modified, source } = photo.metadata;
          const isDeveloped = source === 'raw' && photo.metadata.format === 'tiff' && isNamedRaw(key.path);
          const extension = given.format
            ? extensions[given.format]
            : isDeveloped
              ? extensions.tiff
              : undefined;
          return { bytes, format, ...definedOnly({ extension, modified }) };
        }),
      ),
});

const withChoice = (
  { withMetadata }: typeof import('../../image/index.js'),
  frame: Frame,
  choice: Decoded<typeof params>['metadata'],
): ReturnType<typeof withMetadata> => {
  const { keep, strip } = choice ?? {};
  return withMetadata(frame, { ...(keep ? { keep } : {}), ...(strip ? { strip } : {}) });
};

const extensions = { jpeg: 'jpg', png: 'png', webp: 'webp', avif: 'avif', tiff: 'tif', gif: 'gif' } as const;

/** The options that are given. */
const optionsOf = ({ receipt: _, metadata: __, ...given }: Decoded<typeof params>): EncodeOptions =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

/** The picture with its receipt among its metadata; undefined where it cannot have one. */
const signedFrame = (
  picture: Frame,
  receipt: Json | undefined,
  format: ImageFormat | undefined,
  { withReceipt, hasRoomFor }: typeof import('../../image/index.js'),
): Frame | undefined => {
  if (receipt === undefined) return undefined;
  const xmp = withReceipt(picture.metadata.xmp, asciiJson(receipt));
  return xmp === undefined || !hasRoomFor(xmp, format)
    ? undefined
    : { ...picture, metadata: { ...picture.metadata, xmp } };
};

/** JSON in which all that is not ASCII is escaped. */
const asciiJson = (value: Json): string =>
  JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const notSigned = warning(
  'receipt/not-embedded',
  'The file gets no receipt: this run keeps none, its XMP cannot be read, or is too long for JPEG with it.',
);
