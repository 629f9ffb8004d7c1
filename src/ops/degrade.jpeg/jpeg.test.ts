import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { createEngine } from '../../tensor/index.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { paramsOf } from '../testing/run.js';
import { varying } from '../testing/varying.js';
import { degradeJpeg } from './index.js';

type Params = Exclude<Parameters<typeof degradeJpeg>[0], number | readonly [number, number] | undefined>;

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const saving = (params: Params) => varying(degradeJpeg(params), engine);

/** Waves with some texture in colours: what JPEG has to work for. */
const photo = frameFrom(
  { width: 64, height: 48 },
  (x, y, c) => 0.5 + 0.3 * Math.sin((x + 2 * y) / 9 + c) + 0.15 * Math.sin(x * y * 1.7 + c),
);

const errorOf = (a: Frame, b: Frame): number => {
  const [before, after] = [valuesOf(a), valuesOf(b)];
  return Math.sqrt(before.reduce((sum, value, i) => sum + (value - after[i]!) ** 2, 0) / before.length);
};

/** Mean step between neighbouring columns, by the column's place in a square of eight. */
const stepsByPlace = ({ width, height, samples: { data } }: Frame): readonly number[] => {
  const sums = Array<number>(8).fill(0);
  for (let y = 0; y < height; y++)
    for (let x = 0; x + 1 < width; x++) {
      const at = (y * width + x) * 3;
      sums[x % 8]! += Math.abs(data[at]! - data[at + 3]!);
    }
  return sums;
};

describe('degrade.jpeg', () => {
  it('keeps shape, depth, transparency and metadata, but for the tables', async () => {
    const run = saving({ quality: [5, 95], times: 2 });
    await fc.assert(
      fc.asyncProperty(arbitraryFrame(), fc.nat(1000), async (each, index) => {
        const { samples, metadata, ...rest } = await run(each, index);
        const { samples: before, metadata: had, ...expected } = each;
        const { quantisation, ...others } = metadata;
        expect(rest).toEqual(expected);
        expect(others).toEqual(had);
        expect(quantisation?.luma).toHaveLength(64);
        expect(quantisation?.chroma?.length).toBe(each.channels === 3 ? 64 : undefined);
        expect([samples.depth, samples.data.length]).toEqual([before.depth, before.data.length]);
      }),
      { numRuns: 30 },
    );
  });

  it('loses little at a high quality and more the lower it is', async () => {
    const errors = await Promise.all(
      [98, 70, 30, 8].map(async (quality) =>
        errorOf(photo, await saving({ quality, chromaSubsampling: '4:4:4' })(photo)),
      ),
    );
    expect(errors[0]).toBeLessThan(0.01);
    expect([...errors].sort((a, b) => a - b)).toEqual(errors);
    expect(errors[3]).toBeGreaterThan(3 * errors[0]!);
  });

  it('lets the squares begin anywhere, or at the corner', async () => {
    const slope = frameFrom({ width: 128, height: 64 }, (x, y, c) => (x + y / 3 + 9 * c) / 160);
    const seams = async (shift: boolean) => {
      const run = saving({ quality: 6, shift, chromaSubsampling: '4:4:4' });
      const places = await Promise.all(
        Array.from({ length: 24 }, async (_, index) => {
          const steps = stepsByPlace(await run(slope, index));
          return steps.indexOf(Math.max(...steps));
        }),
      );
      return new Set(places);
    };
    expect(await seams(false)).toEqual(new Set([7]));
    expect((await seams(true)).size).toBeGreaterThan(4);
  });

  it('saves none to several times, and lets a share begin elsewhere', async () => {
    const slope = frameFrom({ width: 128, height: 64 }, (x, y, c) => (x + y / 3 + 9 * c) / 160);
    const made = async (params: Params) => {
      const run = saving({ quality: 6, chromaSubsampling: '4:4:4', ...params });
      return Promise.all(Array.from({ length: 60 }, (_, index) => run(slope, index)));
    };
    const kept = (await made({ times: [0, 1] })).filter((each) => errorOf(each, slope) === 0);
    expect(Math.abs(kept.length / 60 - 0.5)).toBeLessThan(0.2);
    const places = (await made({ shift: 0.3 })).map((each) => {
      const steps = stepsByPlace(each);
      return steps.indexOf(Math.max(...steps));
    });
    // One in eight of those that are shifted ends at the same place again.
    const shifted = places.filter((place) => place !== 7).length / 60;
    expect(Math.abs(shifted - (0.3 * 7) / 8)).toBeLessThan(0.2);
  });

  it('tells by which tables it was saved last, or forgets them', async () => {
    const tables = async (params: Params, index = 0) =>
      (await saving(params)(photo, index)).metadata.quantisation;
    const [fine, coarse] = [await tables({ quality: 90 }), await tables({ quality: 10 })];
    // Annex K of ITU T.81, scaled as libjpeg does: 16 and 17 by 0.2, and by 5.
    expect([fine?.luma[0], coarse?.luma[0], fine?.chroma?.[0], coarse?.chroma?.[0]]).toEqual([3, 80, 3, 85]);
    // The third step along the first row, and that below the first: not what stands beside it in the file's order.
    expect([coarse?.luma[2], coarse?.luma[8], coarse?.luma[63]]).toEqual([50, 60, 255]);
    expect(await tables({ quality: 10, forget: 1 })).toBeUndefined();
    const forgotten = await Promise.all(Array.from({ length: 60 }, (_, i) => tables({ forget: 0.4 }, i)));
    const share = forgotten.filter((each) => each === undefined).length / 60;
    expect(Math.abs(share - 0.4)).toBeLessThan(0.2);
  });

  it('loses fine colours with subsampling', async () => {
    const stripes = frameFrom({ width: 32, height: 32 }, (x, _, c) =>
      (x % 2 === 0) === (c === 0) ? 0.7 : 0.3,
    );
    const fine = await saving({ quality: 95, chromaSubsampling: '4:4:4' })(stripes);
    const coarse = await saving({ quality: 95, chromaSubsampling: '4:2:0' })(stripes);
    expect(errorOf(stripes, coarse)).toBeGreaterThan(3 * errorOf(stripes, fine));
  });

  it('keeps greys grey, in three channels and in one', async () => {
    const grey = await saving({ quality: 20 })(
      frameFrom({ width: 20, height: 20, channels: 1 }, (x) => x / 20),
    );
    expect([grey.channels, grey.samples.data.length]).toEqual([1, 400]);
  });

  it('gives the same for the same item and pass, and something else for others', async () => {
    const run = saving({});
    const one = await run(photo, 3, 1);
    expect(await run(photo, 3, 1)).toEqual(one);
    expect(await run(photo, 3, 2)).not.toEqual(one);
    expect(await run(photo, 4, 1)).not.toEqual(one);
  });

  it.each([
    [{ quality: 0 }],
    [{ quality: 20.5 }],
    [{ chromaSubsampling: '4:1:1' }],
    [{ times: 0.5 }],
    [{ times: 9 }],
    [{ shift: 2 }],
    [{ forget: -1 }],
  ])('refuses %j', (params) => {
    expect(E.isLeft(paramsOf(degradeJpeg(params as Params)))).toBe(true);
  });
});
