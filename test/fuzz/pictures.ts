import { brotliCompressSync } from 'node:zlib';
import sharp from 'sharp';
import { plain, sameBytes } from '../../src/image/bytes.js';
import { readAvif, withCodePoints, writeAvifExif } from '../../src/image/containers/avif.js';
import type { Carried, Written } from '../../src/image/containers/container.js';
import { readExr } from '../../src/image/containers/exr.js';
import { readGif, writeGif } from '../../src/image/containers/gif.js';
import { readHeif } from '../../src/image/containers/heif.js';
import { arePadding, readJpeg, withoutStray, writeJpeg } from '../../src/image/containers/jpeg.js';
import { readJxl } from '../../src/image/containers/jxl.js';
import { readPng, writePng } from '../../src/image/containers/png.js';
import { radianceSamples, readRadiance } from '../../src/image/containers/radiance.js';
import { readRaw } from '../../src/image/containers/raw.js';
import { readTiff, withoutPhotometric } from '../../src/image/containers/tiff.js';
import { writeTiffFile } from '../../src/image/containers/tiff-writer.js';
import { readWebp, writeWebp } from '../../src/image/containers/webp.js';
import { decode } from '../../src/image/decoding/decode.js';
import { encode } from '../../src/image/encoding/encode.js';
import { motionPhoto, ultraHdr, video } from '../../src/image/testing/behind.js';
import { exrFile } from '../../src/image/testing/exr.js';
import { cmykTiff, floatTiff, labTiff, nothing, picture } from '../../src/image/testing/files.js';
import { box, cut, heifFile, nclx, profile, rotated } from '../../src/image/testing/heif.js';
import { boxedJxl, jxlFile } from '../../src/image/testing/jxl.js';
import { adobeRgb } from '../../src/image/testing/profiles.js';
import { radianceFile } from '../../src/image/testing/radiance.js';
import { rawFiles } from '../../src/image/testing/raw.js';
import { exifSeed, iptcSeed, xmpSeed } from './metadata.js';
import { expectThat, rightOf, type Target, unlessOutside, utf8 } from './target.js';

const small = () => picture(16, 12);

const bare = {
  jpeg: async () => plain(await small().jpeg().toBuffer()),
  png: async () => plain(await small().png().toBuffer()),
  webp: async () => plain(await small().webp().toBuffer()),
  avif: async () =>
    plain(
      await small()
        .avif({ effort: 0 })
        .withExif({ IFD0: { Software: 'x' } })
        .toBuffer(),
    ),
  gif: async () => plain(await small().gif().toBuffer()),
  tiff: async () => plain(await small().tiff().toBuffer()),
} as const;

const carried: Carried = {
  ...nothing,
  exif: exifSeed,
  xmp: xmpSeed,
  icc: adobeRgb,
  iptc: iptcSeed,
  density: 300,
};

const tiffOf = (more: Carried): Promise<Written> =>
  writeTiffFile(
    { width: 2, height: 2, channels: 3, data: new Uint8Array(12), alpha: false, bits: 8, model: 'rgb' },
    more,
    1,
  );

/** What was read of a file goes into another one and is read again: nothing is lost without being named. */
const comesThrough = (
  found: Carried,
  written: Written,
  read: (bytes: Uint8Array) => Carried | undefined,
  kinds: readonly ('exif' | 'xmp' | 'icc')[],
): void => {
  const again = read(written.bytes);
  expectThat(again !== undefined, 'what is written can be read');
  const dropped = written.dropped.join().toLowerCase();
  for (const kind of kinds) {
    const before = found[kind];
    if (before === undefined || before.length === 0 || dropped.includes(kind)) continue;
    const after = again[kind];
    expectThat(after !== undefined && sameBytes(before, after), `${kind} comes through`);
  }
};

let fresh: Promise<Readonly<Record<keyof typeof bare, Uint8Array>>> | undefined;
const freshFiles = (): NonNullable<typeof fresh> => {
  fresh ??= Promise.all(
    Object.entries(bare).map(async ([format, make]) => [format, await make()] as const),
  ).then((made) => Object.fromEntries(made) as Record<keyof typeof bare, Uint8Array>);
  return fresh;
};

const pngOf = (bytes: Uint8Array): Carried | undefined => rightOf(readPng(bytes));

/** The containers of pictures that are read here, and the decoder as a whole. */
export const pictureTargets: Readonly<Record<string, Target>> = {
  jpeg: {
    seeds: async () => [
      (await freshFiles()).jpeg,
      writeJpeg((await freshFiles()).jpeg, carried).bytes,
      plain(await small().greyscale().jpeg({ progressive: true }).toBuffer()),
      (await ultraHdr(16, 12)).file,
      await motionPhoto('directory', video(60)),
      await motionPhoto('offset', video(60)),
    ],
    words: [
      '\xff\xe1',
      '\xff\xd8\xff',
      '\xff\xd9',
      'ftyp',
      'Exif\0\0',
      'ICC_PROFILE\0',
      'Photoshop 3.0\0',
      'MPF\0',
      'JFIF\0',
    ],
    run: async (bytes) => {
      const found = unlessOutside(() => readJpeg(bytes));
      const clean = withoutStray(bytes);
      expectThat(clean.length <= bytes.length, 'what is left out makes nothing longer');
      expectThat(withoutStray(clean).length === clean.length, 'what was left out is gone');
      arePadding(bytes, 3, 0xd9);
      if (found === undefined) return;
      comesThrough(found, writeJpeg((await freshFiles()).jpeg, found), readJpeg, ['exif', 'xmp', 'icc']);
    },
  },
  png: {
    seeds: async () => [
      (await freshFiles()).png,
      writePng((await freshFiles()).png, carried).bytes,
      plain(await small().png({ palette: true }).toBuffer()),
    ],
    words: [
      'IHDR',
      'iTXt',
      'XML:com.adobe.xmp\0\0\0\0\0',
      'eXIf',
      'iCCP',
      'cICP',
      'gAMA',
      'cHRM',
      'IEND',
      'acTL',
    ],
    run: async (bytes) => {
      const found = unlessOutside(() => pngOf(bytes));
      if (found === undefined) return;
      comesThrough(found, writePng((await freshFiles()).png, found), pngOf, ['exif', 'xmp', 'icc']);
    },
  },
  webp: {
    seeds: async () => [
      (await freshFiles()).webp,
      writeWebp((await freshFiles()).webp, carried).bytes,
      plain(await small().webp({ lossless: true }).toBuffer()),
    ],
    words: ['RIFF', 'VP8X', 'VP8L', 'ANMF', 'EXIF', 'XMP ', 'ICCP'],
    run: async (bytes) => {
      const found = unlessOutside(() => readWebp(bytes));
      if (found === undefined) return;
      comesThrough(found, writeWebp((await freshFiles()).webp, found), readWebp, ['exif', 'xmp', 'icc']);
    },
  },
  tiff: {
    seeds: async () => [
      (await freshFiles()).tiff,
      (await tiffOf(carried)).bytes,
      cmykTiff(),
      labTiff(8),
      floatTiff(),
      plain(
        await sharp(await small().toBuffer())
          .tiff({ bigtiff: true })
          .toBuffer()
          .catch(bare.tiff),
      ),
    ],
    words: ['II*\0', 'MM\0*', 'II+\0'],
    run: async (bytes) => {
      const found = unlessOutside(() => readTiff(bytes));
      if (found === undefined) return;
      unlessOutside(() => withoutPhotometric(bytes, found));
      comesThrough(found, await tiffOf(found), readTiff, ['xmp', 'icc']);
      expectThat(
        (found.exif?.length ?? 0) <= bytes.length + 1024,
        'a description is no longer than its file',
      );
    },
  },
  avif: {
    seeds: async () => [
      (await freshFiles()).avif,
      writeAvifExif((await freshFiles()).avif, exifSeed).bytes,
      withCodePoints((await freshFiles()).avif, { primaries: 12, transfer: 13 }),
    ],
    words: ['meta', 'iprp', 'ipco', 'ipma', 'pitm', 'av1C', 'colr', 'nclx', 'iinf', 'iloc', 'infe', 'Exif'],
    run: (bytes) => {
      unlessOutside(() => readAvif(bytes));
      unlessOutside(() => writeAvifExif(bytes, exifSeed));
      unlessOutside(() => withCodePoints(bytes, { primaries: 9, transfer: 16 }));
    },
  },
  heif: {
    seeds: () => [
      heifFile({ exif: exifSeed, xmp: xmpSeed, thumbnail: true, second: true }),
      heifFile({
        grid: { columns: 2, rows: 2, width: 100, height: 90 },
        properties: [rotated(1), cut(60, 50), nclx(12, 13), profile(adobeRgb)],
        auxiliary: ['urn:mpeg:hevc:2015:auxid:1', 'urn:com:apple:photo:2020:aux:hdrgainmap'],
      }),
    ],
    words: [
      'meta',
      'iprp',
      'ipco',
      'ipma',
      'pitm',
      'hvcC',
      'ispe',
      'irot',
      'clap',
      'iref',
      'dimg',
      'auxl',
      'idat',
    ],
    run: (bytes) => {
      const found = unlessOutside(() => readHeif(bytes));
      if (found === undefined || found._tag === 'Left') return;
      const { exif, xmp, icc } = found.right;
      for (const block of [exif, xmp, icc])
        expectThat((block?.length ?? 0) <= bytes.length, 'no block is longer than its file');
    },
  },
  raw: {
    seeds: async () => {
      const jpeg = writeJpeg((await freshFiles()).jpeg, carried).bytes;
      return Object.values(rawFiles).map((make) => make(jpeg, jpeg));
    },
    words: [
      'II*\0',
      'IIRO',
      'IIU\0',
      'FUJIFILMCCD-RAW',
      'ftypcrx ',
      'moov',
      'trak',
      'stsz',
      'co64',
      'PRVW',
      'OLYMPUS\0',
    ],
    run: (bytes) => {
      const found = unlessOutside(() => readRaw(bytes));
      if (found?.preview === undefined) return;
      expectThat(found.preview.length <= bytes.length, 'a preview is a part of its file');
      expectThat((found.exif?.length ?? 0) <= 2 * bytes.length + 1024, 'EXIF is no longer than its file');
    },
  },
  jxl: {
    seeds: () => [
      jxlFile('quarters'),
      jxlFile('ramp16'),
      boxedJxl(jxlFile('transparent'), box('Exif', new Uint8Array(4), exifSeed), box('xml ', xmpSeed)),
      boxedJxl(jxlFile('quarters'), box('brob', utf8('xml '), plain(brotliCompressSync(xmpSeed)))),
    ],
    words: ['\xff\x0a', 'jxlc', 'jxlp', 'brob', 'xml ', 'Exif', 'jumb', 'jhgm'],
    run: (bytes) => {
      const found = unlessOutside(() => readJxl(bytes));
      expectThat((found?.exif?.length ?? 0) <= 32e6, 'what is inflated is bounded');
    },
  },
  exr: {
    seeds: () => {
      const channels = { R: () => 1, G: (x: number) => x, B: () => 0.5, A: () => 1, Z: () => 7 };
      return [
        exrFile({ width: 5, height: 3, channels, chromaticities: [0.7, 0.3, 0.2, 0.8, 0.1, 0.05, 0.3, 0.3] }),
        exrFile({ width: 4, height: 2, channels: { Y: (x) => x }, half: true, offset: 2 }),
      ];
    },
    words: [
      'channels\0chlist\0',
      'dataWindow\0box2i\0',
      'compression\0compression\0',
      'R\0',
      'RY\0',
      'tiles\0',
    ],
    run: (bytes) => {
      const header = unlessOutside(() => readExr(bytes));
      if (header?._tag === 'Right')
        expectThat(header.right.width > 0 && header.right.height > 0, 'a picture has pixels');
    },
  },
  radiance: {
    seeds: () => [
      radianceFile({ width: 9, height: 3, light: (x) => x / 4, inRuns: true }),
      radianceFile({ width: 4, height: 3, light: (x, y) => x * y, upwards: true }),
    ],
    words: ['#?RADIANCE\n', 'FORMAT=32-bit_rle_rgbe', 'EXPOSURE=2', '-Y 3 +X 9', '+Y', '-X'],
    run: (bytes) => {
      const header = rightOf(readRadiance(bytes));
      if (header === undefined || header.width * header.height > 1_000_000) return;
      const samples = radianceSamples(bytes, header);
      if (samples !== undefined)
        expectThat(samples.length === header.width * header.height * 3, 'all samples are there');
    },
  },
  gif: {
    seeds: async () => [(await freshFiles()).gif, writeGif((await freshFiles()).gif, carried).bytes],
    words: ['GIF89a', '!\xff\x0bXMP DataXMP', '!\xfe', ';'],
    run: async (bytes) => {
      const found = unlessOutside(() => readGif(bytes));
      if (found === undefined) return;
      comesThrough(found, writeGif((await freshFiles()).gif, found), readGif, ['xmp']);
    },
  },
  decode: {
    seeds: async () => {
      const files = await freshFiles();
      return [
        ...Object.values(files),
        writeJpeg(files.jpeg, carried).bytes,
        writePng(files.png, carried).bytes,
        writeWebp(files.webp, carried).bytes,
        (await tiffOf(carried)).bytes,
        cmykTiff(),
        labTiff(16),
      ];
    },
    run: async (bytes) => {
      const decoded = rightOf(
        await decode({ bytes, name: 'x' }, { maxPixels: 1_000_000, damaged: 'keep' })(),
      );
      if (decoded !== undefined) rightOf(await encode(decoded.frame, { like: 'source' })());
    },
    milliseconds: 10_000,
  },
};
