import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { type Method, mixesOf } from '../../picture/resampling/weights.js';
import type { Frame } from '../../ports/index.js';
import { createEngine } from '../../tensor/index.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { ownParams, paramsOf } from '../testing/run.js';
import { runTensor } from '../testing/run-tensor.js';
import { resize } from './index.js';
import { targetOf, type Wanted } from './target.js';

type Params = Parameters<typeof resize>[0];

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const resized = async (params: Params, photo: Frame): Promise<Frame> => {
  const result = await runTensor(resize(params), photo, engine);
  if (E.isLeft(result)) throw new Error(result.left.map(({ message }) => message).join());
  return result.right;
};

const methods = ['lanczos3', 'bicubic', 'bilinear', 'area', 'nearest'] as const;

it('a smaller panorama says how large it is', async () => {
  const xmp = new TextEncoder().encode('<x GPano:ProjectionType="equirectangular"/>');
  const plain = frameFrom({ width: 80, height: 40 }, () => 0.5);
  const photo = { ...plain, metadata: { ...plain.metadata, xmp } };
  const said = async (params: Params) =>
    new TextDecoder().decode((await resized(params, photo)).metadata.xmp);
  expect(await said({ width: 40 })).toContain('GPano:FullPanoWidthPixels="40"');
  // The middle half of what was 80 wide.
  expect(await said({ width: 20, height: 20, fit: 'cover' })).toContain('GPano:CroppedAreaLeftPixels="10"');
});

describe('the size', () => {
  it.each([
    [{ width: 30 }, [60, 40], [30, 20]],
    [{ height: 10 }, [60, 40], [15, 10]],
    [{ width: 30, height: 30 }, [60, 40], [30, 20]],
    [{ width: 30, height: 30, fit: 'cover' }, [60, 40], [30, 30]],
    [{ width: 30, height: 10, fit: 'fill' }, [60, 40], [30, 10]],
    [30, [40, 60], [20, 30]],
    [{ shortest: 30 }, [40, 60], [30, 45]],
    [{ megapixels: 0.0006 }, [60, 40], [30, 20]],
    [{ scale: 0.25 }, [60, 40], [15, 10]],
    [{ scale: 2 }, [6, 4], [12, 8]],
    [{ width: 100 }, [60, 40], [60, 40]],
    [{ width: 120, enlarge: true }, [60, 40], [120, 80]],
    [{ width: 100, height: 20, fit: 'cover' }, [60, 40], [60, 20]],
    [{ width: 100, height: 20, fit: 'fill' }, [60, 40], [60, 20]],
    [1, [1000, 2], [1, 1]],
  ] as const)('%j of %j is %j', (params, [width, height], expected) => {
    const target = targetOf(ownParams<Wanted>(resize(params)), { width, height });
    expect(E.isRight(target) && [target.right.across.pixels, target.right.down.pixels]).toEqual(expected);
  });

  it('is declared before it is made, and never larger than asked or than it was', async () => {
    const side = fc.integer({ min: 1, max: 20 });
    const params = fc.oneof(
      fc.record({
        width: side,
        height: side,
        fit: fc.constantFrom('inside', 'cover', 'fill'),
        enlarge: fc.boolean(),
      }),
      fc.record({ longest: side, enlarge: fc.boolean() }),
      fc.record({ scale: fc.double({ min: 0.1, max: 3, noNaN: true }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        arbitraryFrame({ maxSide: 9 }),
        params,
        fc.constantFrom(...methods),
        async (photo, written, method) => {
          const step = resize({ ...written, method });
          const { width, height, channels, alpha } = await resized({ ...written, method }, photo);
          const declared = targetOf(ownParams<Wanted>(step), photo);
          expect(E.isRight(declared) && [declared.right.across.pixels, declared.right.down.pixels]).toEqual([
            width,
            height,
          ]);
          expect([channels, alpha?.data.length]).toEqual([photo.channels, photo.alpha && width * height]);
          if ('enlarge' in written && !written.enlarge) {
            expect(width).toBeLessThanOrEqual(photo.width);
            expect(height).toBeLessThanOrEqual(photo.height);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has a limit', async () => {
    const photo = frameFrom({ width: 300, height: 300, channels: 1 }, () => 0);
    const result = await runTensor(resize({ scale: 100 }), photo, engine);
    expect(E.isLeft(result) && result.left[0].code).toBe('picture/too-large');
  });
});

/** The sum over all old pixels, as the method is defined, in float64. */
const plain = (photo: Frame, width: number, height: number, kernel: (x: number) => number): number[] => {
  const values = valuesOf(photo);
  const along = (from: number, to: number) => {
    const wide = Math.max(1, from / to);
    return Array.from({ length: to }, (_, j) => {
      const raw = Array.from({ length: from }, (_, i) =>
        kernel(Math.abs((i + 0.5 - ((j + 0.5) * from) / to) / wide)),
      );
      const sum = raw.reduce((a, b) => a + b);
      return raw.map((w) => w / sum);
    });
  };
  const [rows, columns] = [along(photo.height, height), along(photo.width, width)];
  return rows.flatMap((row) =>
    columns.flatMap((column) =>
      Array.from({ length: photo.channels }, (_, c) =>
        row.reduce(
          (sum, v, y) =>
            sum +
            column.reduce(
              (s, w, x) => s + v * w * (values[(y * photo.width + x) * photo.channels + c] ?? 0),
              0,
            ),
          0,
        ),
      ),
    ),
  );
};

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const definitions: Readonly<Record<'lanczos3' | 'bicubic' | 'bilinear', (x: number) => number>> = {
  lanczos3: (x) => (x < 3 ? sinc(x) * sinc(x / 3) : 0),
  bicubic: (x) =>
    x <= 1 ? 1.5 * x ** 3 - 2.5 * x ** 2 + 1 : x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0,
  bilinear: (x) => Math.max(0, 1 - x),
};

describe('the pixels', () => {
  const small = arbitraryFrame({ maxSide: 14, alpha: false, depths: ['float32'] });
  const side = fc.integer({ min: 1, max: 30 });

  it.each(['lanczos3', 'bicubic', 'bilinear'] as const)('are those of the definition: %s', async (method) => {
    await fc.assert(
      fc.asyncProperty(small, side, side, async (photo, width, height) => {
        const result = await resized({ width, height, fit: 'fill', enlarge: true, method }, photo);
        const expected = plain(photo, width, height, definitions[method]);
        for (const [i, value] of valuesOf(result).entries())
          expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 5);
      }),
      { numRuns: 25 },
    );
  });

  it('are averages of what they cover, with area', async () => {
    const photo = frameFrom({ width: 5, height: 1, channels: 1, depth: 'float32' }, (x) => x);
    const result = await resized({ width: 2, height: 1, fit: 'fill', method: 'area' }, photo);
    expect(valuesOf(result)).toEqual([
      expect.closeTo((0 + 1 + 2 / 2) / 2.5, 6),
      expect.closeTo((2 / 2 + 3 + 4) / 2.5, 6),
    ]);
  });

  it('are old pixels, with nearest', async () => {
    const photo = frameFrom(
      { width: 4, height: 2, depth: 'uint16' },
      (x, y, c) => (x + 10 * y + 100 * c) / 65535,
    );
    const half = await resized({ scale: 0.5, method: 'nearest' }, photo);
    expect([...half.samples.data]).toEqual([11, 111, 211, 13, 113, 213]);
    const twice = await resized({ scale: 2, method: 'nearest' }, photo);
    expect([...twice.samples.data].filter((_, i) => i % 3 === 0).slice(0, 8)).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3,
    ]);
  });

  it('come from weights that add up to one, inside the picture', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Method>(...methods),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (method, length, pixels, place, share) => {
          const stretch = length * share;
          const mixes = mixesOf(
            method,
            { from: place * (length - stretch), length: stretch, pixels },
            length,
          );
          expect(mixes).toHaveLength(pixels);
          for (const { first, weights } of mixes) {
            expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
            expect(first).toBeGreaterThanOrEqual(0);
            expect(first + weights.length).toBeLessThanOrEqual(length);
          }
        },
      ),
    );
  });

  it('stay as they are at the same size, whatever the method and depth', async () => {
    const how = fc.record({ method: fc.constantFrom(...methods), linear: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(arbitraryFrame(), how, async (photo, params) => {
        expect(await resized({ width: photo.width, ...params }, photo)).toEqual(photo);
      }),
      { numRuns: 30 },
    );
  });

  it('stay mirrored in a mirrored picture', async () => {
    const mirrored = (photo: Frame) =>
      frameFrom(
        { ...photo, depth: 'float32' } as never,
        (x, y, c) => valuesOf(photo)[(y * photo.width + photo.width - 1 - x) * photo.channels + c] ?? 0,
      );
    await fc.assert(
      fc.asyncProperty(
        small,
        side,
        fc.constantFrom(...methods.filter((m) => m !== 'nearest')),
        async (photo, width, method) => {
          const params: Params = { width, height: 3, fit: 'fill', enlarge: true, method };
          const [one, other] = [
            mirrored(await resized(params, photo)),
            await resized(params, mirrored(photo)),
          ];
          for (const [i, value] of valuesOf(other).entries())
            expect(value).toBeCloseTo(valuesOf(one)[i] ?? Number.NaN, 5);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('agree with libvips on a large picture, blocks and all', async () => {
    const [width, height] = [900, 700];
    const photo = frameFrom(
      { width, height },
      (x, y, c) => 0.5 + 0.4 * Math.sin(x / (9 + c)) * Math.cos(y / 13),
    );
    const result = await resized({ width: 311, height: 217, fit: 'fill' }, photo);
    const peer = await sharp(photo.samples.data, { raw: { width, height, channels: 3 } })
      .resize(311, 217, { fit: 'fill', kernel: 'lanczos3' })
      .raw()
      .toBuffer();
    const gaps = Array.from(peer, (value, i) => Math.abs(value - (result.samples.data[i] ?? 0)));
    expect(gaps.filter((gap) => gap > 3)).toEqual([]);
    expect(gaps.reduce((a, b) => a + b) / gaps.length).toBeLessThan(0.5);
  });

  it('are cut off at the sides that the anchor says', async () => {
    const photo = frameFrom({ width: 8, height: 2, channels: 1, depth: 'float32' }, (x) => x);
    const cover = (anchor: 'left' | 'right' | 'centre') =>
      resized({ width: 2, height: 2, fit: 'cover', anchor, method: 'nearest' }, photo).then(valuesOf);
    expect(await cover('left')).toEqual([0, 1, 0, 1]);
    expect(await cover('right')).toEqual([6, 7, 6, 7]);
    expect(await cover('centre')).toEqual([3, 4, 3, 4]);
  });
});

describe('light', () => {
  it('is mixed when asked: half of a fine black and white pattern is half the light', async () => {
    const pattern = frameFrom({ width: 8, height: 8, channels: 1, depth: 'float32' }, (x) => x % 2);
    const encoded = await resized({ scale: 0.5, method: 'area' }, pattern);
    const light = await resized({ scale: 0.5, method: 'area', linear: true }, pattern);
    expect(valuesOf(encoded)).toEqual(Array(16).fill(0.5));
    for (const value of valuesOf(light)) expect(value).toBeCloseTo(0.735357, 5);
  });

  it('does not change flat colours', async () => {
    const flat = frameFrom(
      { width: 6, height: 4, depth: 'uint16' },
      (_x, _y, c) => [0.001, 0.5, 0.97][c] ?? 0,
    );
    const result = await resized({ width: 3, linear: true }, flat);
    expect([...result.samples.data.slice(0, 3)]).toEqual([...flat.samples.data.slice(0, 3)]);
  });
});

describe('transparency', () => {
  const params: Params = { scale: 0.5, method: 'area' };
  // Red that is seen beside green that is not.
  const sticker = (alpha: (x: number) => number) =>
    frameFrom(
      { width: 4, height: 2, depth: 'float32', alpha },
      (x, _, c) => (x < 2 ? [1, 0, 0] : [0, 1, 0])[c] ?? 0,
    );

  it('keeps hidden colours from bleeding into seen ones', async () => {
    const result = await resized(
      { width: 1, method: 'area' },
      sticker((x) => (x < 2 ? 1 : 0)),
    );
    expect(valuesOf(result)).toEqual([expect.closeTo(1, 5), 0, 0]);
    expect([...(result.alpha?.data ?? [])]).toEqual([0.5]);
  });

  it('goes the same way as the colours', async () => {
    const result = await resized(
      params,
      sticker((x) => x / 4),
    );
    expect([...(result.alpha?.data ?? [])]).toEqual([0.125, 0.625]);
  });

  it('changes nothing where all is opaque', async () => {
    const opaque = await resized(
      params,
      sticker(() => 1),
    );
    const { alpha: _, ...without } = sticker(() => 1);
    expect(valuesOf(opaque)).toEqual(valuesOf(await resized(params, without)));
    expect([...(opaque.alpha?.data ?? [])]).toEqual([1, 1]);
  });
});

describe('the parameters', () => {
  it.each([
    [{}, 'takes one of'],
    [{ width: 100, longest: 200 }, 'takes one of'],
    [{ width: 100, fit: 'cover' }, 'needs both'],
    [{ width: 100, height: 100, anchor: 'top' }, 'fit: cover'],
    [{ scale: 2, enlarge: true }, 'needs no `enlarge`'],
    [{ longest: 0 }, 'between 1 and'],
    [{ scale: 0 }, 'between'],
  ] as const)('%j are refused', (params, message) => {
    const read = paramsOf(resize(params));
    expect(E.isLeft(read) && read.left.join()).toContain(message);
  });
});
