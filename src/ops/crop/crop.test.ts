import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { arbitraryFrame, frameFrom } from '../testing/frames.js';
import { itemOf, paramsOf, readParams, runMap } from '../testing/run.js';
import { crop } from './index.js';

type Params = Parameters<typeof crop>[0];

const cropped = async (params: Params, photo: Frame, index = 0, epoch = 0) => {
  const result = await runMap(crop(params), photo, { key: { ...itemOf(0, index).key, epoch } });
  if (E.isLeft(result)) throw new Error(result.left[0].code);
  return result.right;
};

/** A picture whose red is the column and whose green is the row. */
const grid = (width: number, height: number): Frame =>
  frameFrom({ width, height, depth: 'float32', alpha: (x) => x }, (x, y, c) => [x, y, 0][c] ?? 0);

const corner = ({ samples }: Frame) => [samples.data[0], samples.data[1]];

describe('crop', () => {
  it.each([
    ['centre', [4, 3]],
    ['top-left', [0, 0]],
    ['bottom-right', [8, 6]],
    ['top', [4, 0]],
    ['right', [8, 3]],
  ] as const)('keeps the %s', async (anchor, place) => {
    const result = await cropped({ size: [2, 4], anchor }, grid(10, 10));
    expect([result.width, result.height]).toEqual([2, 4]);
    expect(corner(result)).toEqual(place);
  });

  it('cuts a region out, transparency included', async () => {
    const result = await cropped({ region: { left: 3, top: 5, width: 2, height: 1 } }, grid(10, 10));
    expect([...result.samples.data]).toEqual([3, 5, 0, 4, 5, 0]);
    expect([...(result.alpha?.data ?? [])]).toEqual([3, 4]);
  });

  it('says of a part of a panorama which part it is', async () => {
    const xmp = new TextEncoder().encode('<x GPano:ProjectionType="equirectangular"/>');
    const plain = grid(80, 40);
    const photo = { ...plain, metadata: { ...plain.metadata, xmp } };
    const { metadata } = await cropped({ region: { left: 30, top: 5, width: 20, height: 10 } }, photo);
    expect(new TextDecoder().decode(metadata.xmp)).toContain('GPano:CroppedAreaLeftPixels="30"');
  });

  it.each([
    ['3:2', 90, 90, 90, 60],
    ['2:3', 90, 90, 60, 90],
    [[16, 9], 160, 100, 160, 90],
    ['1:1', 1, 40, 1, 1],
    ['21:9', 1, 1, 1, 1],
  ] as const)('cuts out the largest part of ratio %j', async (aspect, width, height, ...size) => {
    const result = await cropped({ aspect }, grid(width, height));
    expect([result.width, result.height]).toEqual(size);
  });

  it('leaves a picture alone that has the size already', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFrame(), async (photo) => {
        expect(await cropped({ size: [photo.width, photo.height] }, photo)).toEqual(photo);
      }),
    );
  });

  it('has the size that it declares, for every picture', async () => {
    const params = fc.oneof(
      fc.record({ aspect: fc.constantFrom('3:2' as const, '9:16' as const) }),
      fc.record({
        size: fc.tuple(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 15 })),
        fill: fc.constantFrom('reflect', 'white'),
        random: fc.boolean(),
      }),
    );
    await fc.assert(
      fc.asyncProperty(arbitraryFrame(), params, async (photo, written) => {
        const { operator } = crop(written);
        const declared = operator.facts.shape?.(readParams(crop(written)) as never, photo);
        const { width, height, channels } = await cropped(written, photo);
        expect(declared).toMatchObject(E.right({ width, height, channels }));
      }),
    );
  });

  it('chooses a random part for each item and pass, the same again for the same', async () => {
    const photo = grid(40, 40);
    const places = await Promise.all(
      Array.from({ length: 50 }, async (_, i) =>
        corner(await cropped({ size: 8, random: true }, photo, i % 10, Math.floor(i / 10))),
      ),
    );
    expect(new Set(places.map(String)).size).toBeGreaterThan(30);
    expect(corner(await cropped({ size: 8, random: true }, photo, 3, 0))).toEqual(places[3]);
    for (const place of places) for (const at of place) expect(at).toBeLessThanOrEqual(32);
  });

  it('reaches the first and the last place at random', async () => {
    const photo = grid(4, 1);
    const places = await Promise.all(
      Array.from(
        { length: 40 },
        async (_, i) => corner(await cropped({ size: 1, random: true }, photo, i))[0],
      ),
    );
    expect(new Set(places)).toEqual(new Set([0, 1, 2, 3]));
  });

  it('fills up a picture that is too small, when told how', async () => {
    const result = await cropped({ size: [5, 1], fill: 'reflect' }, grid(3, 1));
    expect([...result.samples.data].filter((_, i) => i % 3 === 0)).toEqual([1, 0, 1, 2, 1]);
  });

  it('draws columns and rows apart', async () => {
    const photo = grid(20, 20);
    const places = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => corner(await cropped({ size: 4, random: true }, photo, i))),
    );
    expect(places.some(([left, top]) => left !== top)).toBe(true);
  });

  it('puts a picture in the middle where there is no room to choose', async () => {
    const result = await cropped({ size: [5, 3], random: true, fill: 'black' }, grid(3, 3));
    expect([...result.samples.data].filter((_, i) => i % 3 === 0)).toEqual(
      [0, 1, 2].flatMap(() => [0, 0, 1, 2, 0]),
    );
  });

  it('cuts out a region that touches all borders', async () => {
    const photo = grid(10, 10);
    expect(await cropped({ region: { left: 0, top: 0, width: 10, height: 10 } }, photo)).toEqual(photo);
  });

  it.each([
    { size: [8, 12] },
    { region: { left: 5, top: 0, width: 6, height: 1 } },
    { region: { left: -1, top: 0, width: 2, height: 2 } },
    { region: { left: 0, top: -1, width: 2, height: 2 } },
    { region: { left: 0, top: 9, width: 2, height: 2 } },
  ] as const)('says that a picture is too small for %j', async (params) => {
    const result = await runMap(crop(params), grid(10, 10));
    expect(E.isLeft(result) && result.left[0].code).toBe('picture/too-small');
    expect(E.isLeft(result) && result.left[0].message).toContain('10x10');
  });

  it.each([
    [{}, 'takes one of'],
    [{ size: 3, aspect: '3:2' }, 'takes one of'],
    [{ size: 3, random: true, anchor: 'top' }, 'anchor'],
    [{ region: { left: 0, top: 0, width: 1, height: 1 }, random: true }, 'region'],
    [{ region: { left: 0, top: 0, width: 1, height: 1 }, anchor: 'top' }, 'needs no `anchor`'],
    [{ aspect: '3:2', fill: 'edge' }, 'needs no `fill`'],
  ] as const)('refuses %j', (params, message) => {
    const read = paramsOf(crop(params));
    expect(E.isLeft(read) && read.left.join()).toContain(message);
  });
});
