import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { concat, fromLatin1 } from './bytes.js';
import { readJpeg } from './containers/jpeg.js';
import { readJxl } from './containers/jxl.js';
import { decode, formatOf } from './decoding/decode.js';
import { surveyed } from './decoding/survey.js';
import { isWhole } from './decoding/whole.js';
import { encode } from './encoding/encode.js';
import { orientationOf } from './metadata/exif.js';
import { shorts, writeTiff } from './metadata/ifd-writer.js';
import { box } from './testing/heif.js';
import { boxedJxl, jxlFile } from './testing/jxl.js';
import { leftCodes, right } from './testing/pictures.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-jxl-'));
afterAll(() => rmSync(folder, { recursive: true }));

const decoded = (bytes: Uint8Array) => right(decode({ bytes, name: 'a.jxl' }));

const EXIF = concat([
  new Uint8Array(4),
  writeTiff({ fields: [shorts('II', 0x112, [6])], children: [] }, 'II'),
]);
const XMP = fromLatin1(
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>',
);

describe('JPEG XL', () => {
  it('is decoded bit for bit, in its depth, with transparency', async () => {
    const { frame, warnings } = await decoded(jxlFile('quarters'));
    expect([frame.width, frame.height, frame.channels, warnings]).toEqual([64, 64, 3, []]);
    const at = (x: number, y: number) => [
      ...frame.samples.data.subarray((y * 64 + x) * 3, (y * 64 + x) * 3 + 3),
    ];
    expect([at(0, 0), at(63, 0), at(0, 63), at(63, 63)]).toEqual([
      [253, 0, 0],
      [0, 254, 0],
      [0, 0, 254],
      [255, 255, 255],
    ]);
    const half = (await decoded(jxlFile('transparent'))).frame;
    expect(Math.abs((half.alpha?.data[0] ?? 0) - 127.5)).toBeLessThan(2);
    const deep = (await decoded(jxlFile('ramp16'))).frame;
    expect([deep.samples.depth, deep.samples.data[0], deep.metadata.bits]).toEqual(['uint16', 0, 16]);
    expect(new Set(deep.samples.data).size).toBeGreaterThan(2000);
  });

  it('says its size before it is decoded, and what it carries goes into the JPEG that results are', async () => {
    const file = boxedJxl(
      jxlFile('quarters'),
      box('Exif', EXIF),
      box('brob', fromLatin1('xml '), new Uint8Array(brotliCompressSync(XMP))),
      box('jumb', new Uint8Array(8)),
    );
    const path = join(folder, 'a.jxl');
    writeFileSync(path, file);
    expect(await right(surveyed({ path }))).toMatchObject({ width: 64, height: 64, depth: 'uint8' });
    const { frame, warnings } = await decoded(file);
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining('C2PA')]);
    const { bytes, format, warnings: told } = await right(encode(frame, { like: 'source' }));
    expect([format, told.map(({ code }) => code)]).toEqual(['jpeg', ['image/written-otherwise']]);
    // The codestream says how a picture is turned, and EXIF counts for nothing.
    expect(orientationOf(readJpeg(bytes)?.exif)).toBe(1);
    expect(Buffer.from(readJpeg(bytes)?.xmp ?? []).toString()).toContain('xmp:Rating="4"');
  });

  it('that is damaged or ends early is refused, and no whole file', async () => {
    for (const file of [jxlFile('ramp16'), jxlFile('quarters'), boxedJxl(jxlFile('quarters'))]) {
      const cut = file.subarray(0, file.length - 12);
      const path = join(folder, 'cut.jxl');
      writeFileSync(path, cut);
      expect([(await leftCodes(decode({ bytes: cut, name: 'x' })))[0], await isWhole(path)()]).toEqual([
        expect.stringMatching(/^image\/(truncated|corrupt)$/),
        false,
      ]);
    }
    expect(await leftCodes(decode({ bytes: fromLatin1('\xff\x0a'), name: 'x' }))).toEqual(['image/corrupt']);
    const path = join(folder, 'whole.jxl');
    writeFileSync(path, jxlFile('quarters'));
    expect(await isWhole(path)()).toBe(true);
  });

  it('has its header read: ratios of sides, turns, depths', () => {
    // A size of 8 x (n + 1) with a ratio, and no field that is not as usual.
    const header = (...bits: readonly (readonly [value: number, count: number])[]) => {
      const bytes = new Uint8Array(40);
      let at = 0;
      for (const [value, count] of bits)
        for (let i = 0; i < count; i++, at++)
          if ((value >> i) & 1) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
      return readJxl(concat([fromLatin1('\xff\x0a'), bytes]));
    };
    expect(header([1, 1], [7, 5], [5, 3], [1, 1])).toMatchObject({ width: 113, height: 64, bits: 8 });
    // Turned by 6, 12 bits, one further channel.
    expect(
      header(
        [0, 1],
        [0, 2],
        [99, 9],
        [0, 3],
        [1, 2],
        [4999, 13],
        [0, 1],
        [1, 1],
        [5, 3],
        [0, 3],
        [0, 1],
        [2, 2],
        [0, 1],
        [1, 2],
      ),
    ).toMatchObject({ width: 100, height: 5000, bits: 12, alpha: true, animated: false });
  });

  it('whose decoder is not installed is told with the line that installs it', async () => {
    const result = await formatOf(jxlFile('quarters'), 'a.jxl', () => false)();
    expect(E.isLeft(result) && result.left[0].hint).toContain('npm i jxl-oxide-wasm');
  });
});
