import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { isWhole } from '../../picture/resampling/stretch.js';
import { ownParams, paramsOf, readParams } from '../testing/run.js';
import { resize } from './index.js';
import { targetOf, type Wanted } from './target.js';

type Params = Parameters<typeof resize>[0];

const target = (params: Params, width: number, height: number) =>
  targetOf(ownParams<Wanted>(resize(params)), { width, height });

describe('where the pixels of a result come from', () => {
  it('is all of both axes, unless it covers', () => {
    expect(target({ width: 30, height: 10, fit: 'fill' }, 60, 40)).toEqual(
      E.right({ across: { from: 0, length: 60, pixels: 30 }, down: { from: 0, length: 40, pixels: 10 } }),
    );
    expect(target({ width: 30, height: 10, fit: 'inside' }, 60, 40)).toEqual(
      E.right({ across: { from: 0, length: 60, pixels: 15 }, down: { from: 0, length: 40, pixels: 10 } }),
    );
  });

  it.each([
    [undefined, 15, 0],
    ['left', 0, 0],
    ['right', 30, 0],
    ['top', 15, 0],
  ] as const)('is cut off on both sides where it covers, with anchor %s', (anchor, left, top) => {
    const found = target({ width: 10, height: 20, fit: 'cover', anchor }, 50, 40);
    expect(found).toEqual(
      E.right({
        across: { from: left, length: 20, pixels: 10 },
        down: { from: top, length: 40, pixels: 20 },
      }),
    );
  });

  it('is cut off above and below by what the anchor says', () => {
    const tops = (['top', 'centre', 'bottom', 'bottom-right'] as const).map((anchor) => {
      const found = target({ width: 20, height: 10, fit: 'cover', anchor }, 40, 50);
      return E.isRight(found) && found.right.down.from;
    });
    expect(tops).toEqual([0, 15, 30, 30]);
  });

  it('is what it was, only where nothing is cut, shifted or scaled', () => {
    expect(isWhole({ from: 0, length: 5, pixels: 5 }, 5)).toBe(true);
    expect(isWhole({ from: 1, length: 5, pixels: 5 }, 5)).toBe(false);
    expect(isWhole({ from: 0, length: 4, pixels: 5 }, 5)).toBe(false);
    expect(isWhole({ from: 0, length: 5, pixels: 4 }, 5)).toBe(false);
  });

  it('is refused beyond 400 megapixels, and not before', () => {
    const square = (side: number) =>
      target({ width: side, height: 20_000, fit: 'fill', enlarge: true }, 9, 9);
    expect(E.isRight(square(20_000))).toBe(true);
    expect(square(20_001)).toMatchObject(
      E.left([
        {
          code: 'picture/too-large',
          message: 'The picture would become 20001x20000 pixels; 400 megapixels are the limit.',
          hint: 'Ask for a smaller size.',
        },
      ]),
    );
  });
});

describe('what resize promises', () => {
  const shape = { width: 60, height: 40, channels: 3 } as const;
  const { equivariant, range } = resize.operator.facts.laws ?? {};
  const symmetries = (params: Params) => equivariant?.(readParams(resize(params)), shape);
  const flips = ['flip-x', 'flip-y'];

  it('is to go the way of flips, and of turns where it goes by both sides alike', () => {
    expect(symmetries({ longest: 9 })).toEqual([...flips, 'rotate-90']);
    expect(symmetries({ scale: 0.5, method: 'area' })).toEqual([...flips, 'rotate-90']);
    expect(symmetries({ width: 9 })).toEqual(flips);
    expect(symmetries({ height: 9 })).toEqual(flips);
    expect(symmetries({ width: 9, height: 9, fit: 'cover' })).toEqual(flips);
    expect(symmetries({ width: 9, height: 9, fit: 'cover', anchor: 'centre' })).toEqual(flips);
    expect(symmetries({ width: 9, height: 9, fit: 'cover', anchor: 'top' })).toEqual([]);
    expect(symmetries({ longest: 9, method: 'nearest' })).toEqual([]);
  });

  it('is to stay between black and white where no weight is negative', () => {
    const rangeOf = (method: 'lanczos3' | 'bicubic' | 'bilinear' | 'area' | 'nearest') =>
      range?.(readParams(resize({ longest: 9, method })));
    expect((['lanczos3', 'bicubic'] as const).map(rangeOf)).toEqual([undefined, undefined]);
    expect((['bilinear', 'area', 'nearest'] as const).map(rangeOf)).toEqual(Array(3).fill([0, 1]));
  });

  it.each([
    [{}, 'takes one of `width` and `height`, `longest`, `shortest`, `megapixels` and `scale`'],
    [
      { height: 1, scale: 2 },
      'takes one of `width` and `height`, `longest`, `shortest`, `megapixels` and `scale`',
    ],
    [
      { shortest: 1, megapixels: 2 },
      'takes one of `width` and `height`, `longest`, `shortest`, `megapixels` and `scale`',
    ],
    [{ width: 9, fit: 'fill' }, 'needs both `width` and `height` for a `fit`'],
    [{ height: 9, fit: 'fill' }, 'needs both `width` and `height` for a `fit`'],
    [{ width: 9, height: 9, anchor: 'top' }, 'needs an `anchor` with `fit: cover` only'],
    [{ width: 9, height: 9, fit: 'fill', anchor: 'top' }, 'needs an `anchor` with `fit: cover` only'],
    [{ scale: 2, enlarge: true }, 'needs no `enlarge` with a `scale`'],
  ] as const)('%j: %s', (params, message) => {
    expect(paramsOf(resize(params))).toEqual(E.left([message]));
  });

  it('is to take what goes together', () => {
    for (const params of [
      { width: 9, height: 9, fit: 'cover', anchor: 'top' },
      { width: 9, height: 9, fit: 'fill' },
      { width: 9, height: 9 },
      { longest: 9, enlarge: true },
      { scale: 2, enlarge: false },
    ] as const)
      expect(E.isRight(paramsOf(resize(params)))).toBe(true);
  });
});
