import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../tensor/index.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { paramsOf } from '../testing/run.js';
import { varying } from '../testing/varying.js';
import { degradeExposure } from './index.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const exposing = (params: Parameters<typeof degradeExposure>[0]) => varying(degradeExposure(params), engine);

const toLight = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

const ramp = frameFrom({ width: 101, height: 1, channels: 1, depth: 'float32' }, (x) => x / 100);

describe('degrade.exposure', () => {
  it('changes not a bit at no stops', async () => {
    const run = exposing(0);
    await fc.assert(
      fc.asyncProperty(arbitraryFrame(), async (photo) => {
        expect(await run(photo)).toEqual(photo);
      }),
      { numRuns: 15 },
    );
  });

  it.each([-3, -1, 0.5, 2])('multiplies light by a power of two and clips it: %d stops', async (stops) => {
    const values = valuesOf(await exposing(stops)(ramp));
    for (const [x, value] of values.entries())
      expect(toLight(value)).toBeCloseTo(Math.min(1, toLight(x / 100) * 2 ** stops), 4);
  });

  it('draws from the whole range, one exposure a photo', async () => {
    const run = exposing([-2, 1]);
    const stops = await Promise.all(
      Array.from({ length: 120 }, async (_, index) => {
        const values = valuesOf(await run(ramp, index));
        const at = (x: number) => Math.log2(toLight(values[x]!) / toLight(x / 100));
        expect(at(40)).toBeCloseTo(at(20), 3);
        return at(40);
      }),
    );
    expect(Math.min(...stops)).toBeLessThan(-1.6);
    expect(Math.max(...stops)).toBeGreaterThan(0.6);
    for (const each of stops) expect(each > -2.001 && each < 1.001).toBe(true);
  });

  it('exposes the light before a shoulder rolls it off', async () => {
    const k = 3;
    const roll = (x: number) => (1 - Math.exp(-k * x)) / (1 - Math.exp(-k));
    const unroll = (y: number) => -Math.log(1 - y * (1 - Math.exp(-k))) / k;
    for (const stops of [-2, 1]) {
      const values = valuesOf(await exposing({ stops, shoulder: k })(ramp));
      for (const [x, value] of values.entries())
        expect(toLight(value)).toBeCloseTo(roll(Math.min(1, unroll(toLight(x / 100)) * 2 ** stops)), 4);
    }
  });

  it('bends values by gamma afterwards', async () => {
    const values = valuesOf(await exposing({ stops: 0, gamma: 1.5 })(ramp));
    for (const [x, value] of values.entries()) expect(value).toBeCloseTo((x / 100) ** 1.5, 4);
  });

  it('lets red and blue drift from green, and a grey photo stays grey', async () => {
    const run = exposing({ stops: 0, balance: 1 });
    const grey = frameFrom({ width: 1, height: 1, depth: 'float32' }, () => 0.5);
    const drifts = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const [r, g, b] = valuesOf(await run(grey, index)) as [number, number, number];
        expect(g).toBeCloseTo(0.5, 4);
        return [r, b].map((v) => Math.log2(toLight(v) / toLight(0.5)));
      }),
    );
    const all = drifts.flat();
    expect(Math.max(...all.map(Math.abs))).toBeLessThan(1.001);
    expect(Math.min(...all)).toBeLessThan(-0.7);
    expect(Math.max(...all)).toBeGreaterThan(0.7);
    expect(valuesOf(await run(ramp))[50]).toBeCloseTo(0.5, 4);
  });

  it('leaves a share of the photos as they are', async () => {
    const run = exposing({ stops: -2, share: 0.6 });
    const photos = await Promise.all(Array.from({ length: 200 }, (_, index) => run(ramp, index)));
    const kept = photos.filter((photo) =>
      valuesOf(photo).every((v, i) => Math.abs(v - valuesOf(ramp)[i]!) < 1e-6),
    );
    expect(Math.abs(kept.length / 200 - 0.4)).toBeLessThan(0.12);
  });

  it('gives the same for the same item and pass, and something else for others', async () => {
    const run = exposing([-2, 2]);
    const one = await run(ramp, 3, 1);
    expect(await run(ramp, 3, 1)).toEqual(one);
    expect(await run(ramp, 3, 2)).not.toEqual(one);
  });

  it.each([
    [{ stops: [1, -1] }],
    [{ stops: 11 }],
    [{ shoulder: -1 }],
    [{ gamma: 0 }],
    [{ balance: -1 }],
    [{ share: 2 }],
  ])('refuses %j', (params) => {
    expect(E.isLeft(paramsOf(degradeExposure(params as never)))).toBe(true);
  });
});
