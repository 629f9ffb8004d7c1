import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concat, fromLatin1, plain, sameBytes } from './bytes.js';
import { readJpeg, writeJpeg } from './containers/jpeg.js';
import { readRaw } from './containers/raw.js';
import { decode } from './decoding/decode.js';
import { sizeOf } from './decoding/size.js';
import { isWhole } from './decoding/whole.js';
import { encode } from './encoding/encode.js';
import { orientationOf } from './metadata/exif.js';
import { shorts, writeTiff } from './metadata/ifd-writer.js';
import { nothing, picture } from './testing/files.js';
import { leftCodes, right } from './testing/pictures.js';
import { rawFiles } from './testing/raw.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-raw-'));
afterAll(() => rmSync(folder, { recursive: true }));

const kinds = Object.keys(rawFiles) as (keyof typeof rawFiles)[];

let large: Uint8Array = new Uint8Array(0);
let small: Uint8Array = new Uint8Array(0);
/** With EXIF of its own, as Fujifilm's and Panasonic's have: turned by 6. */
let described: Uint8Array = new Uint8Array(0);

beforeAll(async () => {
  large = plain(await picture(60, 40).jpeg({ quality: 95 }).toBuffer());
  small = plain(await picture(16, 12).jpeg().toBuffer());
  const exif = writeTiff({ fields: [shorts('II', 0x112, [6])], children: [] }, 'II');
  described = writeJpeg(large, { ...nothing, exif }).bytes;
});

const fileOf = (kind: keyof typeof rawFiles): Uint8Array =>
  rawFiles[kind](kind === 'raf' ? described : large, small);

const decoded = (bytes: Uint8Array, damaged: 'refuse' | 'keep' = 'refuse') =>
  right(decode({ bytes, name: 'IMG_1.RAW' }, { damaged }));

describe('cameras’ raw files', () => {
  it.each(kinds)('%s: its largest JPEG is taken, upright, and said', async (kind) => {
    const { frame, warnings } = await decoded(fileOf(kind));
    expect([frame.width, frame.height, frame.metadata.source, frame.metadata.format]).toEqual([
      40,
      60,
      'raw',
      'jpeg',
    ]);
    const plainJpeg = (await decoded(large)).frame;
    const [turned, straight] = [frame.samples.data, plainJpeg.samples.data];
    // The top left of what the camera stored is at the top right: orientation 6.
    if (frame.samples.depth === 'uint8')
      expect([...turned.subarray(39 * 3, 40 * 3)]).toEqual([...straight.subarray(0, 3)]);
    expect(warnings[0]?.code).toBe('image/preview-taken');
    expect(orientationOf(frame.metadata.exif)).toBe(1);
  });

  it.each(['nef', 'cr2', 'cr3', 'orf'] as const)(
    '%s: what the file says of the photo goes along',
    async (kind) => {
      const { frame, warnings } = await decoded(fileOf(kind));
      const { bytes, format, warnings: told } = await right(encode(frame, { like: 'source' }));
      expect([format, told.map(({ code }) => code)]).toEqual(['jpeg', ['image/written-otherwise']]);
      const text = Buffer.from(readJpeg(bytes)?.exif ?? []).toString('latin1');
      expect(text).toContain('Maker\0');
      // Adobe RGB, by EXIF's index, and so by a profile in the result.
      expect(frame.metadata.colour?.chromaticities[2]).toBeCloseTo(0.21);
      expect(readJpeg(bytes)?.icc).toBeDefined();
      const notes = warnings.some(({ message }) => message.includes('maker notes'));
      expect([kind, notes]).toEqual([kind, kind !== 'cr2']);
      expect(text).not.toContain('Nikon\0');
    },
  );

  it('a DNG’s preview is in the colours that its field says', async () => {
    const { frame, warnings } = await decoded(fileOf('dng'));
    expect(frame.metadata.colour?.chromaticities[0]).toBeCloseTo(0.7347);
    expect(warnings[0]?.message).toContain('3000x2000');
  });

  it('that end early are refused, though their JPEG is there, unless damage is kept', async () => {
    for (const kind of ['nef', 'dng', 'raf', 'cr3'] as const) {
      const file = fileOf(kind);
      const cut = file.subarray(0, file.length - 20);
      expect([kind, await leftCodes(decode({ bytes: cut, name: 'x' }))]).toEqual([kind, ['image/truncated']]);
      const { warnings } = await decoded(cut, 'keep');
      expect(warnings.map(({ code }) => code)).toContain('image/damaged');
      const path = join(folder, kind);
      writeFileSync(path, cut);
      expect(await isWhole(path)()).toBe(false);
      writeFileSync(path, file);
      expect([await isWhole(path)(), await sizeOf(path)]).toEqual([true, { width: 40, height: 60 }]);
    }
    const file = fileOf('cr2');
    expect(await leftCodes(decode({ bytes: file.subarray(0, file.length - 20), name: 'x' }))).toEqual([
      'image/truncated',
    ]);
  });

  it('without a JPEG are refused; samples that are compressed as lossless JPEG are none', async () => {
    const lossless = concat([
      fromLatin1('\xff\xd8\xff\xc3\0\x11\x08\0\x28\0\x3c\x03\x01\x11\0\x02\x11\0\x03\x11\0'),
      new Uint8Array(40),
    ]);
    for (const kind of kinds) {
      const file = rawFiles[kind](lossless, lossless);
      expect(readRaw(file).preview).toBeUndefined();
      expect([kind, await leftCodes(decode({ bytes: file, name: 'x' }))]).toEqual([
        kind,
        ['image/unsupported-format'],
      ]);
    }
  });

  it('are read by exiftool as they are here: their largest JPEG is the same', (test) => {
    if (spawnSync('exiftool', ['-ver']).status !== 0) return test.skip();
    // exiftool looks into tracks (CR3) for videos only.
    for (const kind of kinds.filter((each) => each !== 'cr3')) {
      const path = join(folder, `a.${kind}`);
      writeFileSync(path, fileOf(kind));
      const tag = kind === 'nef' || kind === 'rw2' ? '-JpgFromRaw' : '-PreviewImage';
      const taken = plain(execFileSync('exiftool', ['-b', tag, path]));
      expect([kind, sameBytes(taken, readRaw(fileOf(kind)).preview ?? new Uint8Array(0))]).toEqual([
        kind,
        true,
      ]);
    }
  });

  it('have one JPEG chosen of several, whichever comes first', () => {
    for (const kind of ['nef', 'cr3'] as const) {
      const { preview } = readRaw(rawFiles[kind](small, large));
      expect(preview && sameBytes(preview, large)).toBe(true);
    }
  });
});
