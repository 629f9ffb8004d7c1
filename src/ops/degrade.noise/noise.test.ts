import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { createEngine } from '../../tensor/index.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { paramsOf } from '../testing/run.js';
import { varying } from '../testing/varying.js';
import { degradeNoise } from './index.js';

type Params = Exclude<Parameters<typeof degradeNoise>[0], number | readonly [number, number] | undefined>;

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const adding = (params: Params) => varying(degradeNoise(params), engine);

const toLight = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

const surface = (value: number, channels: 1 | 3 = 1): Frame =>
  frameFrom({ width: 96, height: 96, channels, depth: 'float32' }, () => value);

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};
const correlation = (a: readonly number[], b: readonly number[]): number => {
  const [ma, mb] = [mean(a), mean(b)];
  return mean(a.map((value, i) => (value - ma) * (b[i]! - mb))) / (deviation(a) * deviation(b));
};

describe('degrade.noise', () => {
  it('changes not a bit without noise', async () => {
    const run = adding({ iso: 0, sigma: 0 });
    await fc.assert(
      fc.asyncProperty(arbitraryFrame(), async (photo) => {
        expect(await run(photo)).toEqual(photo);
      }),
      { numRuns: 15 },
    );
  });

  it('keeps all but the samples, which stay within 0 and 1', async () => {
    const run = adding({ iso: [0, 200_000], sigma: [0, 80] });
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

  it('varies linear light as much as photons and reading out do, its mean kept', async () => {
    const run = adding({ iso: 1600, grain: 1 });
    const electrons = (60_000 * 100) / 1600;
    for (const value of [0.3, 0.5, 0.8]) {
      const light = valuesOf(await run(surface(value))).map(toLight);
      const expected = Math.sqrt(toLight(value) / electrons + (3.5 / electrons) ** 2);
      expect(mean(light)).toBeCloseTo(toLight(value), 2);
      expect(deviation(light) / expected).toBeCloseTo(1, 1);
    }
  });

  it('doubles its variance with the sensitivity', async () => {
    const at = async (iso: number) =>
      deviation(valuesOf(await adding({ iso, grain: 1 })(surface(0.6))).map(toLight));
    expect((await at(6400)) / (await at(1600))).toBeCloseTo(2, 1);
  });

  it('is as strong at the borders and in coarse grain, whose neighbours are alike', async () => {
    const photo = await adding({ iso: 3200, grain: 2 })(surface(0.6));
    const values = valuesOf(photo).map(toLight);
    const fine = valuesOf(await adding({ iso: 3200, grain: 1 })(surface(0.6))).map(toLight);
    const inside = (wanted: boolean) => (_: number, i: number) => {
      const [x, y] = [i % 96, Math.floor(i / 96)];
      return (x > 1 && y > 1 && x < 94 && y < 94) === wanted;
    };
    expect(deviation(values) / deviation(fine)).toBeCloseTo(1, 1);
    expect(deviation(values.filter(inside(false))) / deviation(values.filter(inside(true)))).toBeGreaterThan(
      0.85,
    );
    const neighbours = (all: readonly number[]) => correlation(all.slice(0, -1), all.slice(1));
    expect(neighbours(values)).toBeGreaterThan(0.5);
    expect(Math.abs(neighbours(fine))).toBeLessThan(0.05);
  });

  it('shares noise between colours as far as it is told to', async () => {
    const between = async (colour: number) => {
      const values = valuesOf(await adding({ iso: 3200, colour, grain: 1 })(surface(0.6, 3)));
      const channel = (c: number) => values.filter((_, i) => i % 3 === c);
      return correlation(channel(0), channel(2));
    };
    expect(await between(0)).toBeCloseTo(1, 3);
    expect(await between(0.5)).toBeCloseTo(0.5, 1);
    expect(Math.abs(await between(1))).toBeLessThan(0.05);
  });

  it('adds even noise of a given deviation', async () => {
    const run = adding({ iso: 0, sigma: 25 });
    for (const value of [0.4, 0.6])
      expect(deviation(valuesOf(await run(surface(value)))) * 255).toBeCloseTo(25, -0.3);
  });

  it('gives the same for the same item and pass, and something else for others', async () => {
    const run = adding({});
    const one = await run(surface(0.5, 3), 3, 1);
    expect(await run(surface(0.5, 3), 3, 1)).toEqual(one);
    expect(await run(surface(0.5, 3), 3, 2)).not.toEqual(one);
    expect(await run(surface(0.5, 3), 4, 1)).not.toEqual(one);
  });

  it.each([[{ iso: -1 }], [{ colour: 2 }], [{ grain: 0.5 }], [{ sigma: 300 }]])('refuses %j', (params) => {
    expect(E.isLeft(paramsOf(degradeNoise(params as Params)))).toBe(true);
  });
});
