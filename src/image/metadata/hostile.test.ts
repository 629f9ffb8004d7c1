import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { concat, fromLatin1, plain, viewOf } from '../bytes.js';
import { power } from '../colour/curves.js';
import { readProfile } from '../colour/icc.js';
import { MAX_PIECES } from '../containers/container.js';
import { readGif } from '../containers/gif.js';
import { readJpeg, writeJpeg } from '../containers/jpeg.js';
import { chunkBytes, readPng } from '../containers/png.js';
import { readTiff } from '../containers/tiff.js';
import { writeTiffFile } from '../containers/tiff-writer.js';
import { readWebp } from '../containers/webp.js';
import { decode } from '../decoding/decode.js';
import { nothing, picture } from '../testing/files.js';
import { right } from '../testing/pictures.js';
import { greyProfile, tableTag } from '../testing/profiles.js';
import { integersOf } from './ifd.js';

const repeated = (piece: Uint8Array, times: number): Uint8Array => {
  const all = new Uint8Array(piece.length * times);
  for (let i = 0; i < times; i++) all.set(piece, i * piece.length);
  return all;
};

/** A TIFF structure of thousands of fields that all lie over the same bytes. */
const overlapping = (fields: number, length: number): Uint8Array => {
  const bytes = new Uint8Array(8 + 2 + fields * 12 + 4 + length);
  bytes.set(fromLatin1('II*\0\x08\0\0\0'));
  const view = viewOf(bytes);
  view.setUint16(8, fields, true);
  for (let i = 0; i < fields; i++) {
    const at = 10 + i * 12;
    view.setUint16(at, 40_000 + i, true);
    view.setUint16(at + 2, 7, true);
    view.setUint32(at + 4, length, true);
    view.setUint32(at + 8, bytes.length - length, true);
  }
  return bytes;
};

const pixels = {
  width: 2,
  height: 2,
  channels: 3,
  data: new Uint8Array(12),
  alpha: false,
  bits: 8,
  model: 'rgb',
} as const;

describe('very many pictures in one file', () => {
  it('are no work in a WebP: the first alone goes to the decoder', async () => {
    const still = plain(await picture(16, 16).webp({ lossless: true }).toBuffer()).subarray(12);
    const head = fromLatin1('ANMF');
    const about = new Uint8Array(4 + 16);
    viewOf(about).setUint32(0, 16 + still.length, true);
    about.set([15, 0, 0, 15, 0, 0, 1], 4 + 6);
    const frame = concat([head, about, still]);
    const extended = concat([fromLatin1('VP8X\x0a\0\0\0\x02\0\0\0'), Uint8Array.of(15, 0, 0, 15, 0, 0)]);
    const loop = fromLatin1('ANIM\x06\0\0\0\0\0\0\0\0\0');
    const body = concat([fromLatin1('WEBP'), extended, loop, repeated(frame, 50_000)]);
    const size = new Uint8Array(4);
    viewOf(size).setUint32(0, body.length, true);
    const { frame: decoded, warnings } = await right(
      decode({ bytes: concat([fromLatin1('RIFF'), size, body]), name: 'a.webp' }),
    );
    expect([decoded.width, decoded.height, decoded.metadata.pages]).toEqual([16, 16, 50_000]);
    expect(warnings.map(({ code }) => code)).toEqual(['image/first-page-only']);
  });

  it('are refused in a TIFF before the decoder goes through them', async () => {
    const pages = 200_000;
    const bytes = new Uint8Array(8 + pages * 18);
    const view = viewOf(bytes);
    bytes.set(fromLatin1('II*\0\x08\0\0\0'));
    for (let i = 0, at = 8; i < pages; i++, at += 18) {
      view.setUint16(at, 1, true);
      view.setUint16(at + 2, 256, true);
      view.setUint16(at + 4, 3, true);
      view.setUint32(at + 6, 1, true);
      view.setUint32(at + 10, 1, true);
      view.setUint32(at + 14, i === pages - 1 ? 0 : at + 18, true);
    }
    const refused = await decode({ bytes, name: 'a.tif' })();
    expect(E.isLeft(refused) && refused.left[0].message).toContain('more directories');
  });
});

describe('fields over each other', () => {
  it('are left out of a TIFF’s description, and named', () => {
    const found = readTiff(overlapping(4000, 500_000));
    expect([found?.exif, found?.leftovers]).toEqual([undefined, ['fields over each other']]);
  });

  it('of an EXIF block do not become fields of a TIFF', async () => {
    const { bytes, dropped } = await writeTiffFile(
      pixels,
      { ...nothing, exif: overlapping(1000, 40_000) },
      1,
    );
    expect(dropped).toEqual(['EXIF that is damaged']);
    expect(bytes.length).toBeLessThan(1000);
  });

  it('that are as long as a file are not made numbers of', () => {
    const value = new Uint8Array(1000);
    expect(integersOf('II', { tag: 1, type: 1, count: 1000, value, at: 0 }, 5)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('a file of nothing but pieces', () => {
  it('is no JPEG', async () => {
    const whole = plain(await picture().jpeg().toBuffer());
    const filler = (times: number): Uint8Array =>
      concat([whole.subarray(0, 2), repeated(Uint8Array.of(0xff, 0xec, 0, 2), times), whole.subarray(2)]);
    expect(readJpeg(filler(1000))?.width).toBe(48);
    expect(readJpeg(filler(MAX_PIECES))).toBeUndefined();
  });

  it('is no PNG, and says why', async () => {
    const whole = plain(await picture().png().toBuffer());
    const filler = repeated(chunkBytes({ type: 'prVt', data: new Uint8Array(0) }), MAX_PIECES);
    const bytes = concat([whole.subarray(0, 33), filler, whole.subarray(33)]);
    expect(readPng(bytes)).toEqual(E.left(`it has ${MAX_PIECES} chunks or more beside its pixels`));
  });

  it('is no WebP', async () => {
    const whole = plain(await picture().webp().toBuffer());
    const filler = repeated(fromLatin1('junk\0\0\0\0'), MAX_PIECES);
    expect(readWebp(concat([whole.subarray(0, 12), filler, whole.subarray(12)]))).toBeUndefined();
  });

  it('as GIF gives no more blocks than there may be', async () => {
    const whole = plain(await picture().gif().toBuffer());
    const comments = repeated(fromLatin1('!\xfe\x01a\0'), MAX_PIECES + 5);
    const at = 13 + ((whole[10] ?? 0) & 0x80 ? 3 * 2 ** (((whole[10] ?? 0) & 7) + 1) : 0);
    const found = readGif(concat([whole.subarray(0, at), comments, whole.subarray(at)]));
    expect(found.blocks.length).toBe(MAX_PIECES);
  });

  it('as a comment of GIF in blocks of a byte is read in place', async () => {
    const whole = plain(await picture().gif().toBuffer());
    const comment = concat([fromLatin1('!\xfe'), repeated(fromLatin1('\x01a'), 500_000), Uint8Array.of(0)]);
    const { blocks } = readGif(concat([whole.subarray(0, -1), comment, fromLatin1(';')]));
    expect(blocks.map(({ data }) => data.length)).toEqual([500_000]);
  });
});

it('a curve of millions of samples is no profile', () => {
  const curve = concat([fromLatin1('curv\0\0\0\0\x00\x01\x00\x01'), new Uint8Array(2 * 65_537)]);
  expect(readProfile(greyProfile('g', curve))).toBeUndefined();
  expect(readProfile(greyProfile('g', tableTag(power(2))))).toBeDefined();
});

describe('XMP that cannot be read', () => {
  it('is told of, and goes back as it came', async () => {
    const xmp = fromLatin1('<x:xmpmeta><rdf:RDF><rdf:Description GPano:ProjectionType="equirectangular" ');
    const bytes = writeJpeg(await picture().jpeg().toBuffer(), { ...nothing, xmp }).bytes;
    const { frame, warnings } = await right(decode({ bytes, name: 'a.jpg' }));
    expect(frame.metadata.xmp).toEqual(xmp);
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      [
        'image/xmp-unreadable',
        'a.jpg has XMP that cannot be read: it is not well-formed (unclosed tag: rdf:RDF).',
      ],
    ]);
  });
});
