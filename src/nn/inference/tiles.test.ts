import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { Notes, OpContext } from '../../operator/behaviour.js';
import { ensembleAverage } from '../../ops/ensemble.average/index.js';
import { engineThat } from '../../ops/testing/engine-that.js';
import { frameFrom } from '../../ops/testing/frames.js';
import { writeModel } from '../../ops/testing/models.js';
import { firstKey, ownParams, testContext } from '../../ops/testing/run.js';
import type { Frame, NetworkSpec } from '../../ports/index.js';
import { type Compiled, createEngine } from '../../tensor/run/engine.js';
import { ensembleOn, type Wanted } from './apply.js';
import { type EnsembleChoice, loadEnsemble } from './loading/load.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-tiles-'));
const engine = createEngine('cpu');
afterAll(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true });
});

const right = <A>(result: E.Either<Diagnostics, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.map(({ message }) => message).join('\n'));
  return result.right;
};

const spec: NetworkSpec = {
  kind: 'pyramid',
  options: { levels: 2, lowBlocks: 1, highBlocks: 1, width: 4 },
};
const byGlobalStatistics: NetworkSpec = { kind: 'resnet', options: { blocks: 1, width: 4 } };
let models: string;
/** Of networks that see the dark channel, know the whole frame and invert the scattering model. */
let informed: string;
let resnets: string;
beforeAll(async () => {
  models = await writeModel(join(folder, 'model'), [1, 2], spec);
  informed = await writeModel(join(folder, 'informed'), [1, 2], {
    ...spec,
    options: { ...spec.options, norm: 0, dark: 1, context: 1, scattering: 1 },
  });
  resnets = await writeModel(join(folder, 'resnet'), [1, 2], byGlobalStatistics);
});

interface Edit {
  readonly photo: Frame;
  readonly notes: Notes;
  readonly warnings: readonly string[];
}

type Params = Exclude<Parameters<typeof ensembleAverage>[0], string>;

const edit = async (
  photo: Frame,
  params: Partial<Params> = {},
  context: Partial<OpContext> = {},
): Promise<Edit> => {
  const warnings: string[] = [];
  let notes: Notes = {};
  const wanted = ownParams<Wanted & EnsembleChoice>(ensembleAverage({ models, ...params }));
  const ensemble = right(await loadEnsemble(wanted)());
  const run = ensembleOn(
    wanted,
    {
      ...testContext({}, warnings),
      openEngine: TE.right(engine),
      note: (_, facts) => () => {
        notes = facts;
      },
      ...context,
    },
    ensemble,
  );
  const made = right(await run({ key: firstKey, value: photo }, new AbortController().signal)());
  return { photo: made, notes, warnings };
};

const picture = (width: number, height: number, channels: 1 | 3 = 3): Frame =>
  frameFrom(
    { width, height, channels, depth: 'float32' },
    (x, y, c) =>
      0.5 +
      0.3 * Math.sin(0.9 * x + 0.2 * y * (c + 1)) +
      0.15 * Math.cos(0.05 * x * (c + 1)) * Math.sin(1.7 * y),
  );

const furthest = (one: Frame, other: Frame): number =>
  [...one.samples.data].reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (other.samples.data[i] as number))),
    0,
  );

/** So little that tiles are as small as they can be. */
const LITTLE = 2 ** 20;

/** Every row turned to the right, as a panorama whose camera looks elsewhere. */
const rolled = (photo: Frame, by: number): Frame => {
  const { width, height, channels, samples } = photo;
  const data = Float32Array.from(samples.data, (_, i) => {
    const [c, x, y] = [i % channels, Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    return samples.data[(y * width + ((x - by + width) % width)) * channels + c] as number;
  });
  return { ...photo, width, height, samples: { depth: 'float32', data } };
};

describe('tiles', () => {
  it.each([
    [192, 128, 3, {}],
    [131, 207, 3, { trust: 0.5 }],
    [256, 97, 1, { output: 'trust' }],
  ] as const)(
    'give a %ix%i photo of %i channels as it is without any',
    async (width, height, channels, params) => {
      const photo = picture(width, height, channels);
      const whole = await edit(photo, params);
      const tiled = await edit(photo, params, { memory: LITTLE });
      expect(whole.notes.tiles).toBeUndefined();
      expect(tiled.notes.tiles).toMatchObject({ count: expect.any(Number) });
      expect((tiled.notes.tiles as { count: number }).count).toBeGreaterThan(3);
      expect(furthest(tiled.photo, whole.photo)).toBeLessThan(1e-5);
    },
  );

  it('are certified by computing their joins again', async () => {
    const { notes } = await edit(picture(192, 128), { certify: true }, { memory: LITTLE });
    expect(notes.seamCheck).toMatchObject({ passed: true });
    const { windows, difference } = notes.seamCheck as { windows: number; difference: number };
    expect(windows).toBeGreaterThan(3);
    expect(difference).toBeLessThan(1e-5);
  });

  it('of a network with instance norms share means told from a thumbnail and parts, so that they join', async () => {
    const photo = picture(512, 512);
    const whole = await edit(photo, { models: resnets });
    const tiled = await edit(photo, { models: resnets, certify: true }, { memory: 2 ** 23 });
    expect(whole.notes.tiles).toBeUndefined();
    const { count, meansFrom } = tiled.notes.tiles as { count: number; meansFrom: string };
    expect(count).toBeGreaterThan(3);
    expect(meansFrom).toMatch(/^1\/[234]$/);
    expect(tiled.notes.seamCheck).toMatchObject({ passed: true });
    expect((tiled.notes.seamCheck as { difference: number }).difference).toBeLessThan(1e-5);
    expect(furthest(tiled.photo, whole.photo)).toBeLessThan(0.1);
    expect(tiled.warnings.join('\n')).toContain('told from a thumbnail of 1/');
  });

  it('overlap more where their joins differ, and it is told when that does not help', async () => {
    let runs = 0;
    // Every other run is three levels of 255 brighter, so that no overlap makes tiles agree.
    const flickering =
      (run: Compiled['run']): Compiled['run'] =>
      (feeds, signal) =>
        pipe(
          run(feeds, signal),
          TE.map((results) => {
            const more = runs++ % 2 === 0 ? 0 : 3 / 255;
            return Object.fromEntries(
              Object.entries(results).map(([name, tensor]) => [
                name,
                { ...tensor, data: Float32Array.from(tensor.data, (value) => Number(value) + more) },
              ]),
            ) as typeof results;
          }),
        );
    const unsteady = engineThat(engine, flickering);
    const photo = picture(192, 128);
    const steady = await edit(photo, { certify: true }, { memory: LITTLE });
    const told = await edit(photo, { certify: true }, { memory: LITTLE, openEngine: TE.right(unsteady) });
    expect(told.notes.seamCheck).toMatchObject({ passed: false });
    const { difference, bound } = told.notes.seamCheck as { difference: number; bound: number };
    expect(difference).toBeGreaterThan(2.9 / 255);
    expect(bound).toBeCloseTo(1 / 255, 5);
    expect(told.warnings.at(-1)).toMatch(/^Where tiles meet, .* by \d\.\d levels of 255/);
    const overlap = ({ notes }: Edit) => (notes.tiles as { overlap: number }).overlap;
    // Once by eight of the network's multiple, which is 4; that changes nothing, so it is left at that.
    expect(overlap(told) - overlap(steady)).toBe(8 * 4);
    expect(steady.warnings.join()).not.toContain('Where tiles meet');
  });

  it('become smaller when the engine has no memory', async () => {
    const photo = picture(256, 192);
    const limit = 3 * 4 * 160 * 160;
    const limited =
      (run: Compiled['run']): Compiled['run'] =>
      (feeds, signal) =>
        Object.values(feeds).some(({ data }) => data.byteLength > limit)
          ? TE.left([failure('tensor/run-failed', 'bad_alloc: no memory left')])
          : run(feeds, signal);
    const starving = engineThat(engine, limited);
    const starved = await edit(photo, {}, { openEngine: TE.right(starving) });
    expect(starved.warnings.join('\n')).toContain('no memory for 256x192 pixels at once');
    expect(furthest(starved.photo, (await edit(photo)).photo)).toBeLessThan(1e-5);
  });
});

describe('what is seen of the whole frame', () => {
  it('is the same in tiles', async () => {
    const photo = picture(203, 160);
    const whole = await edit(photo, { models: informed });
    const tiled = await edit(photo, { models: informed, certify: true }, { memory: LITTLE });
    expect((tiled.notes.tiles as { count: number }).count).toBeGreaterThan(3);
    expect(tiled.notes.seamCheck).toMatchObject({ passed: true });
    expect(furthest(tiled.photo, whole.photo)).toBeLessThan(1e-5);
  });

  it('is the same wherever a panorama begins', async () => {
    const photo = picture(128, 64);
    const straight = await edit(photo, { models: informed, wrap: 'sphere' });
    const turned = await edit(rolled(photo, 36), { models: informed, wrap: 'sphere' });
    expect(furthest(rolled(straight.photo, 36), turned.photo)).toBeLessThan(1e-4);
  });
});

describe('panoramas', () => {
  it('are the same wherever they begin', async () => {
    const photo = picture(128, 64);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 31 }),
        fc.constantFrom('x' as const, 'sphere' as const),
        fc.constantFrom(LITTLE, 2 ** 31),
        async (strides, wrap, memory) => {
          const straight = await edit(photo, { wrap }, { memory });
          const turned = await edit(rolled(photo, 4 * strides), { wrap }, { memory });
          expect(furthest(rolled(straight.photo, 4 * strides), turned.photo)).toBeLessThan(1e-4);
        },
      ),
      { numRuns: 6 },
    );
  });

  it('are the same wherever they begin for a network with instance norms, which sees nothing twice', async () => {
    const photo = picture(128, 64);
    const straight = await edit(photo, { models: resnets, wrap: 'sphere', certify: true });
    const turned = await edit(rolled(photo, 36), { models: resnets, wrap: 'sphere' });
    expect(furthest(rolled(straight.photo, 36), turned.photo)).toBeLessThan(1e-4);
    expect(straight.notes.seamCheck).toMatchObject({ passed: true });
  });

  it('are seen half a turn away over the poles', async () => {
    const photo = picture(128, 64);
    const { photo: round } = await edit(photo, { wrap: 'sphere' });
    const { photo: flat } = await edit(photo, { wrap: 'x' });
    const rows = (frame: Frame, from: number, to: number): Frame => ({
      ...frame,
      samples: { depth: 'float32', data: Float32Array.from(frame.samples.data.slice(from * 384, to * 384)) },
    });
    expect(furthest(rows(round, 0, 4), rows(flat, 0, 4))).toBeGreaterThan(1e-3);
  });

  it('are certified over the place where their sides meet', async () => {
    const { notes } = await edit(picture(128, 64), { wrap: 'sphere', certify: true });
    expect(notes.seamCheck).toMatchObject({ passed: true, windows: 4 });
  });

  it('in stereo are two', async () => {
    const eye = picture(128, 64);
    const both: Frame = {
      ...eye,
      height: 128,
      samples: { depth: 'float32', data: Float32Array.from([...eye.samples.data, ...eye.samples.data]) },
      metadata: {
        ...eye.metadata,
        xmp: new TextEncoder().encode('<x GPano:ProjectionType="equirectangular"/>'),
      },
    };
    const { photo: made } = await edit(both);
    const { photo: one } = await edit(eye, { wrap: 'sphere' });
    expect(made.samples.data.slice(0, one.samples.data.length)).toEqual(one.samples.data);
    expect(made.samples.data.slice(one.samples.data.length)).toEqual(one.samples.data);
  });
});
