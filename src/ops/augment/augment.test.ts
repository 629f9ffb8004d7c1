import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { createEngine } from '../../tensor/index.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { paramsOf, readParams } from '../testing/run.js';
import { varying } from '../testing/varying.js';
import { axisMatrix, reflected } from './axis.js';
import { augment } from './index.js';

type Params = NonNullable<Parameters<typeof augment>[0]>;

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const still: Params = { flip: false, rotate: 0, zoom: 1, light: 0, colour: 0, grey: 0 };

const variation = (params: Params) => varying(augment({ ...still, ...params }), engine);

const varied = (params: Params, photo: Frame, index = 0, epoch = 0): Promise<Frame> =>
  variation(params)(photo, index, epoch);

/** The same photo as so many items. */
const items = (count: number, params: Params, photo: Frame): Promise<readonly Frame[]> => {
  const run = variation(params);
  return Promise.all(Array.from({ length: count }, (_, i) => run(photo, i)));
};

/** Every pixel has a value of its own. */
const numbered = (width: number, height: number): Frame =>
  frameFrom(
    { width, height, channels: 1, depth: 'float32', alpha: (x, y) => 1 / (1 + x + 2 * y) },
    (x, y) => (1 + x + y * width) / 64,
  );

/** The picture whose pixel at (x, y) is that of the given one at another place. */
const rearranged = (photo: Frame, place: (x: number, y: number) => readonly [number, number]): string =>
  Array.from({ length: photo.width * photo.height }, (_, i) => {
    const [x, y] = place(i % photo.width, Math.floor(i / photo.width));
    return photo.samples.data[y * photo.width + x];
  }).join();

const pixels = ({ samples }: Frame): string => [...samples.data].join();

describe('augment', () => {
  it('changes not a bit when nothing varies', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFrame(), async (photo) => {
        expect(await varied({}, photo)).toEqual(photo);
      }),
      { numRuns: 15 },
    );
  });

  it('keeps size, depth and transparency, and gives numbers', async () => {
    const all: Params = { flip: true, rotate: 90, zoom: [0.5, 2], light: 0.2, colour: 0.1 };
    await fc.assert(
      fc.asyncProperty(arbitraryFrame({ maxSide: 5 }), fc.nat(1000), async (photo, index) => {
        const { samples, alpha, ...rest } = await varied(all, photo, index);
        const { samples: before, alpha: opacity, ...expected } = photo;
        expect(rest).toEqual(expected);
        expect([samples.depth, samples.data.length]).toEqual([before.depth, before.data.length]);
        expect(alpha?.data.length).toBe(opacity?.data.length);
        expect(samples.data.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same for the same item and pass, and something else for others', async () => {
    const photo = numbered(6, 6);
    const params: Params = { zoom: [0.8, 1.25], light: 0.1 };
    expect(await varied(params, photo, 3, 1)).toEqual(await varied(params, photo, 3, 1));
    const others = await Promise.all([0, 1, 2].map((epoch) => varied(params, photo, 3, epoch)));
    expect(new Set(others.map(pixels)).size).toBe(3);
  });

  it('mirrors every other picture, to the last bit, its transparency with it', async () => {
    const photo = numbered(5, 4);
    const results = await items(40, { flip: true }, photo);
    const mirrored = rearranged(photo, (x, y) => [4 - x, y]);
    const counts = results.filter((each) => pixels(each) === mirrored).length;
    expect(counts).toBeGreaterThan(8);
    expect(results.filter((each) => pixels(each) === pixels(photo))).toHaveLength(40 - counts);
    const first = results.find((each) => pixels(each) === mirrored);
    expect(first?.alpha?.data[0]).toBe(photo.alpha?.data[4]);
  });

  it('turns a square to its eight positions, each as often', async () => {
    const photo = numbered(4, 4);
    const last = 3;
    const turns = [
      (x: number, y: number) => [x, y] as const,
      (x: number, y: number) => [y, last - x] as const,
      (x: number, y: number) => [last - x, last - y] as const,
      (x: number, y: number) => [last - y, x] as const,
    ];
    const upright = turns.map((turn) => rearranged(photo, turn));
    const mirrored = turns.map((turn) =>
      rearranged(photo, (x, y) => {
        const [across, down] = turn(x, y);
        return [last - across, down];
      }),
    );
    const turned = (await items(80, { rotate: 90 }, photo)).map(pixels);
    expect(new Set(turned)).toEqual(new Set(upright));
    const both = (await items(160, { rotate: 90, flip: true }, photo)).map(pixels);
    expect(new Set(both)).toEqual(new Set([...upright, ...mirrored]));
    for (const each of [...upright, ...mirrored])
      expect(both.filter((position) => position === each).length).toBeGreaterThan(8);
  });

  it('turns what is not square upside down at most', async () => {
    const photo = numbered(5, 3);
    const results = (await items(20, { rotate: 90 }, photo)).map(pixels);
    expect(new Set(results)).toEqual(new Set([pixels(photo), rearranged(photo, (x, y) => [4 - x, 2 - y])]));
  });

  it('enlarges a part: a slope becomes less steep', async () => {
    const slope = frameFrom(
      { width: 40, height: 40, channels: 1, depth: 'float32' },
      (x, y) => (x + 2 * y) / 200,
    );
    for (const photo of await items(4, { zoom: 2 }, slope)) {
      const at = (x: number, y: number) => valuesOf(photo)[y * 40 + x] ?? 0;
      for (const i of [8, 17, 25]) {
        expect((at(i + 1, i) - at(i, i)) * 200).toBeCloseTo(0.5, 3);
        expect((at(i, i + 1) - at(i, i)) * 200).toBeCloseTo(1, 3);
      }
    }
  });

  it('mirrors the picture at its borders when it shrinks', async () => {
    const half = frameFrom({ width: 32, height: 32, channels: 1, depth: 'float32' }, (x) =>
      x < 16 ? 0.2 : 0.8,
    );
    const [photo] = await items(1, { zoom: 0.5 }, half);
    const row = valuesOf(photo!).slice(16 * 32, 17 * 32);
    // Half as large in the middle: dark to the left of it, bright to the right; nothing else up to the borders.
    for (const x of [3, 9, 12]) expect(row[x]).toBeCloseTo(0.2, 3);
    for (const x of [19, 22, 28]) expect(row[x]).toBeCloseTo(0.8, 3);
  });

  it('multiplies light', async () => {
    const toLight = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const ramp = frameFrom({ width: 101, height: 1, channels: 1, depth: 'float32' }, (x) => (0.8 * x) / 100);
    const gains = (await items(30, { light: 0.3 }, ramp)).map((photo) => {
      const values = valuesOf(photo);
      const gain = toLight(values[60] ?? 0) / toLight(0.48);
      for (const [x, value] of values.entries()) {
        const light = toLight((0.8 * x) / 100) * gain;
        const encoded = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
        expect(Math.abs(value - encoded)).toBeLessThan(0.5 / 255);
      }
      return gain;
    });
    expect(Math.min(...gains)).toBeLessThan(0.85);
    expect(Math.max(...gains)).toBeGreaterThan(1.15);
    for (const gain of gains) expect(Math.abs(gain - 1)).toBeLessThan(0.301);
  });

  it('keeps white within reach, and what was beyond it', async () => {
    const bright = frameFrom({ width: 3, height: 1, depth: 'float32' }, (x) => [0.98, 1, 1.2][x] ?? 0);
    for (const photo of await items(20, { light: 0.5 }, bright))
      for (const [i, value] of valuesOf(photo).entries())
        expect(value).toBeLessThanOrEqual([1, 1, 1.2][Math.floor(i / 3)]! + 1e-5);
  });

  it('takes the colours of a share of the photos, and leaves the others', async () => {
    const red = frameFrom({ width: 2, height: 1, depth: 'float32' }, (_, __, c) => [0.8, 0.3, 0.1][c]!);
    const photos = await items(120, { grey: 0.3 }, red);
    const luma = 0.299 * 0.8 + 0.587 * 0.3 + 0.114 * 0.1;
    const faded = photos.filter((photo) => Math.abs(valuesOf(photo)[0]! - luma) < 1e-4);
    for (const photo of faded) for (const value of valuesOf(photo)) expect(value).toBeCloseTo(luma, 4);
    for (const photo of photos) if (!faded.includes(photo)) expect(valuesOf(photo)[0]).toBeCloseTo(0.8, 4);
    expect(Math.abs(faded.length / 120 - 0.3)).toBeLessThan(0.15);
    const grey = frameFrom({ width: 2, height: 1, channels: 1, depth: 'float32' }, (x) => 0.3 + x / 4);
    expect(await varied({ grey: 1 }, grey)).toEqual(grey);
  });

  it('shifts colours apart from each other', async () => {
    const grey = frameFrom({ width: 1, height: 1, depth: 'float32' }, () => 0.5);
    const [photo] = await items(1, { colour: 0.3 }, grey);
    expect(new Set(valuesOf(photo!)).size).toBe(3);
  });

  it.each([[{ rotate: 45 }], [{ zoom: 0 }], [{ light: 1 }], [{ zoom: [2, 1] }]])('refuses %j', (params) => {
    expect(E.isLeft(paramsOf(augment(params as Params)))).toBe(true);
  });
});

describe('axisMatrix', () => {
  it('makes every new pixel of old ones that add up to one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.boolean(),
        (length, zoom, shift, isTurned) => {
          const seen = length / zoom;
          const matrix = axisMatrix({ length, seen, from: shift * length, isTurned });
          for (let i = 0; i < length; i++) {
            const row = matrix.slice(i * length, (i + 1) * length);
            expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
          }
        },
      ),
    );
  });

  it('is mirrored back and forth beyond the ends', () => {
    expect([-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6].map((place) => reflected(place, 3))).toEqual([
      2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0,
    ]);
  });
});

describe('augment draws', () => {
  it.each([
    [{ flip: true, rotate: 0, zoom: 1 }, true],
    [{ flip: false, rotate: 0, zoom: 1 }, false],
    [{ flip: false, rotate: 90, zoom: 1 }, true],
    [{ flip: false, rotate: 0, zoom: [0.5, 0.8] }, true],
    [{ flip: false, rotate: 0, zoom: 0.8 }, false],
    [{ flip: false, rotate: 0, zoom: 1.2 }, true],
    [{ flip: false, rotate: 0, zoom: 1, light: 0.1 }, true],
    [{ flip: false, rotate: 0, zoom: 1, colour: 0.1 }, true],
  ] as const)('with %j: %s', (params, random) => {
    expect(augment.operator.facts.random?.(readParams(augment(params)) as never)).toBe(random);
  });
});
