import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Metadata as VipsHeader } from 'sharp';
import type { Diagnostics } from '../../diagnostics/index.js';
import { declaredByNumbers } from '../colour/declared.js';
import { readAvif } from '../containers/avif.js';
import { readGif } from '../containers/gif.js';
import { readPng } from '../containers/png.js';
import { PALETTE, readTiff, type TiffHeader, withoutPhotometric } from '../containers/tiff.js';
import { endingWithFirstFrame, readWebp } from '../containers/webp.js';
import { sharp } from '../libvips.js';
import { densityOf, stripExifHeader } from '../metadata/exif.js';
import type { LabCoding } from '../samples/lab-coding.js';
import type { Depth } from '../samples/samples.js';
import { colourOf, corrupt, type Header, ordinary, type Read, unsupported } from './header-form.js';
import { exifColour, jpeg } from './jpeg-header.js';
import { raw } from './raw-header.js';
import { exr, heic, jxl, radiance } from './read-only-headers.js';
import { reasonOf } from './reason.js';
import type { FileFormat } from './sniff.js';

export type { Header } from './header-form.js';

const png = (encoded: Uint8Array, name: string): Read =>
  pipe(
    readPng(encoded),
    E.bimap(
      (fault) => corrupt(name, fault),
      ({ grey, frames, colour, ...rest }): Header => ({
        ...ordinary,
        ...rest,
        format: 'png',
        model: grey ? 'grey' : 'rgb',
        pages: frames,
        depth: rest.bits === 16 ? 'uint16' : 'uint8',
        ...colourOf(colour),
        encoded,
      }),
    ),
  );

const webp = (encoded: Uint8Array, name: string): Read => {
  const header = readWebp(encoded);
  if (header === undefined) return E.left(corrupt(name, 'it holds no WebP picture'));
  const { frames, ...rest } = header;
  return E.right({
    ...ordinary,
    ...rest,
    format: 'webp',
    pages: frames,
    colour: exifColour(header),
    encoded: endingWithFirstFrame(encoded),
  });
};

const askVips = (encoded: Uint8Array, name: string, page = 0): TE.TaskEither<Diagnostics, VipsHeader> =>
  TE.tryCatch(
    () => sharp(encoded, { failOn: 'none', ...(page > 0 ? { page } : {}) }).metadata(),
    (thrown) => corrupt(name, reasonOf(thrown)),
  );

const depths: Readonly<Record<string, Depth>> = {
  uchar: 'uint8',
  ushort: 'uint16',
  float: 'float32',
  double: 'float32',
};

const models: Readonly<Record<string, Header['model']>> = {
  'b-w': 'grey',
  grey16: 'grey',
  srgb: 'rgb',
  rgb: 'rgb',
  rgb16: 'rgb',
  scrgb: 'rgb',
  cmyk: 'cmyk',
};

const tiffModel = (header: TiffHeader, vips: VipsHeader): Header['model'] | undefined =>
  labCodingOf(header) ? 'lab' : models[vips.space];

const labCodingOf = ({ photometric }: TiffHeader): LabCoding | undefined =>
  photometric === 8 ? 'signed' : photometric === 9 ? 'offset' : undefined;

const tiffHeader = (file: Uint8Array, header: TiffHeader, vips: VipsHeader, name: string): Read => {
  const model = tiffModel(header, vips);
  const depth = depths[vips.depth];
  if (model === undefined || depth === undefined || header.sampleFormat === 2)
    return E.left(
      unsupported(
        `${name} is a TIFF of ${vips.channels} ${vips.space} channels of type ${vips.depth}, which is no photo.`,
        'Save it as RGB, grey, CMYK or CIELAB with 8 or 16 bits, or with 32 bits of floating point.',
      ),
    );
  return E.right({
    ...ordinary,
    ...header,
    format: 'tiff',
    width: vips.width,
    height: vips.height,
    bits: depth === 'float32' ? 32 : header.bits,
    model,
    alpha: vips.hasAlpha,
    // libvips says nothing of a TIFF's palette.
    palette: header.photometric === PALETTE,
    pages: header.photos,
    orientation: vips.orientation ?? 1,
    depth,
    lab: labCodingOf(header),
    encoded: file,
  });
};

const tiff = (file: Uint8Array, name: string): TE.TaskEither<Diagnostics, Header> => {
  const header = readTiff(file);
  if (header === undefined) return TE.left(corrupt(name, 'it holds no TIFF directory'));
  if (header.endless) return TE.left(corrupt(name, 'it has more directories than any file of photos'));
  if (header.cameraRaw) return TE.fromEither(raw(file, name));
  const encoded = labCodingOf(header) ? withoutPhotometric(file, header) : file;
  return pipe(
    askVips(encoded, name, header.page),
    TE.chainEitherK((vips) => tiffHeader(encoded, header, vips, name)),
  );
};

const avif = (encoded: Uint8Array, name: string): TE.TaskEither<Diagnostics, Header> =>
  pipe(
    askVips(encoded, name),
    TE.map((vips): Header => {
      const { monochrome, ...coding } = readAvif(encoded);
      const exif = vips.exif && stripExifHeader(vips.exif);
      return {
        ...ordinary,
        ...coding,
        // A profile outranks them.
        ...colourOf(vips.icc || !coding.codePoints ? undefined : declaredByNumbers(coding.codePoints)),
        format: 'avif',
        width: vips.width,
        height: vips.height,
        bits: vips.bitsPerSample ?? 8,
        model: monochrome ? 'grey' : 'rgb',
        alpha: vips.hasAlpha,
        pages: vips.pages ?? 1,
        depth: vips.depth === 'ushort' ? 'uint16' : 'uint8',
        exif,
        xmp: vips.xmp,
        icc: vips.icc,
        iptc: undefined,
        photoshop: undefined,
        density: densityOf(exif),
        blocks: [],
        encoded,
      };
    }),
  );

const gif = (encoded: Uint8Array, name: string): TE.TaskEither<Diagnostics, Header> =>
  pipe(
    askVips(encoded, name),
    TE.map(
      (vips): Header => ({
        ...ordinary,
        ...readGif(encoded),
        format: 'gif',
        width: vips.width,
        height: vips.height,
        alpha: vips.hasAlpha,
        palette: true,
        pages: vips.pages ?? 1,
        encoded,
      }),
    ),
  );

const read = (bytes: Uint8Array, format: FileFormat, name: string): TE.TaskEither<Diagnostics, Header> => {
  switch (format) {
    case 'jpeg':
      return TE.fromEither(jpeg(bytes, name));
    case 'png':
      return TE.fromEither(png(bytes, name));
    case 'webp':
      return TE.fromEither(webp(bytes, name));
    case 'tiff':
      return tiff(bytes, name);
    case 'avif':
      return avif(bytes, name);
    case 'gif':
      return gif(bytes, name);
    case 'raw':
      return TE.fromEither(raw(bytes, name));
    case 'jxl':
      return TE.fromEither(jxl(bytes, name));
    case 'radiance':
      return TE.fromEither(radiance(bytes, name));
    case 'exr':
      return TE.fromEither(exr(bytes, name));
    case 'heic':
      return TE.fromEither(heic(bytes, name));
  }
};

/**
 * Reads a file's header and metadata, without decoding pixels. JPEG, PNG and WebP are read here, in microseconds; the
 * headers of the others are left to libvips.
 * Errors: `image/corrupt`, `image/unsupported-format`.
 */
export const readHeader = (
  bytes: Uint8Array,
  format: FileFormat,
  name: string,
): TE.TaskEither<Diagnostics, Header> =>
  pipe(
    // Offsets in a damaged file may point anywhere, and reading there throws.
    TE.tryCatch(
      () => read(bytes, format, name)(),
      () => corrupt(name, 'its header makes no sense'),
    ),
    TE.chain(TE.fromEither),
  );
