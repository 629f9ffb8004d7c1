import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { apply, D50_TO_SRGB, keepingGrey, multiply, toD50 } from '../colour/matrix.js';
import { carrierTiff } from '../containers/tiff-writer.js';
import { decodeApart, type ForeignFault, type ForeignLimits } from '../foreign/host.js';
import { type ForeignFormat, foreignNames } from '../foreign/packages.js';
import type { Pixels } from '../foreign/pixels.js';
import { extentFrom } from '../memory.js';
import { type Raw, widen } from '../samples/samples.js';
import type { Header } from './header.js';
import { unsupported } from './header-form.js';
import { endsEarly, type Raster, readRaster, type Wanted } from './raster.js';

/** Milliseconds that a decoder may take: on a machine that does ten things at once, a photo of 12 megapixels takes 30 seconds. */
const timeFor = ({ width, height }: Header): number => 60_000 + (width * height) / 100;

/** What decoding a file in a process of its own may take, by its header. */
export const limitsFor = (header: Header, signal: AbortSignal | undefined): ForeignLimits => ({
  memory: extentFrom(header).source?.decoding ?? 0,
  milliseconds: timeFor(header),
  ...(signal ? { signal } : {}),
});

/** What is said of a file of which there are no pixels. */
export const refusal = (name: string, format: ForeignFormat, { kind, reason }: ForeignFault): Diagnostics => {
  switch (kind) {
    case 'refused':
      return [failure('image/corrupt', `${name} is damaged: ${reason}.`)];
    case 'unsupported':
      return format === 'raw'
        ? unsupported(
            `${name} cannot be developed: ${reason}.`,
            'Take the JPEG in it, without `raw: develop`.',
          )
        : unsupported(`${name} is ${foreignNames[format]} that cannot be read: ${reason}.`);
    case 'memory':
      return [
        failure('image/memory-limit', `${name} (${foreignNames[format]}) was stopped: ${reason}.`, {
          hint: 'It takes more than its header tells of: open it in another program and export it.',
        }),
      ];
    case 'time':
    case 'ended':
      return [failure('image/decoder-lost', `${name} (${foreignNames[format]}) gave no picture: ${reason}.`)];
  }
};

// Samples of 10 and 12 bits go up to the upper bits, where those of other decoders stand.
const lifted = (pixels: Pixels): Pixels =>
  pixels.data instanceof Uint16Array && pixels.bits < 16
    ? { ...pixels, data: pixels.data.map((value) => value << (16 - pixels.bits)) }
    : pixels;

// Light of other primaries, as that of sRGB's: no colour is lost, since floats go beyond 0 and 1.
const inSrgb =
  ({ primaries }: Header) =>
  (pixels: Pixels): Pixels => {
    const { data, channels } = pixels;
    if (primaries === undefined || channels < 3 || !(data instanceof Float32Array)) return pixels;
    const matrix = keepingGrey(multiply(D50_TO_SRGB, toD50(primaries)));
    const out = data.slice();
    for (let at = 0; at < out.length; at += channels) {
      const [r, g, b] = apply(matrix, [data[at] as number, data[at + 1] as number, data[at + 2] as number]);
      out[at] = r;
      out[at + 1] = g;
      out[at + 2] = b;
    }
    return { ...pixels, data: out };
  };

// What the header said is what memory was counted for, and how samples are understood.
const asTold =
  (header: Header, name: string) =>
  (pixels: Pixels): E.Either<Diagnostics, Pixels> => {
    const { width, height, bits, channels } = pixels;
    const isTold = width === header.width && height === header.height && bits === header.bits;
    return isTold
      ? E.right(pixels)
      : E.left([
          failure(
            'image/corrupt',
            `${name} is damaged: its header tells of ${header.width}x${header.height} pixels of ${header.bits} bits, and its picture has ${width}x${height} of ${bits} and ${channels} channels.`,
          ),
        ]);
  };

/** Pixels under a profile of tables become sRGB as a TIFF of them does. */
const throughTables = (
  { width, height, channels, bits, data }: Pixels,
  header: Header,
  name: string,
): TE.TaskEither<Diagnostics, Raster> => {
  const { icc } = header;
  const deep = data instanceof Uint16Array;
  const full: Raw = deep ? widen(data, bits) : data;
  const alpha = channels === 4;
  const encoded = carrierTiff(
    { width, height, channels, data: full, alpha, bits: deep ? 16 : 8, model: 'rgb' },
    icc ? { icc } : {},
  );
  return readRaster({ ...header, format: 'tiff', encoded }, 'managed', name, 'refuse');
};

/**
 * Decodes the pixels of a file by the package for its format, in a process of its own. Errors: `image/truncated` where pieces of the
 * file are not there, `image/corrupt` with what the decoder says, `image/memory-limit`, `image/decoder-lost`.
 */
export const readForeign = (
  header: Header,
  format: ForeignFormat,
  wanted: Wanted,
  name: string,
  signal: AbortSignal | undefined,
): TE.TaskEither<Diagnostics, Raster> => {
  if (endsEarly(header))
    return TE.left([failure('image/truncated', `${name} ends before its picture does.`)]);
  return pipe(
    decodeApart(format, header.encoded, limitsFor(header, signal)),
    TE.mapLeft((fault) => refusal(name, format, fault)),
    TE.chainEitherK(asTold(header, name)),
    TE.map(lifted),
    TE.map(inSrgb(header)),
    TE.chain((pixels) =>
      wanted === 'managed' ? throughTables(pixels, header, name) : TE.right({ ...pixels, warnings: [] }),
    ),
  );
};
