import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { afterAll, describe, expect, it } from 'vitest';
import { program } from '../../cli/program.js';
import type { Terminal } from '../../cli/terminal.js';
import { fromLatin1, plain } from '../bytes.js';
import { writeJpeg } from '../containers/jpeg.js';
import { type Field, rationals, shorts, writeTiff } from '../metadata/ifd-writer.js';
import { motionPhoto, ultraHdr, video } from '../testing/behind.js';
import { builtInProfile, cmykTiff, deepPicture, nothing, picture } from '../testing/files.js';
import { heifFile } from '../testing/heif.js';
import { right } from '../testing/pictures.js';
import { rawFiles } from '../testing/raw.js';
import { inspect } from './inspect.js';
import { FORMATS } from './kept.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-inspect-'));
afterAll(() => rmSync(folder, { recursive: true }));

const put = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

const text = (tag: number, value: string): Field => ({
  tag,
  type: 2,
  count: value.length + 1,
  value: fromLatin1(`${value}\0`),
});

const exif = (model: string): Uint8Array =>
  writeTiff(
    {
      fields: [text(0x10f, 'Canon'), text(0x110, model), shorts('II', 0x112, [6])],
      children: [
        {
          tag: 0x8769,
          directory: {
            fields: [
              text(0xa434, 'EF 50mm'),
              text(0x9003, '2026:05:01 10:00:00'),
              rationals('II', 0x829a, [0.004]),
              rationals('II', 0x829d, [2.8]),
              shorts('II', 0x8827, [200]),
            ],
            children: [],
          },
        },
        { tag: 0x8825, directory: { fields: [rationals('II', 2, [52, 30, 0])], children: [] } },
      ],
    },
    'II',
  );

const XMP = fromLatin1(
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4" xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:ProjectionType="equirectangular"/></rdf:RDF></x:xmpmeta>',
);

const full = async (model = 'EOS 5D'): Promise<Uint8Array> =>
  writeJpeg(plain(await picture().jpeg().toBuffer()), {
    ...nothing,
    exif: exif(model),
    xmp: XMP,
    icc: await builtInProfile('p3'),
    iptc: Uint8Array.of(28, 2, 5, 0, 3, 97, 98, 99),
    blocks: [{ container: 'jpeg', kind: 'COM', data: fromLatin1('a comment') }],
  }).bytes;

const inspected = async (name: string, bytes: Uint8Array) => right(inspect(put(name, bytes)));

describe('inspect', () => {
  it('says what a photo is and carries', async () => {
    expect(await inspected('a.jpg', await full())).toMatchObject({
      format: 'JPEG',
      width: 32,
      height: 48,
      bits: 8,
      orientation: 6,
      colours: expect.stringMatching(/^profile .*P3/),
      exif: {
        camera: 'Canon EOS 5D',
        lens: 'EF 50mm',
        taken: '2026:05:01 10:00:00',
        exposure: 0.004,
        aperture: 2.8,
        iso: 200,
        gps: true,
      },
      rating: 4,
      carries: ['panorama (equirectangular)', 'IPTC'],
      damaged: false,
      kinds: ['colours', 'EXIF', 'XMP', 'IPTC', 'comments'],
    });
  });

  it('does not decode what takes more memory than it may, and says so', async () => {
    const path = put('a.jpg', await full());
    const large = await right(inspect(path, 'a.jpg', 1000));
    expect(large).toMatchObject({ width: 32, damaged: false, remarks: [{ code: 'image/memory-limit' }] });
    expect(large.keeps).toBeUndefined();
    // A few bytes that say they are 400 megapixels.
    const small = await full();
    const frame = small.findIndex((byte, at) => byte === 0xff && small[at + 1] === 0xc0);
    small.set([20000 >> 8, 20000 & 255, 19900 >> 8, 19900 & 255], frame + 5);
    expect(await inspected('b.jpg', small.subarray(0, frame + 200))).toMatchObject({
      remarks: [{ code: 'image/memory-limit', severity: 'error' }],
    });
  });

  it('says what each format would keep, by writing it', async () => {
    const { keeps } = await inspected('a.jpg', await full());
    expect(keeps).toEqual({
      jpeg: ['colours', 'EXIF', 'XMP', 'IPTC', 'comments'],
      png: ['colours', 'EXIF', 'XMP'],
      webp: ['colours', 'EXIF', 'XMP'],
      avif: ['colours', 'EXIF', 'XMP'],
      tiff: ['colours', 'EXIF', 'XMP', 'IPTC'],
      gif: ['XMP'],
    });
    const deep = await inspected('a.png', plain(await deepPicture().png().toBuffer()));
    const keepers = FORMATS.filter((format) => deep.keeps?.[format]?.includes('bits'));
    expect([deep.bits, deep.kinds, keepers]).toEqual([16, ['bits'], ['png', 'tiff']]);
    const inks = await inspected('a.tif', cmykTiff());
    expect(FORMATS.filter((format) => inks.keeps?.[format]?.includes('colours'))).toEqual(['tiff']);
  });

  it('says what stands behind a picture, in formats that are never written, and what is damaged', async () => {
    const ultra = await inspected('u.jpg', (await ultraHdr(32, 24)).file);
    expect([
      ultra.carries,
      ultra.keeps?.jpeg?.includes('gain map'),
      ultra.keeps?.png?.includes('gain map'),
    ]).toEqual([['gain map (HDR)'], true, false]);
    const motion = await inspected('m.jpg', await motionPhoto('directory', video(60)));
    expect(motion.carries).toEqual(['video (video/mp4)']);
    expect(await inspected('h.heic', heifFile({ frame: 'ramp10' }))).toMatchObject({
      format: 'HEIC',
      bits: 10,
    });
    const jpeg = plain(await picture().jpeg().toBuffer());
    const raw = await inspected('r.nef', rawFiles.nef(jpeg, jpeg));
    expect([raw.format, raw.carries]).toEqual([
      'a camera’s raw file',
      ['a sensor’s picture of 3000x2000', 'maker notes'],
    ]);
    const cut = await inspected('c.jpg', jpeg.subarray(0, jpeg.length - 100));
    expect([cut.damaged, cut.remarks.map(({ code }) => code)]).toEqual([true, ['image/damaged']]);
  });
});

describe('pipe inspect', () => {
  const run = async (...args: readonly string[]) => {
    let [out, err] = ['', ''];
    const terminal: Terminal = {
      out: (each) => {
        out += each;
      },
      err: (each) => {
        err += each;
      },
      isLive: false,
      width: () => 80,
      paint: pc.createColors(false),
      folder,
      signal: new AbortController().signal,
      gone: new AbortController().signal,
    };
    return { status: await program(['inspect', ...args], terminal), out, err };
  };

  it('prints a table, or JSON, and nothing of the file acts on the terminal', async () => {
    put('evil.jpg', await full('\u001b[31mred\u0007'));
    const { status, out } = await run('evil.jpg');
    expect(status).toBe(0);
    expect(out).toContain('  EXIF      ✓     ✓     ✓     ✓     ✓     –\n');
    expect(out).toContain('ISO 200');
    expect(out).not.toContain('\u001b');
    expect(out).not.toContain('\u0007');
    const json = await run('--json', 'evil.jpg', 'evil.jpg');
    const [line = '', other] = json.out.trim().split('\n');
    expect(JSON.parse(line)).toMatchObject({ file: 'evil.jpg', exif: { iso: 200 } });
    expect([other, json.out.includes('\u001b')]).toEqual([line, false]);
  });

  it('goes on after what is no picture, and says it by its status', async () => {
    put('none.txt', fromLatin1('hello'));
    put('fine.jpg', plain(await picture().jpeg().toBuffer()));
    const { status, out, err } = await run('none.txt', 'fine.jpg', 'nowhere.jpg');
    expect([status, out.includes('whole')]).toEqual([1, true]);
    expect(err).toContain('image/unsupported-format');
    expect(err).toContain('image/not-found');
  });
});
