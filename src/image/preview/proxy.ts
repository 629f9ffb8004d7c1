import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import type { Frame, Metadata } from '../../ports/index.js';
import { bufferOf, plain } from '../bytes.js';
import { decode } from '../decoding/decode.js';
import { sharp } from '../libvips.js';
import { interleave, samplesOf, split, toDepth } from '../samples/samples.js';

/**
 * A small copy of a picture to try edits on: sRGB of 8 bits, its longest side at most `side` pixels, what its XMP says of a panorama
 * kept. Error: `image/encode-failed`.
 */
export const proxyOf = (frame: Frame, side: number): TE.TaskEither<Diagnostics, Frame> =>
  TE.tryCatch(async () => {
    const channels = frame.channels + (frame.alpha === undefined ? 0 : 1);
    const { data, info } = await sharp(eightBits(frame), {
      raw: { width: frame.width, height: frame.height, channels: channels as 1 | 2 | 3 | 4 },
    })
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return frameOf(plain(data), info.width, info.height, frame);
  }, notMade);

/** The samples with 8 bits, transparency beside them. */
const eightBits = ({ samples, alpha, channels }: Frame): Buffer => {
  const colours = toDepth(samples, 'uint8');
  return bufferOf(alpha === undefined ? colours : interleave(colours, channels, toDepth(alpha, 'uint8')));
};

const frameOf = (data: Uint8Array, width: number, height: number, source: Frame): Frame => {
  const { channels, metadata } = source;
  const [colours, alpha] =
    source.alpha === undefined ? [data, undefined] : split(data, channels + 1, channels);
  return {
    width,
    height,
    channels,
    samples: samplesOf(colours),
    ...(alpha === undefined ? {} : { alpha: samplesOf(alpha) }),
    metadata: smallMetadata(metadata, channels),
  };
};

/** Of all that a photo says, a proxy keeps what edits look at. */
const smallMetadata = ({ xmp }: Metadata, channels: 1 | 3): Metadata => ({
  bits: 8,
  model: channels === 1 ? 'grey' : 'rgb',
  orientation: 1,
  pages: 1,
  palette: false,
  ...definedOnly({ xmp }),
});

const notMade = (cause: unknown): Diagnostics => [
  failure('image/encode-failed', `A preview could not be made: ${messageOf(cause)}.`, { cause }),
];

/** A proxy as the bytes of a file without loss; what else it says goes into it as well. */
export const storedProxy = (proxy: Frame): TE.TaskEither<Diagnostics, Uint8Array> =>
  TE.Monad.map(
    TE.Monad.chain(
      TE.fromTask<typeof import('../encoding/encode.js'), Diagnostics>(() => import('../encoding/encode.js')),
      ({ encode }) => encode(proxy, { format: 'png', effort: 1 }),
    ),
    ({ bytes }) => bytes,
  );

/** A proxy that was stored. Errors: those of `decode`. */
export const readProxy = (path: string): TE.TaskEither<Diagnostics, Frame> =>
  TE.Monad.map(decode({ path }), ({ frame }) => ({
    ...frame,
    metadata: smallMetadata(frame.metadata, frame.channels),
  }));

/** A picture for a browser, and its size. */
export interface Viewable {
  readonly bytes: Uint8Array;
  readonly type: 'image/jpeg' | 'image/png';
  readonly width: number;
  readonly height: number;
}

/**
 * A picture as a browser shows it: sRGB, JPEG, or PNG where it is transparent; its longest side at most `side` pixels, never larger
 * than it is. Error: `image/encode-failed`.
 */
export const viewable = (frame: Frame, side: number): TE.TaskEither<Diagnostics, Viewable> =>
  TE.tryCatch(async () => {
    const channels = (frame.channels + (frame.alpha === undefined ? 0 : 1)) as 1 | 2 | 3 | 4;
    const picture = sharp(eightBits(frame), {
      raw: { width: frame.width, height: frame.height, channels },
    });
    if (Math.max(frame.width, frame.height) > side)
      picture.resize(side, side, { fit: 'inside', withoutEnlargement: true });
    const isClear = frame.alpha !== undefined;
    const made = isClear ? picture.png({ compressionLevel: 3 }) : picture.jpeg({ quality: QUALITY });
    const { data, info } = await made.toBuffer({ resolveWithObject: true });
    return {
      bytes: plain(data),
      type: isClear ? 'image/png' : 'image/jpeg',
      width: info.width,
      height: info.height,
    } as const;
  }, notMade);

/** Of JPEG, for looking at. */
const QUALITY = 86;
