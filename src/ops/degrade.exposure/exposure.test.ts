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

const exposing = (stops: number | readonly [number, number]) => varying(degradeExposure(stops), engine);

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

  it('gives the same for the same item and pass, and something else for others', async () => {
    const run = exposing([-2, 2]);
    const one = await run(ramp, 3, 1);
    expect(await run(ramp, 3, 1)).toEqual(one);
    expect(await run(ramp, 3, 2)).not.toEqual(one);
  });

  it.each([[{ stops: [1, -1] }], [{ stops: 11 }]])('refuses %j', (params) => {
    expect(E.isLeft(paramsOf(degradeExposure(params as never)))).toBe(true);
  });
});
