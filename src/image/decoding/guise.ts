import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { radianceSamples, readRadiance } from '../containers/radiance.js';
import { carrierTiff } from '../containers/tiff-writer.js';
import { decodeApart, recodeApart } from '../foreign/host.js';
import { installHint, isInstalled } from '../foreign/packages.js';
import { limitsFor, refusal } from './foreign.js';
import { type Header, readHeader } from './header.js';
import { noJpeg } from './raw-header.js';

/** Files that the decoder does not know, in the guise of files that it does: the same picture, and what the file said of it. */

const truncated = (name: string): Diagnostics => [
  failure('image/truncated', `${name} ends before its picture does.`),
];

// JPEG XL as a PNG of its depth, with its colours.
const fromJxl = (
  header: Header,
  name: string,
  signal: AbortSignal | undefined,
): TE.TaskEither<Diagnostics, Header> => {
  if (header.complete === false) return TE.left(truncated(name));
  return pipe(
    recodeApart('jxl', header.encoded, limitsFor(header, signal)),
    TE.mapLeft((fault) =>
      fault.kind === 'refused' && /incomplete|end of file/.test(fault.reason)
        ? truncated(name)
        : refusal(name, 'jxl', fault),
    ),
    TE.chain((png) => readHeader(png, 'png', name)),
    TE.filterOrElse(
      ({ width, height }) => width === header.width && height === header.height,
      ({ width, height }): Diagnostics => [
        failure(
          'image/corrupt',
          `${name} is damaged: its header tells of ${header.width}x${header.height} pixels, and its picture has ${width}x${height}.`,
        ),
      ],
    ),
    TE.map((png) => {
      const { source, pages, exif, xmp, density, leftovers } = header;
      return { ...png, ...(source ? { source } : {}), pages, exif, xmp, density, leftovers, lossless: false };
    }),
  );
};

// Light as a TIFF of floats.
const fromRadiance = (header: Header, name: string): E.Either<Diagnostics, Header> => {
  const read = readRadiance(header.encoded);
  const data = E.isRight(read) ? radianceSamples(header.encoded, read.right) : undefined;
  if (data === undefined) return E.left(truncated(name));
  const { width, height } = header;
  const encoded = carrierTiff({ width, height, channels: 3, data, alpha: false, bits: 32, model: 'rgb' }, {});
  return E.right({ ...header, format: 'tiff', encoded });
};

// A sensor's picture as a TIFF: of 16 bits, or of floats where highlights go beyond white.
const fromRaw = (
  header: Header,
  name: string,
  signal: AbortSignal | undefined,
): TE.TaskEither<Diagnostics, Header> => {
  const { highlights } = header;
  if (highlights === undefined) return TE.left(noJpeg(name));
  if (!isInstalled('raw'))
    return TE.left([
      failure('image/no-decoder', `${name} cannot be developed: LibRaw is not installed.`, {
        hint: installHint('raw'),
      }),
    ]);
  return pipe(
    decodeApart('raw', header.encoded, limitsFor(header, signal), { highlights }),
    TE.mapLeft((fault) => refusal(name, 'raw', fault)),
    TE.filterOrElse(
      // What the header said is what memory was counted for.
      ({ width, height }) => width * height <= header.width * header.height,
      ({ width, height }): Diagnostics => [
        failure(
          'image/corrupt',
          `${name} is damaged: its header tells of ${header.width}x${header.height} pixels, and its picture has ${width}x${height}.`,
        ),
      ],
    ),
    TE.map(({ width, height, channels, bits, data }): Header => {
      const isLight = data instanceof Float32Array;
      const encoded = carrierTiff(
        { width, height, channels, data, alpha: false, bits: isLight ? 32 : 16, model: 'rgb' },
        {},
      );
      const { colour, complete: _, ...rest } = header;
      return {
        ...rest,
        ...{ width, height, bits, encoded, format: 'tiff', complete: true },
        depth: isLight ? 'float32' : 'uint16',
        colour: isLight ? undefined : colour,
      };
    }),
  );
};

/** What is handed to the decoder, and read of that. Files that it knows stay as they are. Errors: those of `decode`. */
export const guised =
  (name: string, signal: AbortSignal | undefined) =>
  (header: Header): TE.TaskEither<Diagnostics, Header> => {
    if (header.format === 'jxl') return fromJxl(header, name, signal);
    if (header.format === 'raw') return fromRaw(header, name, signal);
    return header.format === 'radiance' ? TE.fromEither(fromRadiance(header, name)) : TE.right(header);
  };
