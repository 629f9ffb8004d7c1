import { concat, fromLatin1, viewOf } from '../bytes.js';
import {
  type Directory,
  type Field,
  longs,
  opaque,
  shorts,
  writeDirectory,
  writeTiff,
} from '../metadata/ifd-writer.js';
import { box } from './heif.js';

/** Cameras' raw files made by hand around a JPEG: their sensor's samples are a few bytes. */

const ascii = (tag: number, text: string): Field => ({
  tag,
  type: 2,
  count: text.length + 1,
  value: fromLatin1(`${text}\0`),
});

const CFA = 32803;
const SENSOR = Uint8Array.from({ length: 64 }, (_, i) => i);

/** What raw files say of a photo: a camera turned by orientation 6, in Adobe RGB. */
const photo = (makerNote?: Uint8Array): Directory => ({
  fields: [shorts('II', 0xa001, [0xffff]), ...(makerNote ? [opaque(0x927c, makerNote)] : [])],
  children: [{ tag: 0xa005, directory: { fields: [ascii(1, 'R03')], children: [] } }],
});

const camera = (model: string): readonly Field[] => [
  ascii(0x10f, 'Maker'),
  ascii(0x110, model),
  shorts('II', 274, [6]),
];

const sensor = (at: number): readonly Field[] => [
  longs('II', 256, [3000]),
  longs('II', 257, [2000]),
  shorts('II', 259, [1]),
  shorts('II', 262, [CFA]),
  longs('II', 273, [at]),
  longs('II', 279, [SENSOR.length]),
];

/** A file whose directories hold the places of what stands behind them: they are written twice, since places depend on their length. */
const behind = (
  head: Uint8Array,
  directory: (places: readonly number[]) => Directory,
  parts: readonly Uint8Array[],
): Uint8Array => {
  const start = (from: number): readonly number[] =>
    parts.map((_, i) => parts.slice(0, i).reduce((sum, { length }) => sum + length, from));
  const { length } = writeDirectory(directory(start(0)), 'II', head.length);
  const table = writeDirectory(directory(start(head.length + length)), 'II', head.length);
  return concat([head, table, ...parts]);
};

const TIFF = Uint8Array.of(0x49, 0x49, 42, 0, 8, 0, 0, 0);

const jpegFields = (at: number, jpeg: Uint8Array): readonly Field[] => [
  longs('II', 513, [at]),
  longs('II', 514, [jpeg.length]),
];

/** A file of Nikon's kind: the JPEG in a directory within, the sensor's picture in the main one; a small one beside it. */
const nef = (jpeg: Uint8Array, small: Uint8Array): Uint8Array =>
  behind(
    TIFF,
    ([large = 0, little = 0, samples = 0]) => ({
      fields: [...camera('NIKON D1'), ...sensor(samples), ...jpegFields(little, small)],
      children: [
        { tag: 330, directory: { fields: jpegFields(large, jpeg), children: [] } },
        { tag: 0x8769, directory: photo(fromLatin1('Nikon\0\x02\x10\0\0')) },
      ],
    }),
    [jpeg, small, SENSOR],
  );

/** A DNG: the JPEG is the strip of a directory within, in ProPhoto RGB by the field for that. */
const dng = (jpeg: Uint8Array): Uint8Array =>
  behind(
    TIFF,
    ([at = 0, samples = 0]) => ({
      fields: [
        ...camera('Phone'),
        ...sensor(samples),
        { ...opaque(50706, Uint8Array.of(1, 4, 0, 0)), type: 1 },
      ],
      children: [
        {
          tag: 330,
          directory: {
            fields: [
              longs('II', 254, [1]),
              shorts('II', 259, [7]),
              shorts('II', 262, [6]),
              longs('II', 273, [at]),
              longs('II', 279, [jpeg.length]),
              longs('II', 50970, [4]),
            ],
            children: [],
          },
        },
      ],
    }),
    [jpeg, SENSOR],
  );

/** A CR2: the JPEG is the strip of its main directory. */
const cr2 = (jpeg: Uint8Array): Uint8Array =>
  behind(
    concat([Uint8Array.of(0x49, 0x49, 42, 0, 16, 0, 0, 0), fromLatin1('CR\x02\0'), new Uint8Array(4)]),
    ([at = 0]) => ({
      fields: [
        ...camera('Canon EOS'),
        shorts('II', 259, [6]),
        longs('II', 273, [at]),
        longs('II', 279, [jpeg.length]),
      ],
      children: [{ tag: 0x8769, directory: photo() }],
    }),
    [jpeg],
  );

/** An RW2: the JPEG is a field. */
const rw2 = (jpeg: Uint8Array): Uint8Array => {
  const file = writeTiff({ fields: [...camera('DMC-G1'), opaque(0x2e, jpeg)], children: [] }, 'II');
  file[2] = 0x55;
  return file;
};

/** An ORF: the JPEG's place stands in the maker notes, counted from their start. */
const orf = (jpeg: Uint8Array): Uint8Array => {
  const note = (place: number): Uint8Array =>
    concat([
      fromLatin1('OLYMPUS\0II\x03\0'),
      writeDirectory(
        {
          fields: [],
          children: [
            {
              tag: 0x2020,
              directory: {
                fields: [longs('II', 0x101, [place]), longs('II', 0x102, [jpeg.length])],
                children: [],
              },
            },
          ],
        },
        'II',
        12,
      ),
    ]);
  const make = (place: number): Uint8Array =>
    behind(
      TIFF,
      ([samples = 0]) => ({
        fields: [...camera('E-M1'), ...sensor(samples)],
        children: [{ tag: 0x8769, directory: photo(note(place)) }],
      }),
      [SENSOR, jpeg],
    );
  const draft = Buffer.from(make(0));
  const file = make(draft.length - jpeg.length - draft.indexOf('OLYMPUS\0'));
  file.set(fromLatin1('IIRO'));
  return file;
};

/** A RAF: the JPEG, which holds the EXIF, behind a header. */
const raf = (jpeg: Uint8Array): Uint8Array => {
  const head = new Uint8Array(148);
  head.set(fromLatin1('FUJIFILMCCD-RAW 0201FF383501X-T1'));
  const view = viewOf(head);
  const places = [148, jpeg.length, 148 + jpeg.length, 32, 180 + jpeg.length, 32];
  for (const [i, value] of places.entries()) view.setUint32(84 + i * 4, value);
  return concat([head, jpeg, SENSOR]);
};

const u32 = (...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4);
  for (const [i, value] of values.entries()) viewOf(bytes).setUint32(i * 4, value);
  return bytes;
};

/** A CR3: the JPEG is the one sample of its first track, a smaller one in a box of Canon's. */
const cr3 = (jpeg: Uint8Array, small: Uint8Array): Uint8Array => {
  const head = box('ftyp', fromLatin1('crx '), u32(1), fromLatin1('crx isom'));
  const track = (size: number, at: number): Uint8Array =>
    box(
      'trak',
      box('mdia', box('minf', box('stbl', box('stsz', u32(0, 0, 1, size)), box('co64', u32(0, 1, 0, at))))),
    );
  const canon = box(
    'uuid',
    fromLatin1('\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48'),
    box('CMT1', writeTiff({ fields: camera('Canon EOS R'), children: [] }, 'II')),
    box('CMT2', writeTiff(photo(), 'II')),
    box('CMT3', writeTiff({ fields: [shorts('II', 1, [1])], children: [] }, 'II')),
  );
  const preview = box(
    'uuid',
    fromLatin1('\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16'),
    u32(0, 1),
    box('PRVW', u32(0), Uint8Array.of(0, 1, 0, 8, 0, 8, 0, 1), u32(small.length), small),
  );
  const movie = (at: number): Uint8Array =>
    box('moov', canon, track(jpeg.length, at), track(SENSOR.length, at + jpeg.length));
  const at = head.length + movie(0).length + preview.length + 8;
  return concat([head, movie(at), preview, box('mdat', jpeg, SENSOR)]);
};

/** Raw files of each kind around a JPEG, and a smaller one where the kind has two. */
export const rawFiles = { nef, dng, cr2, rw2, orf, raf, cr3 } as const;
