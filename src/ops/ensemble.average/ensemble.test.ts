import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostics } from '../../diagnostics/index.js';
import { generatorOf } from '../../nn/generators/index.js';
import { initialise } from '../../nn/initialise.js';
import type { Frame } from '../../ports/index.js';
import { jit } from '../../tensor/index.js';
import * as tf from '../../tensor/tfjs.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { tinyPyramid, writeModel } from '../testing/models.js';
import { paramsOf, runMap } from '../testing/run.js';
import { ensembleAverage } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-ensemble-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SEEDS = [1, 2, 3];
let models: string;
let resnet: string;
beforeAll(async () => {
  models = await writeModel(join(folder, 'model'), SEEDS);
  resnet = await writeModel(join(folder, 'resnet'), [1, 2], {
    kind: 'resnet',
    options: { blocks: 1, width: 2 },
  });
});

const right = <A>(result: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.map(({ message }) => message).join('\n'));
  return result.right;
};

type Params = Parameters<typeof ensembleAverage>[0];
const edit = async (photo: Frame, params: Params): Promise<Frame> =>
  right(await runMap(ensembleAverage(params), photo));

const photo = frameFrom(
  { width: 24, height: 16, depth: 'float32' },
  (x, y, c) => 0.5 + 0.4 * Math.sin(0.7 * x + 0.3 * y * (c + 1)),
);

const furthest = (one: Frame, other: Frame): number =>
  [...one.samples.data].reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (other.samples.data[i] as number))),
    0,
  );

/** What each member makes of the photo, by the generator itself. */
const predictions = async (): Promise<readonly (readonly number[])[]> => {
  const network = generatorOf(tinyPyramid)!;
  return Promise.all(
    SEEDS.map(async (seed) => {
      const weights = initialise(network, seed);
      const run = jit((x: tf.Tensor3D) => {
        const parameters = Object.fromEntries(
          Object.entries(weights).map(([name, { data, shape }]) => [
            name,
            tf.tensor(data.slice(), [...shape]),
          ]),
        );
        const made = network.apply(parameters, tf.sub(tf.mul(tf.expandDims(x, 0), 2), 1) as tf.Tensor4D);
        return tf.squeeze(tf.div(tf.add(made, 1), 2), [0]);
      });
      const { height, width } = photo;
      const data = Float32Array.from(photo.samples.data);
      const result = right(await run({ dtype: 'float32', shape: [height, width, 3], data })());
      run.dispose();
      return [...result.data];
    }),
  );
};

describe('ensemble.average', () => {
  it('is the mean of what the members make, however it is computed', async () => {
    const made = await predictions();
    const mean = made[0]!.map((_, i) => made.reduce((sum, each) => sum + each[i]!, 0) / made.length);
    const expected: Frame = { ...photo, samples: { depth: 'float32', data: Float32Array.from(mean) } };
    expect(furthest(await edit(photo, models), expected)).toBeLessThan(1e-5);
    // With a trace of trust each member is computed by itself.
    expect(furthest(await edit(photo, { models, trust: 1e-7 }), expected)).toBeLessThan(1e-5);
  });

  it('takes the members that are asked for', async () => {
    const made = await predictions();
    const last: Frame = { ...photo, samples: { depth: 'float32', data: Float32Array.from(made[2]!) } };
    expect(furthest(await edit(photo, { models, members: 1 }), last)).toBeLessThan(1e-5);
    expect(furthest(await edit(photo, { models, members: [300] }), last)).toBeLessThan(1e-5);
    expect(furthest(await edit(photo, { models, members: [100, 300] }), last)).toBeGreaterThan(1e-3);
  });

  it('averages weights where that is asked for', async () => {
    const network = generatorOf(tinyPyramid)!;
    const all = SEEDS.map((seed) => initialise(network, seed));
    const run = jit((x: tf.Tensor3D) => {
      const mean = Object.fromEntries(
        Object.entries(all[0]!).map(([name, { shape }]) => [
          name,
          tf.mean(tf.stack(all.map((weights) => tf.tensor(weights[name]!.data.slice(), [...shape]))), 0),
        ]),
      );
      const made = network.apply(mean, tf.sub(tf.mul(tf.expandDims(x, 0), 2), 1) as tf.Tensor4D);
      return tf.squeeze(tf.div(tf.add(made, 1), 2), [0]);
    });
    const data = Float32Array.from(photo.samples.data);
    const { data: expected } = right(await run({ dtype: 'float32', shape: [16, 24, 3], data })());
    run.dispose();
    const made = await edit(photo, { models, average: 'weights' });
    expect(
      furthest(made, { ...photo, samples: { depth: 'float32', data: expected as Float32Array } }),
    ).toBeLessThan(1e-5);
  });

  it('strength 0 is the photo itself, and strength a way between the photo and the edit', async () => {
    expect(await edit(photo, { models, strength: 0 })).toBe(photo);
    const whole = valuesOf(await edit(photo, models));
    const half = valuesOf(await edit(photo, { models, strength: 0.5 }));
    const before = valuesOf(photo);
    for (const [i, value] of half.entries()) expect(value).toBeCloseTo((whole[i]! + before[i]!) / 2, 5);
  });

  it('trust leans back to the photo, the more the less the members agree', async () => {
    const made = await predictions();
    const mean = (i: number): number => made.reduce((sum, each) => sum + each[i]!, 0) / made.length;
    const trusted = valuesOf(await edit(photo, { models, trust: 1 }));
    const map = await edit(photo, { models, output: 'trust' });
    expect(map.channels).toBe(1);
    const before = valuesOf(photo);
    for (const [pixel, confidence] of valuesOf(map).entries()) {
      const places = [0, 1, 2].map((c) => 3 * pixel + c);
      const variance = places.map(
        (i) => made.reduce((sum, each) => sum + (each[i]! - mean(i)) ** 2, 0) / made.length,
      );
      const deviation = Math.sqrt(variance.reduce((a, b) => a + b) / 3);
      expect(confidence).toBeCloseTo(1 / (1 + (deviation / 0.04) ** 2), 4);
      for (const i of places)
        expect(trusted[i]).toBeCloseTo(before[i]! + confidence * (mean(i) - before[i]!), 4);
    }
  });

  it('keeps size, depth and transparency of photos of any size', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFrame({ maxSide: 20 }), async (frame) => {
        const made = await edit(frame, { models, trust: 0.5 });
        expect([made.width, made.height, made.channels]).toEqual([frame.width, frame.height, frame.channels]);
        expect(made.samples.depth).toBe(frame.samples.depth);
        expect(made.samples.data.every(Number.isFinite)).toBe(true);
        expect(made.alpha).toBe(frame.alpha);
      }),
      { numRuns: 12 },
    );
  });

  it('16 bits come out as smooth as they went in', async () => {
    // A ramp of 1/8 of a level of 8 bits a pixel.
    const ramp = frameFrom({ width: 256, height: 8, depth: 'uint16' }, (x) => 0.4 + x / (8 * 255));
    const { samples } = await edit(ramp, { models, strength: 0.5 });
    const row = [...samples.data.slice(256 * 3 * 4, 256 * 3 * 5)]
      .filter((_, i) => i % 3 === 0)
      .slice(32, 224);
    expect(new Set(row).size).toBeGreaterThan(180);
    const steps = row.slice(1).map((value, i) => Math.abs(value - row[i]!));
    expect(Math.max(...steps)).toBeLessThan(257 / 2);
  });

  it('a grey photo stays grey, unless it may take colours', async () => {
    const grey = frameFrom({ width: 16, height: 16, channels: 1 }, (x, y) => (x + y) / 32);
    expect((await edit(grey, models)).channels).toBe(1);
    expect((await edit(grey, { models, grey: 'colour' })).channels).toBe(3);
  });

  it('applies networks of other kinds', async () => {
    const small = frameFrom({ width: 13, height: 9 }, (x, y, c) => (x * y + c) / 120);
    const made = await edit(small, resnet);
    expect([made.width, made.height]).toEqual([13, 9]);
    expect(furthest(made, await edit(small, { models: resnet, trust: 1e-7 }))).toBeLessThanOrEqual(1);
  });

  it.each([
    [{ members: 4 }, 'weights/no-snapshots', '4 snapshots are asked for; it has 3, of steps 100, 200, 300'],
    [{ members: [100, 150] }, 'weights/no-snapshots', 'no snapshot of step 150'],
    [{ members: 1, trust: 0.5 }, 'weights/no-snapshots', 'one snapshot has nobody to disagree with'],
  ])('says what is wrong with %j', async (params, code, message) => {
    const result = await runMap(ensembleAverage({ models, ...params }), photo);
    expect(E.isLeft(result) && result.left[0]).toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('refuses trust where weights are averaged', () => {
    expect(paramsOf(ensembleAverage({ models, average: 'weights', trust: 0.5 }))).toMatchObject({
      left: [expect.stringContaining('`average: predictions`')],
    });
  });

  it('refuses weights of another network than model.json names', async () => {
    const path = await writeModel(join(folder, 'mixed'), [1]);
    const json = join(path, 'model.json');
    writeFileSync(json, readFileSync(json, 'utf8').replace('"width": 4', '"width": 5'));
    const result = await runMap(ensembleAverage(path), photo);
    expect(E.isLeft(result) && result.left[0]).toMatchObject({
      code: 'weights/mismatch',
      message: expect.stringContaining('`low.second.filter` is float32 [3,3,16,5], not float32 [3,3,16,4]'),
    });
  });
});
