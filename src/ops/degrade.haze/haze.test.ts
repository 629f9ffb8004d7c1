import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { createEngine } from '../../tensor/index.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { paramsOf } from '../testing/run.js';
import { varying } from '../testing/varying.js';
import { degradeHaze } from './index.js';

type Params = Exclude<Parameters<typeof degradeHaze>[0], number | readonly [number, number] | undefined>;

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const hazing = (params: Params) => varying(degradeHaze(params), engine);

const hazed = (params: Params, photo: Frame, index = 0, epoch = 0): Promise<Frame> =>
  hazing(params)(photo, index, epoch);

const side = 48;
const white: Params = { airlight: 1, tint: 0 };

/** A scene of two surfaces with some texture, dark enough that the haze can be told. */
const scene = (x: number, y: number, c: number): number =>
  (x < side / 2 ? [0.1, 0.3, 0.2] : [0.6, 0.4, 0.5])[c]! + 0.03 * Math.sin(x + 2 * y);

const photo = frameFrom({ width: side, height: side, depth: 'float32' }, scene);

/** The optical depth at each pixel, by each channel, in haze whose airlight is exactly 1. */
const opticalDepths = (result: Frame, clear: Frame): number[] => {
  const before = valuesOf(clear);
  return valuesOf(result).map((value, i) => -Math.log((1 - value) / (1 - (before[i] ?? 0))));
};

describe('degrade.haze', () => {
  it('changes not a bit in clear air', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFrame(), async (each) => {
        expect(await hazed({ density: 0 }, each)).toEqual(each);
      }),
      { numRuns: 15 },
    );
  });

  it('keeps all but the samples, which stay within 0 and 1', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFrame({ maxSide: 5 }), fc.nat(1000), async (each, index) => {
        const { samples, ...rest } = await hazed(
          { density: [0, 5], airlight: [0, 1], tint: 0.3 },
          each,
          index,
        );
        const { samples: before, ...expected } = each;
        expect(rest).toEqual(expected);
        expect([samples.depth, samples.data.length]).toEqual([before.depth, before.data.length]);
        for (const value of valuesOf({ samples })) {
          expect(value).toBeGreaterThanOrEqual(-1e-6);
          expect(value).toBeLessThanOrEqual(1 + 1e-6);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('mixes every channel of a pixel with the airlight in one and the same share', async () => {
    const run = hazing({ ...white, density: 1.5 });
    for (const index of [0, 1, 2, 3]) {
      const depths = opticalDepths(await run(photo, index), photo);
      for (let i = 0; i < depths.length; i += 3) {
        expect(depths[i]).toBeGreaterThanOrEqual(0);
        expect(depths[i]).toBeLessThanOrEqual(1.5 + 1e-3);
        expect(depths[i + 1]).toBeCloseTo(depths[i] ?? 0, 3);
        expect(depths[i + 2]).toBeCloseTo(depths[i] ?? 0, 3);
      }
    }
  });

  it('reaches from thin to dense, within a photo and from one to the next', async () => {
    const run = hazing({ ...white, density: [0.5, 2] });
    const ranges = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const depths = opticalDepths(await run(photo, index), photo);
        return [Math.min(...depths), Math.max(...depths)] as const;
      }),
    );
    const farthest = ranges.map(([, far]) => far);
    expect(Math.max(...farthest)).toBeGreaterThan(1.5);
    expect(Math.min(...farthest)).toBeLessThan(0.9);
    expect(ranges.filter(([near, far]) => far > 1.5 * near).length).toBeGreaterThan(16);
  });

  it('moves all things between where they are and the farthest, as near as the nearest is to be', async () => {
    const depthsAt = async (near: number, index: number) =>
      opticalDepths(await hazed({ ...white, density: 1.5, near }, photo, index), photo);
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(100), async (near, index) => {
        const [open, between, veil] = await Promise.all([0, near, 1].map((each) => depthsAt(each, index)));
        expect(Math.max(...open!)).toBeGreaterThan(1.1 * Math.min(...open!));
        for (const [i, depth] of between!.entries()) {
          expect(veil![i]).toBeCloseTo(veil![0]!, 3);
          expect(depth).toBeCloseTo((1 - near) * open![i]! + near * veil![0]!, 3);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('is smooth on a surface, and has its edges where the photo has them', async () => {
    const run = hazing({ ...white, density: 1.5 });
    const steps = { on: 0, across: 0 };
    for (let index = 0; index < 16; index++) {
      const depths = opticalDepths(await run(photo, index), photo);
      const at = (x: number, y: number) => depths[(y * side + x) * 3] ?? 0;
      for (let y = 8; y < side - 8; y++) {
        const step = (x: number) => Math.abs(at(x + 1, y) - at(x, y));
        steps.across += step(side / 2 - 1);
        steps.on += (step(12) + step(36)) / 2;
        expect(step(12)).toBeLessThan(0.1);
      }
    }
    expect(steps.across).toBeGreaterThan(3 * steps.on);
  });

  it('draws the airlight from its range, a little off grey', async () => {
    const black = frameFrom({ width: 4, height: 4, depth: 'float32' }, () => 0);
    const run = hazing({ density: 20, airlight: [0.6, 0.9], tint: 0.05 });
    const colours = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => valuesOf(await run(black, index)).slice(0, 3)),
    );
    for (const colour of colours)
      for (const value of colour) {
        // Where nothing comes through, the airlight itself; the nearest corner is not that far.
        expect(value).toBeLessThan(0.951);
      }
    const spread = colours.map((colour) => Math.max(...colour) - Math.min(...colour));
    expect(Math.max(...spread)).toBeGreaterThan(0.05);
    expect(Math.max(...spread)).toBeLessThan(0.1001);
  });

  it('gives the same for the same item and pass, and something else for others', async () => {
    const run = hazing({});
    const one = await run(photo, 5, 2);
    expect(await run(photo, 5, 2)).toEqual(one);
    expect(await run(photo, 5, 3)).not.toEqual(one);
    expect(await run(photo, 6, 2)).not.toEqual(one);
  });

  it('keeps grey pictures grey', async () => {
    const grey = frameFrom({ width: 20, height: 12, channels: 1 }, (x) => x / 20);
    const result = await hazed({ density: 1 }, grey);
    expect([result.channels, result.samples.data.length]).toEqual([1, 240]);
    expect(result.samples.data[0]).toBeGreaterThan(10);
  });

  it('mixes light where that is asked for', async () => {
    const toLight = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const encoded = opticalDepths(await hazed({ ...white, density: 1.5 }, photo), photo);
    const result = valuesOf(await hazed({ ...white, density: 1.5, linear: true }, photo));
    for (const [i, value] of valuesOf(photo).entries()) {
      const share = Math.exp(-(encoded[i] ?? 0));
      expect(toLight(result[i] ?? 0)).toBeCloseTo(toLight(value) * share + 1 - share, 3);
    }
  });

  it.each([
    [{ density: -1 }],
    [{ airlight: [0.5, 1.5] }],
    [{ tint: 1 }],
    [{ density: [2, 1] }],
    [{ near: 1.1 }],
  ])('refuses %j', (params) => {
    expect(E.isLeft(paramsOf(degradeHaze(params as Params)))).toBe(true);
  });
});
