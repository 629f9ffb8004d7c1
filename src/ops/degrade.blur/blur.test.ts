import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { randomFor } from '../../operator/random.js';
import { createEngine } from '../../tensor/index.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { itemOf, paramsOf } from '../testing/run.js';
import { varying } from '../testing/varying.js';
import { degradeBlur } from './index.js';
import { type Blurring, defocus, drawKernel, kernelSide, path } from './kernel.js';

type Params = Exclude<Parameters<typeof degradeBlur>[0], number | readonly [number, number] | undefined>;

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const blurring = (params: Params) => varying(degradeBlur(params), engine);

const toLight = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

const randomAt = (index: number) => randomFor(1, 'steps[0]/degrade.blur', itemOf(0, index).key);

const settings: fc.Arbitrary<Blurring> = fc.record({
  kind: fc.constantFrom<Blurring['kind']>(['motion'], ['defocus'], ['motion', 'defocus']),
  size: fc
    .tuple(fc.double({ min: 0, max: 40, noNaN: true }), fc.double({ min: 0, max: 20, noNaN: true }))
    .map(([from, more]) => [from, from + more] as const),
  shake: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('degrade.blur', () => {
  it('changes not a bit at size 0', async () => {
    const run = blurring({ size: 0 });
    await fc.assert(
      fc.asyncProperty(arbitraryFrame(), async (photo) => {
        expect(await run(photo)).toEqual(photo);
      }),
      { numRuns: 15 },
    );
  });

  it('keeps all but the samples, which stay within 0 and 1', async () => {
    const run = blurring({ size: [0, 9] });
    await fc.assert(
      fc.asyncProperty(arbitraryFrame({ maxSide: 5 }), fc.nat(1000), async (photo, index) => {
        const { samples, ...rest } = await run(photo, index);
        const { samples: before, ...expected } = photo;
        expect(rest).toEqual(expected);
        expect([samples.depth, samples.data.length]).toEqual([before.depth, before.data.length]);
        for (const value of valuesOf({ samples })) expect(value >= 0 && value <= 1).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('leaves an even surface alone, up to its borders', async () => {
    const run = blurring({ size: 12 });
    const even = frameFrom({ width: 30, height: 20, depth: 'float32' }, (_, __, c) => [0.2, 0.5, 0.9][c]!);
    for (const index of [0, 1, 2, 3])
      for (const [i, value] of valuesOf(await run(even, index)).entries())
        expect(value).toBeCloseTo([0.2, 0.5, 0.9][i % 3]!, 4);
  });

  it('spreads light, and loses none of it', async () => {
    const point = frameFrom({ width: 41, height: 41, channels: 1, depth: 'float32' }, (x, y) =>
      x === 20 && y === 20 ? 1 : 0,
    );
    for (const kind of ['motion', 'defocus'] as const) {
      const light = valuesOf(await blurring({ kind, size: 10 })(point)).map(toLight);
      expect(light.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 2);
      expect(Math.max(...light)).toBeLessThan(0.5);
    }
  });

  it('gives the same for the same item and pass, and something else for others', async () => {
    const photo = frameFrom({ width: 24, height: 24 }, (x, y) => ((x * 7 + y * 13) % 20) / 20);
    const run = blurring({});
    const one = await run(photo, 3, 1);
    expect(await run(photo, 3, 1)).toEqual(one);
    expect(await run(photo, 3, 2)).not.toEqual(one);
    expect(await run(photo, 4, 1)).not.toEqual(one);
  });

  it.each([[{ kind: 'zoom' }], [{ size: -1 }], [{ shake: 2 }], [{ size: 200 }]])('refuses %j', (params) => {
    expect(E.isLeft(paramsOf(degradeBlur(params as Params)))).toBe(true);
  });
});

describe('kernels', () => {
  it('add up to one, have no negative weight, and keep what they blur in its place', () => {
    fc.assert(
      fc.property(settings, fc.nat(1000), (params, index) => {
        const { data } = drawKernel(params, randomAt(index));
        const side = kernelSide(params);
        const middle = (side - 1) / 2;
        const mean = (place: (i: number) => number) =>
          data.reduce((sum, weight, i) => sum + weight * (place(i) - middle), 0);
        expect(data.length).toBe(side * side);
        expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
        expect(data.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
        expect(mean((i) => i % side)).toBeCloseTo(0, 2);
        expect(mean((i) => Math.floor(i / side))).toBeCloseTo(0, 2);
      }),
      { numRuns: 2000 },
    );
  });

  it('cover a disc of the given width', () => {
    for (const size of [1, 5, 12]) {
      const disc = defocus(15, size);
      expect(disc.reduce((a, b) => a + b, 0)).toBeCloseTo((Math.PI * size ** 2) / 4, -0.4);
      expect(disc[7 * 15 + 7]).toBe(1);
    }
  });

  it('follow a way of the given length, straight without shake', () => {
    fc.assert(
      fc.property(fc.double({ min: 2, max: 50, noNaN: true }), fc.nat(1000), (size, index) => {
        const points = path(size, 0, randomAt(index));
        const length = points
          .slice(1)
          .reduce((sum, [x, y], i) => sum + Math.hypot(x - points[i]![0], y - points[i]![1]), 0);
        const [end] = points.slice(-1);
        expect(length).toBeCloseTo(size, 5);
        expect(Math.hypot(...end!)).toBeCloseTo(size, 5);
        const shaken = path(size, 1, randomAt(index)).at(-1)!;
        expect(Math.hypot(...shaken)).toBeLessThan(size);
      }),
    );
  });
});
