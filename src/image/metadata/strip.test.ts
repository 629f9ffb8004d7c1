import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Frame, ImageFormat } from '../../ports/index.js';
import { bufferOf, concat, fromLatin1 } from '../bytes.js';
import { decode } from '../decoding/decode.js';
import { encode } from '../encoding/encode.js';
import { type MetadataChoice, withMetadata } from '../encoding/metadata-choice.js';
import { samplesOf } from '../samples/samples.js';
import { gainMapOf, motionPhoto, packetOf, ultraHdr, video } from '../testing/behind.js';
import { made, right, scene } from '../testing/pictures.js';
import { thumbnailOf } from './exif.js';
import { strippedExif } from './exif-strip.js';
import { type ByteOrder, childOf, entryOf, openTiff, readIfd } from './ifd.js';
import { longs, opaque, rationals, writeTiff } from './ifd-writer.js';
import { photoshopOf, strippedIptc, strippedPhotoshop, withoutThumbnails } from './photoshop.js';
import { STRIPPABLE, type Strippable } from './strip.js';
import { strippedXmp } from './xmp-strip.js';

const ascii = (tag: number, text: string) => ({
  tag,
  type: 2,
  count: text.length + 1,
  value: fromLatin1(`${text}\0`),
});

const exifOf = (order: ByteOrder): Uint8Array =>
  writeTiff(
    {
      fields: [
        ascii(0x010f, 'Nikon'),
        ascii(0x013b, 'Anna Author'),
        rationals(order, 0x011a, [240]),
        ascii(0xc62f, 'CAMERA-77'),
      ],
      children: [
        {
          tag: 0x8769,
          directory: {
            fields: [
              rationals(order, 0x829a, [0.008]),
              opaque(0x927c, fromLatin1('MAKER serial 4711 and more')),
              longs(order, 0xa002, [48]),
              ascii(0xa430, 'Olga Owner'),
              ascii(0xa431, 'BODY-4711'),
              ascii(0xa435, 'LENS-0815'),
              ascii(0xa434, 'A lens of 50 mm'),
            ],
            children: [],
          },
        },
        {
          tag: 0x8825,
          directory: {
            fields: [ascii(1, 'N'), rationals(order, 2, [52, 30, 0]), ascii(29, '2026:01:01')],
            children: [],
          },
        },
      ],
    },
    order,
  );

const LISTS =
  'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:exif="http://ns.adobe.com/exif/1.0/"';
const xmp = packetOf(
  `${LISTS} xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" ` +
    'xmlns:d="http://www.dji.com/drone-dji/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" exif:GPSLatitude="52,30N" ' +
    'aux:SerialNumber="BODY-4711" aux:OwnerName="Olga Owner" aux:Lens="50 mm" photoshop:City="Berlin" ' +
    'photoshop:Headline="News" d:GpsLongtitude="13.4" dc:format="image/jpeg"',
  '<Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li rdf:parseType="Resource"><Iptc4xmpExt:City>Berlin</Iptc4xmpExt:City>' +
    '</rdf:li></rdf:Bag></Iptc4xmpExt:LocationCreated><z:Trip xmlns:z="https://example.org/z"><rdf:Seq>' +
    '<rdf:li><rdf:Description exif:GPSLongitude="13,24E"/></rdf:li></rdf:Seq></z:Trip>' +
    '<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>Olga Face</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage>',
);

const record = (dataset: number, text: string): Uint8Array =>
  concat([Uint8Array.of(0x1c, 2, dataset, 0, text.length), fromLatin1(text)]);
const iptc = concat([
  record(5, 'Title'),
  record(90, 'Berlin'),
  record(101, 'Germany'),
  record(80, 'Anna Author'),
]);
const resource = (id: number, data: Uint8Array): Uint8Array =>
  concat([
    fromLatin1('8BIM'),
    Uint8Array.of(id >> 8, id & 255, 0, 0, 0, 0, 0, data.length),
    data,
    new Uint8Array(data.length & 1),
  ]);

const frame: Frame = {
  width: 48,
  height: 32,
  channels: 3,
  samples: samplesOf(scene(48, 32)),
  metadata: {
    ...made(8, 'rgb'),
    exif: exifOf('II'),
    xmp,
    iptc,
    photoshop: concat([
      photoshopOf(iptc),
      resource(0x0425, new Uint8Array(16)),
      resource(0x0422, fromLatin1('BODY-4711')),
    ]),
    blocks: [
      { container: 'jpeg', kind: 'COM', data: fromLatin1('A comment') },
      { container: 'jpeg', kind: 'APP6', data: fromLatin1('GoPro LENS-0815') },
      { container: 'png', kind: 'tEXt', data: fromLatin1('exif:GPSLatitude\x0052/1') },
      { container: 'png', kind: 'tEXt', data: fromLatin1('Title\0Words') },
    ],
  },
};

const write = async (choice: MetadataChoice, format: ImageFormat = 'jpeg'): Promise<Uint8Array> =>
  (await right(encode(withMetadata(frame, choice).frame, { format }))).bytes;
const has = (bytes: Uint8Array, text: string): boolean => bufferOf(bytes).includes(text, 0, 'latin1');
const said = (bytes: Uint8Array, words: readonly string[]): readonly string[] =>
  words.filter((word) => has(bytes, word));

const gone: Readonly<Record<'gps' | 'serial' | 'owner', readonly string[]>> = {
  gps: ['52,30N', 'Berlin', '13.4', '13,24E', '2026:01:01', 'Germany', 'MAKER', 'GPSLatitude'],
  serial: ['4711', '0815', 'CAMERA-77', 'MAKER'],
  owner: ['Olga Owner', 'MAKER'],
};
const stays = ['Nikon', 'Anna Author', 'A lens of 50 mm', 'aux:Lens', 'News', 'image/jpeg'];

describe('what is to be taken out', () => {
  it.each(['gps', 'serial', 'owner'] as const)(
    '%s is in no byte of the file, in any format',
    async (group) => {
      for (const format of ['jpeg', 'png', 'webp', 'avif', 'tiff'] as const) {
        const bytes = await write({ strip: [group] }, format);
        expect(said(bytes, gone[group])).toEqual([]);
        expect(said(bytes, stays)).toEqual(stays);
      }
    },
  );

  it('is there as long as nobody asks for it', async () => {
    const bytes = await write({});
    expect(said(bytes, ['52,30N', '4711', 'Olga Owner', 'Berlin', 'GoPro', 'MAKER'])).toHaveLength(6);
  });

  it('is what exiftool finds no more, and everything else is', async (test) => {
    if (spawnSync('exiftool', ['-ver']).status !== 0) return test.skip();
    const folder = mkdtempSync(join(tmpdir(), 'strip-'));
    try {
      for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
        const file = join(folder, `a.${format}`);
        const list = async (choice: MetadataChoice): Promise<string> => {
          writeFileSync(file, await write(choice, format));
          return execFileSync('exiftool', ['-a', '-G1', '-s', '-EXIF:all', '-XMP:all', '-IPTC:all', file], {
            encoding: 'utf8',
          });
        };
        expect(await list({})).toMatch(/GPSLatitude[\s\S]*SerialNumber|SerialNumber[\s\S]*GPSLatitude/);
        const rest = await list({ strip: [...STRIPPABLE] });
        expect(rest).not.toMatch(/gps|serial|owner|city|country|person|warning/i);
        expect(rest).toMatch(/LensModel +: A lens of 50 mm/);
        expect(rest).toMatch(/ExposureTime +: 1\/125/);
        if (format === 'jpeg') expect(rest).toMatch(/By-line +: Anna Author/);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is found under the names that other programs give it, by exiftool', async (test) => {
    if (spawnSync('exiftool', ['-ver']).status !== 0) return test.skip();
    const folder = mkdtempSync(join(tmpdir(), 'strip-'));
    const tags: Readonly<Record<'gps' | 'serial' | 'owner' | 'faces', readonly string[]>> = {
      gps: [
        ...['XMP-mediapro:Location', 'XMP-prism:Location', 'XMP-xmpDM:ShotLocation', 'XMP-iptcCore:Location'],
        ...['XMP-cell:CellTowerID', 'XMP-dwc:DCLocality', 'XMP-photomech:CountryCode', 'IPTC:Sub-location'],
        ...['XMP-iptcExt:LocationShownSublocation', 'XMP-photoshop:State'],
      ],
      serial: ['XMP-iptcExt:RecDeviceOwnersDeviceId', 'XMP-aux:LensSerialNumber', 'EXIF:CameraSerialNumber'],
      owner: ['XMP-iptcExt:RecDeviceOwnersDeviceId', 'XMP-aux:OwnerName', 'XMP-exifEX:OwnerName'],
      faces: [
        ...['XMP-mediapro:People', 'XMP-expressionmedia:People', 'XMP-getty:Personality', 'XMP-prism:Person'],
        ...['XMP-iptcExt:PersonHeardName', 'XMP-iptcExt:PersonInImageName', 'XMP-MP:RegionPersonDisplayName'],
      ],
    };
    try {
      const all = [...new Set(Object.values(tags).flat())];
      const exiftool = (...args: readonly string[]): string =>
        execFileSync('exiftool', args, { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
      const file = join(folder, 'all.jpg');
      writeFileSync(file, await write({}));
      exiftool('-q', '-n', '-overwrite_original', ...all.map((tag) => `-${tag}=42`), file);
      const { frame: photo } = await right(decode({ bytes: readFileSync(file) }));
      const kinds = ['gps', 'serial', 'owner', 'faces'] as const;
      for (const kind of kinds)
        for (const format of ['jpeg', 'png'] as const) {
          const { bytes } = await right(encode(withMetadata(photo, { strip: [kind] }).frame, { format }));
          writeFileSync(join(folder, `${kind}.${format}`), bytes);
        }
      const answers = JSON.parse(
        exiftool('-json', '-G1', '-n', ...all.map((tag) => `-${tag}`), folder),
      ) as Readonly<Record<string, unknown>>[];
      const found = new Map(
        answers.map(({ SourceFile, ...rest }) => [basename(String(SourceFile)), Object.keys(rest)]),
      );
      const named = (names: readonly string[]) => names.map((tag) => tag.replace('EXIF:', 'IFD0:'));
      expect(found.get('all.jpg')).toHaveLength(all.length);
      for (const kind of kinds)
        for (const format of ['jpeg', 'png'] as const) {
          const left = new Set(found.get(`${kind}.${format}`));
          expect([kind, named(tags[kind]).filter((tag) => left.has(tag))]).toEqual([kind, []]);
          // What was not asked for stays, but for what is in one structure with it.
          const others = named(kinds.flatMap((other) => tags[other]).filter((tag) => tag.startsWith('XMP')));
          expect(others.filter((tag) => left.has(tag)).length).toBeGreaterThan(5);
        }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('leaves the other fields of an EXIF block where they are, in both byte orders', () => {
    for (const order of ['II', 'MM'] as const) {
      const before = exifOf(order);
      const after = strippedExif(before, new Set<Strippable>(['gps', 'serial']));
      const tiff = after && openTiff(after);
      const main = tiff && readIfd(tiff, tiff.first);
      const photo = tiff && childOf(tiff, main, 0x8769);
      expect(after?.length).toBe(before.length);
      expect(main?.entries.map(({ tag }) => tag)).toEqual([0x010f, 0x011a, 0x013b, 0x8769]);
      expect(photo?.entries.map(({ tag }) => tag)).toEqual([0x829a, 0xa002, 0xa430, 0xa434]);
      expect(entryOf(photo, 0xa430)?.value).toEqual(fromLatin1('Olga Owner\0'));
    }
  });

  it('takes thumbnails out of EXIF and Photoshop resources', () => {
    const jpeg = fromLatin1('\xff\xd8a thumbnail\xff\xd9');
    const table = Buffer.alloc(30);
    table.writeUInt16LE(2, 0);
    const base = exifOf('II');
    [
      [0x0201, base.length + 30],
      [0x0202, jpeg.length],
    ].forEach(([tag = 0, value = 0], i) => {
      table.writeUInt16LE(tag, 2 + i * 12);
      table.writeUInt16LE(4, 4 + i * 12);
      table.writeUInt32LE(1, 6 + i * 12);
      table.writeUInt32LE(value, 10 + i * 12);
    });
    const exif = concat([base, table, jpeg]);
    Buffer.from(exif.buffer, exif.byteOffset).writeUInt32LE(base.length, 8 + 2 + 12 * 6);
    expect(thumbnailOf(exif)).toEqual(jpeg);
    const without = strippedExif(exif, new Set<Strippable>(['thumbnail']));
    expect(without && [thumbnailOf(without), has(without, 'a thumbnail'), has(without, 'MAKER')]).toEqual([
      undefined,
      false,
      true,
    ]);
    const resources = concat([resource(0x040c, jpeg), photoshopOf(iptc)]);
    expect(withoutThumbnails(resources)).toEqual(photoshopOf(iptc));
    expect(strippedPhotoshop(resources, new Set<Strippable>(['thumbnail']))).toEqual(photoshopOf(iptc));
  });

  it('takes places out of IPTC, record by record', () => {
    const kept = concat([record(5, 'Title'), record(80, 'Anna Author')]);
    expect(strippedIptc(iptc, new Set<Strippable>(['gps']))).toEqual(kept);
    expect(strippedIptc(concat([iptc, fromLatin1('rubbish')]), new Set<Strippable>(['gps']))).toEqual(kept);
    expect(strippedIptc(iptc, new Set<Strippable>(['owner']))).toEqual(iptc);
  });

  it('takes whole what cannot be read, and says so', () => {
    const odd: Frame = {
      ...frame,
      metadata: { ...frame.metadata, exif: fromLatin1('no EXIF'), xmp: fromLatin1('<a') },
    };
    const { frame: clean, warnings } = withMetadata(odd, { strip: ['gps'] });
    expect([clean.metadata.exif, clean.metadata.xmp]).toEqual([undefined, undefined]);
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/gps may be in it: EXIF.*XMP/),
    ]);
    expect(strippedExif(fromLatin1('no EXIF'), new Set())).toBeDefined();
    expect(strippedXmp(fromLatin1('<a'), new Set<Strippable>(['gps']))).toBeUndefined();
  });

  it('takes the video of a motion photo, which has places too, and says so', async () => {
    const { frame: photo } = await right(decode({ bytes: await motionPhoto('directory', video()) }));
    const { frame: clean, warnings } = withMetadata(photo, { strip: ['gps'] });
    expect([clean.metadata.video, warnings.length]).toEqual([undefined, 1]);
    expect(withMetadata(photo, { strip: ['thumbnail'] }).frame.metadata.video).toBeDefined();
  });

  it('takes descriptions of photos out of a gain map, which stays', async () => {
    const { file } = await ultraHdr();
    const { frame: photo } = await right(decode({ bytes: file }));
    const clean = withMetadata(photo, { strip: ['gps'] }).frame;
    expect(clean.metadata.gainMap?.jpeg).toEqual(await gainMapOf(48, 32));
    expect(has((await right(encode(clean))).bytes, 'hdrgm:Version="1.0"')).toBe(true);
  });
});

describe('what is kept', () => {
  it('is all, or some kinds', async () => {
    const kinds = { exif: 'Nikon', xmp: 'dc:format', iptc: 'Germany', comments: 'A comment' } as const;
    const words = Object.values(kinds);
    expect(said(await write({ keep: 'all' }), words)).toEqual(words);
    expect(said(await write({ keep: [] }), words)).toEqual([]);
    for (const kind of ['exif', 'xmp', 'iptc', 'comments'] as const)
      expect(said(await write({ keep: [kind] }), words)).toEqual([kinds[kind]]);
  });
});
