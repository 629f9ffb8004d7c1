import { fromLatin1, plain } from '../../src/image/bytes.js';
import { writeJpeg } from '../../src/image/containers/jpeg.js';
import { writePng } from '../../src/image/containers/png.js';
import { type DecodeOptions, decode } from '../../src/image/decoding/decode.js';
import { encode } from '../../src/image/encoding/encode.js';
import { motionPhoto, ultraHdr, video } from '../../src/image/testing/behind.js';
import { dngOf } from '../../src/image/testing/dng.js';
import { exrFile } from '../../src/image/testing/exr.js';
import { cmykTiff, floatTiff, labTiff, nothing, picture } from '../../src/image/testing/files.js';
import { heifFile } from '../../src/image/testing/heif.js';
import { boxedJxl, jxlFile } from '../../src/image/testing/jxl.js';
import { adobeRgb } from '../../src/image/testing/profiles.js';
import { radianceFile } from '../../src/image/testing/radiance.js';
import { rawFiles } from '../../src/image/testing/raw.js';
import { exifSeed, iptcSeed, xmpSeed } from './metadata.js';
import { expectThat, rightOf } from './target.js';

/** A small photo of some format, and how it is decoded. */
export interface Photo {
  readonly make: () => Uint8Array | Promise<Uint8Array>;
  readonly how?: DecodeOptions;
}

const small = () => picture(40, 30);
const jpeg = async () => plain(await small().jpeg().toBuffer());
const described = { ...nothing, exif: exifSeed, xmp: xmpSeed, icc: adobeRgb, iptc: iptcSeed, density: 300 };

/** Small photos of all formats that are read. */
export const photos: Readonly<Record<string, Photo>> = {
  jpeg: { make: async () => writeJpeg(await jpeg(), described).bytes },
  'jpeg-progressive': { make: async () => plain(await small().jpeg({ progressive: true }).toBuffer()) },
  'jpeg-grey': { make: async () => plain(await small().greyscale().jpeg().toBuffer()) },
  'ultra-hdr': { make: async () => (await ultraHdr(48, 32)).file },
  'motion-photo': { make: () => motionPhoto('directory', video(60)) },
  png: { make: async () => writePng(await small().png().toBuffer(), described).bytes },
  'png-palette': {
    make: async () => plain(await small().png({ palette: true, progressive: true }).toBuffer()),
  },
  webp: { make: async () => plain(await small().webp().toBuffer()) },
  'webp-lossless': { make: async () => plain(await small().webp({ lossless: true }).toBuffer()) },
  avif: { make: async () => plain(await small().avif({ effort: 0 }).toBuffer()) },
  tiff: {
    make: async () => plain(await small().tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer()),
  },
  'tiff-tiles': {
    make: async () =>
      plain(
        await small().tiff({ compression: 'deflate', tile: true, tileWidth: 16, tileHeight: 16 }).toBuffer(),
      ),
  },
  'tiff-cmyk': { make: () => cmykTiff() },
  'tiff-lab': { make: () => labTiff(16) },
  'tiff-float': { make: () => floatTiff() },
  gif: { make: async () => plain(await small().gif().toBuffer()) },
  radiance: { make: () => radianceFile({ width: 40, height: 30, light: (x) => x / 8, inRuns: true }) },
  exr: {
    make: () =>
      exrFile({
        width: 40,
        height: 30,
        channels: { R: (x) => x / 8, G: (_, y) => y / 8, B: () => 0.1, A: () => 0.5 },
      }),
  },
  heic: { make: () => heifFile({ exif: exifSeed, xmp: xmpSeed, thumbnail: true }) },
  jxl: { make: () => boxedJxl(jxlFile('quarters'), fromLatin1('')) },
  raw: { make: async () => rawFiles.nef(await jpeg(), await jpeg()) },
  dng: {
    make: () => dngOf({ width: 40, height: 30, light: (x, y) => [x / 40, y / 30, 0.2], noise: [1e-4, 1e-7] }),
    how: { raw: 'develop' },
  },
};

/** Bytes that decoding one of these photos may take, as of a lane of `--memory`. */
const MEMORY = 700e6;

/**
 * Decodes a photo as a lane does, and writes it again. Rejects where it gives neither a picture nor a diagnostic.
 *
 * @returns whether it is a picture
 */
export const edit = async (bytes: Uint8Array, how: DecodeOptions = {}): Promise<boolean> => {
  const decoded = rightOf(await decode({ bytes, name: 'x' }, { maxMemory: MEMORY, ...how })());
  if (decoded === undefined) return false;
  const { width, height, channels, samples } = decoded.frame;
  expectThat(samples.data.length === width * height * channels, 'a picture has all of its samples');
  rightOf(await encode(decoded.frame, { like: 'source' })());
  return true;
};
