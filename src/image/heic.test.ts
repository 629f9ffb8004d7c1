import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { Frame } from '../ports/index.js';
import { fromLatin1, hasText } from './bytes.js';
import { readHeif } from './containers/heif.js';
import { readJpeg } from './containers/jpeg.js';
import { decode, formatOf } from './decoding/decode.js';
import { reasonToLeave } from './decoding/recognise.js';
import { isWhole } from './decoding/whole.js';
import { encode } from './encoding/encode.js';
import { decodeApart } from './foreign/host.js';
import { orientationOf } from './metadata/exif.js';
import { shorts, writeTiff } from './metadata/ifd-writer.js';
import { builtInProfile } from './testing/files.js';
import { box, cut, heifFile, mirrored, nclx, profile, rotated } from './testing/heif.js';
import { leftCodes, right } from './testing/pictures.js';
import { tabledRgb } from './testing/profiles.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-heic-'));
afterAll(() => rmSync(folder, { recursive: true }));

const decoded = (bytes: Uint8Array) => right(decode({ bytes, name: 'IMG_1.HEIC' }));

const named = { r: [254, 0, 0], g: [0, 255, 1], b: [0, 0, 254], w: [255, 255, 255] } as const;

/** The colours in the middles of the quarters of a picture, row by row. */
const quarters = ({ width, height, samples }: Frame): string => {
  const at = (x: number, y: number): string => {
    const from = (Math.floor(y * height) * width + Math.floor(x * width)) * 3;
    const found = Object.entries(named).find(([, colour]) =>
      colour.every((value, i) => Math.abs(value - (samples.data[from + i] ?? 0)) < 6),
    );
    return found?.[0] ?? `${samples.data.subarray(from, from + 3)}`;
  };
  return `${at(0.25, 0.25)}${at(0.75, 0.25)} ${at(0.25, 0.75)}${at(0.75, 0.75)}`;
};

const exifOf = (orientation: number): Uint8Array =>
  writeTiff({ fields: [shorts('II', 0x112, [orientation])], children: [] }, 'II');

const XMP = fromLatin1(
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>',
);

describe('pixels of HEIC', () => {
  it('are upright by the file’s own turns, once: EXIF says the same for readers that know no others', async () => {
    const turned = async (...properties: readonly Uint8Array[]): Promise<string> =>
      quarters((await decoded(heifFile({ properties, exif: exifOf(6) }))).frame);
    expect(await turned()).toBe('rg bw');
    // Quarter turns are anticlockwise (ISO/IEC 23008-12, 6.5.10); mirrors exchange top and bottom (0) or left
    // and right (1).
    expect(await turned(rotated(1))).toBe('gw rb');
    expect(await turned(rotated(2))).toBe('wb gr');
    expect(await turned(rotated(3))).toBe('br wg');
    expect([await turned(mirrored(0)), await turned(mirrored(1))]).toEqual(['bw rg', 'gr wb']);
    const { frame } = await decoded(heifFile({ exif: exifOf(6) }));
    expect([frame.metadata.orientation, orientationOf(frame.metadata.exif)]).toEqual([1, 1]);
  });

  it('have 10 bits where the file has, and lose them in a JPEG with a warning', async () => {
    const { frame } = await decoded(heifFile({ frame: 'ramp10' }));
    const { data, depth } = frame.samples;
    const green = Array.from({ length: 4 }, (_, x) => Math.round(((data[x * 3 + 1] ?? 0) * 1023) / 65535));
    expect([depth, frame.metadata.bits, green]).toEqual(['uint16', 10, [64, 78, 91, 105]]);
    const like = await right(encode(frame, { like: 'source' }));
    expect([like.format, like.warnings.map(({ code }) => code)]).toEqual([
      'jpeg',
      ['image/written-otherwise', 'image/depth-reduced'],
    ]);
    expect((await right(encode(frame, { format: 'avif', depth: 10 }))).warnings).toEqual([]);
  });

  it('are put together of tiles, cut, and without colour where there is none', async () => {
    const grid = { columns: 3, rows: 2, width: 150, height: 100 };
    const tiled = (await decoded(heifFile({ grid }))).frame;
    expect([tiled.width, tiled.height]).toEqual([150, 100]);
    expect([0, 64, 128].map((x) => tiled.samples.data[(70 * 150 + x) * 3])).toEqual([254, 254, 254]);
    const part = (await decoded(heifFile({ grid, properties: [cut(100, 50), rotated(1)] }))).frame;
    expect([part.width, part.height]).toEqual([50, 100]);
    const grey = (await decoded(heifFile({ frame: 'ramp8' }))).frame;
    expect([grey.channels, [...grey.samples.data.subarray(0, 3)]]).toEqual([1, [0, 4, 8]]);
    const see = (await decoded(heifFile({ auxiliary: ['urn:mpeg:hevc:2015:auxid:1'] }))).frame;
    expect([see.channels, [...(see.alpha?.data.subarray(0, 3) ?? [])]]).toEqual([3, [0, 4, 8]]);
  });

  it('are in the colours that a profile or numbers say, and go into a JPEG with them', async () => {
    for (const properties of [[profile(await builtInProfile('p3'))], [nclx(12, 13)]]) {
      const { frame } = await decoded(heifFile({ properties }));
      // The red of Display P3 lies outside of sRGB.
      expect([frame.samples.depth, (frame.samples.data[0] ?? 0) > 1.05]).toEqual(['float32', true]);
      const { bytes, warnings } = await right(
        encode(frame, { format: 'jpeg', quality: 100, chromaSubsampling: '4:4:4' }),
      );
      expect(warnings).toEqual([]);
      const again = (await decoded(bytes)).frame;
      for (const [i, value] of frame.samples.data.subarray(0, 3).entries())
        expect(again.samples.data[i]).toBeCloseTo(value, 1);
    }
    const pq = await decoded(heifFile({ properties: [nclx(9, 16)] }));
    expect(pq.warnings.map(({ code }) => code)).toEqual(['image/high-dynamic-range']);
    const tabled = (await decoded(heifFile({ properties: [profile(tabledRgb)] }))).frame;
    expect(tabled.samples.data.length).toBe(64 * 64 * 3);
  });
});

describe('what HEIC carries', () => {
  it('goes into the JPEG that results are: EXIF and XMP', async () => {
    const { frame, warnings } = await decoded(heifFile({ exif: exifOf(1), xmp: XMP, thumbnail: true }));
    expect([warnings, frame.metadata.source, frame.metadata.pages]).toEqual([[], 'heic', 1]);
    const { bytes, format } = await right(encode(frame, { like: 'source' }));
    const written = readJpeg(bytes);
    expect([format, orientationOf(written?.exif)]).toEqual(['jpeg', 1]);
    expect(Buffer.from(written?.xmp ?? []).toString()).toContain('xmp:Rating="4"');
  });

  it('is told where it is left behind', async () => {
    const { warnings } = await decoded(
      heifFile({
        second: true,
        auxiliary: [
          'urn:com:apple:photo:2020:aux:hdrgainmap',
          'urn:mpeg:hevc:2015:auxid:2',
          'urn:mpeg:hevc:2015:auxid:1',
        ],
        behind: [
          box('mpvd', fromLatin1('\0\0\0\x08free')),
          box('uuid', fromLatin1('\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81')),
        ],
      }),
    );
    const told = warnings.map(({ message }) => message).join(' ');
    for (const part of ['2 pictures', 'gain map of Apple', 'auxiliary pictures', 'motion photo', 'C2PA'])
      expect(told).toContain(part);
    expect(warnings).toHaveLength(5);
  });
});

describe('HEIC that cannot be decoded', () => {
  const damaged = (bytes: Uint8Array) => leftCodes(decode({ bytes, name: 'x' }));

  it('is cut off, damaged, or coded in another way', async () => {
    const file = heifFile();
    expect(await damaged(file.subarray(0, file.length - 20))).toEqual(['image/truncated']);
    const names = Array.from(file, (_, i) => i).filter((i) => hasText(file, 'hvcC', i));
    const renamed = file.slice();
    for (const at of names) renamed.set(fromLatin1('hvcX'), at);
    expect(await damaged(renamed)).toEqual(['image/unsupported-format']);
    const empty = file.slice();
    empty.fill(0, file.length - 60);
    expect(await damaged(empty)).toEqual(['image/corrupt']);
    expect(E.isLeft(readHeif(fromLatin1('\0\0\0\x10ftypheic\0\0\0\0')))).toBe(true);
  });

  it('is known as incomplete while it is written', async () => {
    const [whole, part] = [join(folder, 'whole.heic'), join(folder, 'part.heic')];
    writeFileSync(whole, heifFile());
    writeFileSync(part, heifFile().subarray(0, -20));
    expect([await isWhole(whole)(), await isWhole(part)()]).toEqual([true, false]);
  });

  it('ends the process of its decoder at limits of memory and time, and when nobody wants it any more', async () => {
    const kind = async (limits: Partial<Parameters<typeof decodeApart>[2]>) => {
      const result = await decodeApart('heic', heifFile(), {
        memory: 500e6,
        milliseconds: 60_000,
        ...limits,
      })();
      return E.isLeft(result) ? result.left.kind : 'decoded';
    };
    expect(await kind({})).toBe('decoded');
    expect(await kind({ memory: -300e6 })).toBe('memory');
    expect(await kind({ milliseconds: 1 })).toBe('time');
    expect(await kind({ signal: AbortSignal.timeout(5) })).toBe('ended');
    expect(await kind({ signal: AbortSignal.abort() })).toBe('ended');
  });

  it('where its decoder is not installed is told with the line that installs it', async () => {
    const none = () => false;
    const result = await formatOf(heifFile(), 'a.heic', none)();
    expect(E.isLeft(result) && result.left[0]).toMatchObject({
      code: 'image/no-decoder',
      hint: expect.stringContaining('npm i libheif-js'),
    });
    const path = join(folder, 'a.heic');
    writeFileSync(path, heifFile());
    expect(await reasonToLeave(path)).toBeUndefined();
    expect(await reasonToLeave(path, none)).toMatchObject({ what: 'HEIC' });
  });
});
