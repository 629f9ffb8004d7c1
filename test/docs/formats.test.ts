import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { fromLatin1, plain } from '../../src/image/bytes.js';
import { writeJpeg } from '../../src/image/containers/jpeg.js';
import { decode, formatOf } from '../../src/image/decoding/decode.js';
import { readHeader } from '../../src/image/decoding/header.js';
import { encode } from '../../src/image/encoding/encode.js';
import { nameOf } from '../../src/image/encoding/encode-options.js';
import { decoderPackages } from '../../src/image/foreign/packages.js';
import { FORMATS, KINDS, type Kind, keptBy, kindsOf } from '../../src/image/inspection/kept.js';
import { rationals, shorts, writeTiff } from '../../src/image/metadata/ifd-writer.js';
import { samplesOf } from '../../src/image/samples/samples.js';
import { motionPhoto, packetOf, ultraHdr, video } from '../../src/image/testing/behind.js';
import { dngOf } from '../../src/image/testing/dng.js';
import { exrFile } from '../../src/image/testing/exr.js';
import { builtInProfile, deepPicture, nothing, picture } from '../../src/image/testing/files.js';
import { box, heifFile, profile } from '../../src/image/testing/heif.js';
import { boxedJxl, jxlFile } from '../../src/image/testing/jxl.js';
import { right } from '../../src/image/testing/pictures.js';
import { radianceFile } from '../../src/image/testing/radiance.js';
import { rawFiles } from '../../src/image/testing/raw.js';
import { crop } from '../../src/ops/crop/index.js';
import { runMap } from '../../src/ops/testing/run.js';
import type { Frame, ImageFormat } from '../../src/ports/index.js';
import { root } from './snippets.js';

/** docs/formats.md is what this test finds: `npx vitest run test/docs/formats.test.ts -u` writes it. */

const PAGE = join(root, 'docs/formats.md');

const exif = writeTiff(
  {
    fields: [shorts('II', 0x112, [6])],
    children: [{ tag: 0x8825, directory: { fields: [rationals('II', 2, [52, 30, 0])], children: [] } }],
  },
  'II',
);
const xmp = packetOf('xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"');

/** A photo with everything: 16 bits, a wide gamut, transparency, metadata of all kinds. */
const fullFrame = async (format: ImageFormat): Promise<Frame> => {
  const icc = await builtInProfile('p3');
  const jpeg = writeJpeg(plain(await picture().jpeg().toBuffer()), {
    ...nothing,
    exif,
    xmp,
    icc,
    iptc: Uint8Array.of(28, 2, 5, 0, 3, 97, 98, 99),
    blocks: [{ container: 'jpeg', kind: 'COM', data: fromLatin1('a comment') }],
  }).bytes;
  const { frame } = await right(decode({ bytes: jpeg }));
  const deep = (await right(decode({ bytes: plain(await deepPicture(32, 48).png().toBuffer()) }))).frame;
  return {
    ...deep,
    alpha: samplesOf(new Uint16Array(32 * 48).fill(30_000)),
    metadata: { ...frame.metadata, format, bits: 16 },
  };
};

const written = async (format: ImageFormat): Promise<Uint8Array> =>
  (await right(encode(await fullFrame(format), { format }))).bytes;

const jpegOf = async (): Promise<Uint8Array> => plain(await picture().jpeg().toBuffer());

const files: readonly (readonly [name: string, make: () => Promise<Uint8Array>])[] = [
  ['JPEG', () => written('jpeg')],
  ['JPEG with a gain map (Ultra HDR)', async () => (await ultraHdr(64, 48)).file],
  ['JPEG with a video (motion photo)', () => motionPhoto('directory', video(60))],
  ['PNG', () => written('png')],
  ['WebP', () => written('webp')],
  ['AVIF', () => written('avif')],
  ['TIFF', () => written('tiff')],
  ['GIF', () => written('gif')],
  [
    'HEIC',
    async () =>
      heifFile({
        frame: 'ramp10',
        exif,
        xmp,
        properties: [profile(await builtInProfile('p3'))],
        auxiliary: ['urn:com:apple:photo:2020:aux:hdrgainmap', 'urn:mpeg:hevc:2015:auxid:2'],
        second: true,
      }),
  ],
  [
    'JPEG XL',
    async () => boxedJxl(jxlFile('transparent'), box('Exif', new Uint8Array(4), exif), box('xml ', xmp)),
  ],
  ['Radiance HDR', async () => radianceFile({ width: 9, height: 5, light: (x) => x })],
  [
    'OpenEXR',
    async () =>
      exrFile({
        width: 9,
        height: 5,
        channels: { R: (x) => x, G: () => 0.5, B: () => 0.1, A: () => 0.5, Z: () => 7 },
      }),
  ],
  ['raw: NEF', async () => rawFiles.nef(await jpegOf(), await jpegOf())],
  ['raw: DNG', async () => rawFiles.dng(await jpegOf())],
  ['raw: DNG, developed', async () => dngOf({ width: 48, height: 32, light: (x) => [x / 48, 0.2, 0.1] })],
  ['raw: CR2', async () => rawFiles.cr2(await jpegOf())],
  ['raw: CR3', async () => rawFiles.cr3(await jpegOf(), await jpegOf())],
  ['raw: RAF', async () => rawFiles.raf(writeJpeg(await jpegOf(), { ...nothing, exif }).bytes)],
  ['raw: ORF', async () => rawFiles.orf(await jpegOf())],
  ['raw: RW2', async () => rawFiles.rw2(await jpegOf())],
];

interface Row {
  readonly name: string;
  readonly read: readonly Kind[];
  readonly result: ImageFormat;
  readonly kept: readonly Kind[];
  readonly edited: readonly Kind[];
  readonly told: readonly string[];
}

/** What a decoder is needed for. */
const needs = { heic: 'HEIC', jxl: 'JPEG XL', raw: 'raw files that are developed', exr: 'OpenEXR' } as const;

const headerOf = async (bytes: Uint8Array) =>
  right(readHeader(bytes, await right(formatOf(bytes, 'a photo')), 'a photo'));

const rowOf = async (name: string, file: Uint8Array): Promise<Row> => {
  const read = kindsOf(await headerOf(file));
  const { frame, warnings } = await right(
    decode({ bytes: file, name: 'The photo' }, { raw: name.endsWith('developed') ? 'develop' : 'preview' }),
  );
  const like = await right(encode(frame, { like: 'source' }));
  const region = { left: 0, top: 0, width: Math.max(1, Math.floor(frame.width / 2)), height: frame.height };
  const cut = await runMap<Frame>(crop({ region }), frame);
  if (E.isLeft(cut)) throw new Error(cut.left[0].message);
  const afterCut = await right(encode(cut.right, { like: 'source' }));
  const still = async (bytes: Uint8Array): Promise<readonly Kind[]> => {
    const there = kindsOf(await headerOf(bytes));
    return read.filter((kind) => there.includes(kind));
  };
  return {
    name,
    read,
    result: like.format,
    kept: await still(like.bytes),
    edited: await still(afterCut.bytes),
    told: [...warnings, ...like.warnings].map(({ message }) =>
      message
        .replace('The photo is ', 'It is ')
        .replace('The photo carries ', 'It carries ')
        .replace('The photo holds ', 'It holds '),
    ),
  };
};

const list = (kinds: readonly string[]): string => (kinds.length === 0 ? '–' : kinds.join(', '));

const table = (rows: readonly (readonly string[])[]): string =>
  rows
    .map((cells, i) => `| ${cells.join(' | ')} |${i === 0 ? `\n|${' --- |'.repeat(cells.length)}` : ''}`)
    .join('\n');

const pageOf = (rows: readonly Row[], keeping: Awaited<ReturnType<typeof keptBy>>): string => `# Formats

What is read, and what becomes of it: found by [a test](../test/docs/formats.test.ts), which makes a file of each kind with all that it can
hold, decodes it, writes it again and reads what is there. \`pipe inspect FILE…\` says the same of your own files.

Some formats need decoders that are installed beside Prismflow: ${Object.entries(decoderPackages)
  .map(([format, { install }]) => `\`${install}\` (${needs[format as keyof typeof needs]})`)
  .join(', ')}.

## What is read

*Kept* is what an unedited photo has in its result by \`encode: { like: source }\`, *edited along* what one has that was cropped: EXIF and
XMP with their sizes, places and regions brought up to date. Every EXIF orientation, and every turn that HEIF asks for, is applied once.

${table([
  ['format', 'read', 'result like it', 'kept', 'edited along', 'told'],
  ...rows.map(({ name, read, result, kept, edited, told }) => [
    name,
    list(read),
    nameOf(result),
    list(kept),
    list(edited),
    told.length === 0 ? '–' : told.join(' '),
  ]),
])}

## What each format keeps

Of a photo that has all of it, gain map and video aside, which only JPEG keeps. What a format loses is told.

${table([
  ['', ...FORMATS.map(nameOf)],
  ...KINDS.filter((kind) => kind !== 'gain map' && kind !== 'video').map((kind) => [
    kind,
    ...FORMATS.map((format) => (keeping[format]?.includes(kind) === true ? '✓' : '–')),
  ]),
])}

*Bits* are more than 8 of a sample, *colours* a profile or primaries other than those of sRGB, *comments* text that only that format has.
`;

describe('docs/formats.md', () => {
  it('says what is found', async () => {
    const rows: Row[] = [];
    for (const [name, make] of files) rows.push(await rowOf(name, await make()));
    const page = pageOf(rows, await keptBy(await fullFrame('jpeg')));
    await expect(page).toMatchFileSnapshot(PAGE);
  });
});
