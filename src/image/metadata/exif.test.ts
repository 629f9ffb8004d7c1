import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../bytes.js';
import {
  densityOf,
  orientationOf,
  stripExifHeader,
  thumbnailOf,
  withSize,
  withThumbnail,
  withUprightOrientation,
} from './exif.js';
import type { ByteOrder } from './ifd.js';
import { longs, opaque, rationals, shorts, writeDirectory, writeTiff } from './ifd-writer.js';

const makerNote = Uint8Array.from({ length: 40 }, (_, i) => i * 5);

const block = (order: ByteOrder, orientation: number): Uint8Array =>
  writeTiff(
    {
      fields: [
        shorts(order, 0x0112, [orientation]),
        rationals(order, 0x011a, [300]),
        shorts(order, 0x0128, [2]),
      ],
      children: [
        {
          tag: 0x8769,
          directory: {
            fields: [opaque(0x927c, makerNote), longs(order, 0xa002, [4000]), shorts(order, 0xa003, [3000])],
            children: [],
          },
        },
      ],
    },
    order,
  );

// A block whose second directory holds a thumbnail: no program writes one that way, cameras do.
const withSecond = (jpeg: Uint8Array): Uint8Array => {
  const first = block('II', 6);
  const at = first.length + (first.length & 1);
  const table = writeDirectory(
    { fields: [longs('II', 0x0201, [0]), longs('II', 0x0202, [jpeg.length])], children: [] },
    'II',
    at,
  );
  const bytes = concat([first, new Uint8Array(at - first.length), table, jpeg]);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(8 + 2 + view.getUint16(8, true) * 12, at, true);
  // The first field's value: where the thumbnail starts.
  view.setUint32(at + 2 + 8, at + table.length, true);
  return bytes;
};

const cases = fc.record({
  order: fc.constantFrom<ByteOrder>('II', 'MM'),
  orientation: fc.integer({ min: 1, max: 8 }),
});

describe('an EXIF block', () => {
  it('tells its orientation and density in either byte order', () => {
    fc.assert(
      fc.property(cases, ({ order, orientation }) => {
        expect(orientationOf(block(order, orientation))).toBe(orientation);
        expect(densityOf(block(order, orientation))).toBe(300);
      }),
    );
  });

  it('takes nonsense for upright', () => {
    expect(orientationOf(block('II', 0))).toBe(1);
    expect(orientationOf(block('MM', 9))).toBe(1);
    expect(orientationOf(undefined)).toBe(1);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(orientationOf(bytes)).toBe(1);
      }),
    );
  });

  it('is turned upright by changing nothing else, maker notes least of all', () => {
    fc.assert(
      fc.property(cases, ({ order, orientation }) => {
        const old = block(order, orientation);
        const upright = withUprightOrientation(old);
        expect(orientationOf(upright)).toBe(1);
        const changed = [...old].filter((byte, i) => byte !== upright[i]);
        expect(changed.length).toBe(orientation === 1 ? 0 : 1);
        expect(orientationOf(old)).toBe(orientation);
      }),
    );
  });

  it('gets the size of its picture, in two bytes or in four', () => {
    const resized = withSize(block('MM', 1), 70_000, 20);
    const other = withSize(block('MM', 1), 20, 70_000);
    expect(resized.length).toBe(block('MM', 1).length);
    expect(withSize(other, 4000, 3000)).not.toEqual(other);
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    expect(text(resized)).toContain('a00200040000000100011170');
    expect(text(other)).toContain('a00300040000000100011170');
    expect(text(resized)).toContain(text(makerNote));
  });

  it('is told apart from the header that containers put before it', () => {
    const bare = block('II', 1);
    expect(stripExifHeader(concat([Uint8Array.from([0x45, 0x78, 0x69, 0x66, 0, 0]), bare]))).toEqual(bare);
    expect(stripExifHeader(bare)).toEqual(bare);
  });

  it('gives its thumbnail, and takes a smaller, a larger or none in its place', () => {
    const old = new Uint8Array(50).fill(7);
    const exif = withSecond(old);
    expect(thumbnailOf(exif)).toEqual(old);
    for (const size of [20, 50, 90]) {
      const jpeg = new Uint8Array(size).fill(9);
      const renewed = withThumbnail(exif, jpeg);
      expect(thumbnailOf(renewed)).toEqual(jpeg);
      expect(Buffer.from(renewed).includes(Buffer.from(old))).toBe(false);
      expect(orientationOf(renewed)).toBe(6);
    }
    const without = withThumbnail(exif, undefined);
    expect(thumbnailOf(without)).toBeUndefined();
    expect(Buffer.from(without).includes(Buffer.from(old))).toBe(false);
  });

  it('without a thumbnail stays as it is', () => {
    const exif = block('II', 1);
    expect(withThumbnail(exif, new Uint8Array(10))).toEqual(exif);
  });
});
