import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromLatin1, plain } from '../bytes.js';
import { writeJpeg } from '../containers/jpeg.js';
import { decode } from '../decoding/decode.js';
import { FORMATS } from '../inspection/kept.js';
import { type Field, rationals, shorts, writeTiff } from '../metadata/ifd-writer.js';
import { packetOf } from '../testing/behind.js';
import { builtInProfile, nothing, picture } from '../testing/files.js';
import { right } from '../testing/pictures.js';
import { adobeRgb } from '../testing/profiles.js';
import { encode } from './encode.js';

/** What files are given; exiftool is asked for it afterwards. */
interface Given {
  readonly format: (typeof FORMATS)[number];
  readonly artist: string | undefined;
  readonly orientation: number;
  readonly exposure: number | undefined;
  readonly latitude: number | undefined;
  readonly rating: number | undefined;
  readonly byLine: string | undefined;
  readonly comment: string | undefined;
  readonly icc: 'none' | 'p3' | 'adobe';
}

const word = fc.stringMatching(/^[A-Za-z][A-Za-z ]{0,18}[A-Za-z]$/);
const perhaps = <A>(of: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> => fc.option(of, { nil: undefined });

const given: fc.Arbitrary<Given> = fc.record({
  format: fc.constantFrom(...FORMATS),
  artist: perhaps(word),
  orientation: fc.integer({ min: 1, max: 8 }),
  exposure: perhaps(fc.constantFrom(0.5, 0.25, 0.125, 2)),
  latitude: perhaps(fc.integer({ min: 1, max: 89 })),
  rating: perhaps(fc.integer({ min: 1, max: 5 })),
  byLine: perhaps(word),
  comment: perhaps(word),
  icc: fc.constantFrom('none', 'p3', 'adobe'),
});

const text = (tag: number, value: string): Field => ({
  tag,
  type: 2,
  count: value.length + 1,
  value: fromLatin1(`${value}\0`),
});

const exifOf = ({ artist, orientation, exposure, latitude }: Given): Uint8Array =>
  writeTiff(
    {
      fields: [shorts('II', 0x112, [orientation]), ...(artist ? [text(0x13b, artist)] : [])],
      children: [
        ...(exposure
          ? [{ tag: 0x8769, directory: { fields: [rationals('II', 0x829a, [exposure])], children: [] } }]
          : []),
        ...(latitude
          ? [
              {
                tag: 0x8825,
                directory: { fields: [text(1, 'N'), rationals('II', 2, [latitude, 30, 0])], children: [] },
              },
            ]
          : []),
      ],
    },
    'II',
  );

const fileOf = async (each: Given, jpeg: Uint8Array, p3: Uint8Array): Promise<Uint8Array> => {
  const { rating, byLine, comment, icc } = each;
  return writeJpeg(jpeg, {
    ...nothing,
    exif: exifOf(each),
    xmp: rating ? packetOf(`xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="${rating}"`) : undefined,
    iptc: byLine ? concat([Uint8Array.of(28, 2, 80, 0, byLine.length), fromLatin1(byLine)]) : undefined,
    icc: icc === 'p3' ? p3 : icc === 'adobe' ? adobeRgb : undefined,
    blocks: comment ? [{ container: 'jpeg', kind: 'COM', data: fromLatin1(comment) }] : [],
  }).bytes;
};

/** Names of what is asked for, and the word by which a warning says that it is left behind. */
const asked = {
  Artist: 'EXIF',
  ExposureTime: 'EXIF',
  GPSLatitude: 'EXIF',
  Rating: 'XMP',
  'By-line': 'IPTC',
  Comment: 'COM',
  ProfileDescription: 'sRGB',
} as const;

type Answer = Readonly<Record<string, unknown>>;

describe('metadata of 300 files, by exiftool', () => {
  it('come through in every format as they were, or are told of', async (test) => {
    if (spawnSync('exiftool', ['-ver']).status !== 0) return test.skip();
    const folder = mkdtempSync(join(tmpdir(), 'prismflow-exiftool-'));
    try {
      const jpeg = plain(await picture(16, 12).jpeg().toBuffer());
      const p3 = await builtInProfile('p3');
      const all = fc.sample(given, { numRuns: 300, seed: 17 });
      const told: string[] = [];
      for (const [i, each] of all.entries()) {
        const source = await fileOf(each, jpeg, p3);
        const { frame, warnings: before } = await right(decode({ bytes: source, name: 'x' }));
        const { bytes, warnings } = await right(encode(frame, { format: each.format }));
        writeFileSync(join(folder, `${i}-a.jpg`), source);
        writeFileSync(join(folder, `${i}-b.${each.format}`), bytes);
        told.push([...before, ...warnings].map(({ message }) => message).join(' '));
      }
      const tags = Object.keys(asked).map((tag) => `-${tag}`);
      const output = execFileSync('exiftool', ['-json', '-n', ...tags, '-Orientation', '-Warning', folder], {
        encoding: 'utf8',
        maxBuffer: 64e6,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const answers = new Map(
        (JSON.parse(output) as readonly Answer[]).map((answer) => [
          String(answer.SourceFile).split('/').at(-1),
          answer,
        ]),
      );
      const lost: string[] = [];
      let kept = 0;
      for (const [i, { format }] of all.entries()) {
        const [a, b] = [answers.get(`${i}-a.jpg`), answers.get(`${i}-b.${format}`)];
        expect([i, a === undefined, b?.Warning]).toEqual([i, false, undefined]);
        expect([i, format, b?.Orientation ?? 1]).toEqual([i, format, 1]);
        for (const [tag, word] of Object.entries(asked)) {
          if (a?.[tag] === undefined) continue;
          if (a[tag] === b?.[tag]) kept++;
          else if (!told[i]?.includes(word) && !(tag === 'ProfileDescription' && format === 'gif'))
            lost.push(`${i} ${format} ${tag}: ${a[tag]} became ${b?.[tag]}; told: ${told[i]}`);
        }
      }
      expect(lost).toEqual([]);
      expect(kept).toBeGreaterThan(600);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
