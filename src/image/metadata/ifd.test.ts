import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteOrder, childOf, integerOf, openTiff, readIfd } from './ifd.js';
import {
  type Directory,
  type Field,
  longs,
  opaque,
  shorts,
  writeDirectory,
  writeTiff,
} from './ifd-writer.js';

const orders = fc.constantFrom<ByteOrder>('II', 'MM');

const fields = fc.uniqueArray(
  fc.record({
    tag: fc.integer({ min: 0x9000, max: 0x9fff }),
    value: fc.uint8Array({ minLength: 1, maxLength: 20 }),
  }),
  { selector: ({ tag }) => tag, maxLength: 12 },
);

const reopen = (bytes: Uint8Array) => {
  const tiff = openTiff(bytes);
  const main = tiff && readIfd(tiff, tiff.first);
  if (tiff === undefined || main === undefined) throw new Error('not a TIFF structure');
  return { tiff, main };
};

describe('image file directories', () => {
  it('come back as they were written, in either byte order, with their children', () => {
    fc.assert(
      fc.property(orders, fields, fields, (order, outer, inner) => {
        const plain = (list: typeof outer): readonly Field[] =>
          list.map(({ tag, value }) => opaque(tag, value));
        const child: Directory = { fields: [...plain(inner), shorts(order, 1, [7])], children: [] };
        const bytes = writeTiff(
          { fields: plain(outer), children: [{ tag: 0x8769, directory: child }] },
          order,
        );
        const { tiff, main } = reopen(bytes);
        const found = childOf(tiff, main, 0x8769);
        const bare = (entries: readonly Field[]) => entries.map(({ tag, value }) => [tag, [...value]]);
        const sorted = (list: typeof outer) =>
          [...list].sort((a, b) => a.tag - b.tag).map(({ tag, value }) => [tag, [...value]]);
        expect(bare(main.entries.filter(({ tag }) => tag !== 0x8769))).toEqual(sorted(outer));
        expect(bare((found?.entries ?? []).filter(({ tag }) => tag !== 1))).toEqual(sorted(inner));
        expect(integerOf(tiff, found, 1)).toBe(7);
      }),
    );
  });

  it('sort their fields by tag, and keep the first of two with one tag', () => {
    const bytes = writeTiff(
      { fields: [longs('II', 300, [1]), longs('II', 200, [2]), longs('II', 300, [3])], children: [] },
      'II',
    );
    const { tiff, main } = reopen(bytes);
    expect(main.entries.map(({ tag }) => tag)).toEqual([200, 300]);
    expect(integerOf(tiff, main, 300)).toBe(1);
  });

  it('are written for the offset at which they will stand', () => {
    const directory: Directory = { fields: [opaque(500, new Uint8Array(9).fill(3))], children: [] };
    const body = writeDirectory(directory, 'MM', 1000);
    const file = new Uint8Array(1000 + body.length);
    file.set([0x4d, 0x4d, 0, 42, 0, 0, 3, 0xe8]);
    file.set(body, 1000);
    expect(reopen(file).main.entries[0]?.value).toEqual(new Uint8Array(9).fill(3));
  });

  it('never read beyond the file, whatever the bytes', () => {
    const head = fc.constantFrom([0x49, 0x49, 42, 0], [0x4d, 0x4d, 0, 42], [0x49, 0x49, 43, 0]);
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 200 }), fc.nat(220), (start, rest, offset) => {
        const tiff = openTiff(Uint8Array.from([...start, ...rest]));
        const ifd = tiff && readIfd(tiff, offset);
        for (const { value } of ifd?.entries ?? []) expect(value.length).toBeLessThanOrEqual(rest.length + 4);
      }),
    );
  });
});
