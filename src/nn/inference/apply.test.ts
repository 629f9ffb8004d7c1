import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, describe, expect, it } from 'vitest';
import { type Diagnostic, type Diagnostics, failure } from '../../diagnostics/index.js';
import type { MapBehaviour, Notes, OpContext, WorkEstimate } from '../../operator/behaviour.js';
import { ensembleAverage } from '../../ops/ensemble.average/index.js';
import { engineThat } from '../../ops/testing/engine-that.js';
import { frameFrom } from '../../ops/testing/frames.js';
import { ownParams } from '../../ops/testing/run.js';
import type { Frame, ItemKey } from '../../ports/index.js';
import { type Compiled, createEngine } from '../../tensor/run/engine.js';
import * as tf from '../../tensor/tfjs.js';
import { contextFor } from '../../testing/run/context.js';
import type { Network } from '../network.js';
import { ensembleOn, type Wanted } from './apply.js';
import type { LoadedEnsemble } from './ensemble.js';
import { estimateWork } from './estimate.js';
import { here, type Threads } from './sliced/threads.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const filter = tf.tensor4d(
  Float32Array.from({ length: 225 }, (_, i) => 0.02 * Math.sin(i + 1)),
  [5, 5, 3, 3],
);
/** Looks two pixels around itself. */
const near: Network = {
  parameters: {},
  apply: (_, x) => tf.conv2d(x, tf.tensor4d(filter.dataSync().slice(), [5, 5, 3, 3]), 1, 'same'),
};
/** Looks at the whole picture. */
const everywhere: Network = {
  parameters: {},
  apply: (_, x) => tf.sub(x, tf.mean<tf.Tensor4D>(x, [1, 2], true)),
};

const loaded = (network: Network): LoadedEnsemble => ({
  network,
  members: [{}],
  generator: { kind: 'filter', options: {} },
  snapshots: [{ file: 'snapshot-7.safetensors', sha256: 'abc', bytes: 12, step: 7, cycle: 1 } as never],
});
const facts = {
  generator: 'filter',
  snapshots: [{ file: 'snapshot-7.safetensors', sha256: 'abc', step: 7 }],
};

type Written = Exclude<Parameters<typeof ensembleAverage>[0], string>;
const wantedOf = (more: Partial<Written> = {}): Wanted =>
  ownParams<Wanted>(ensembleAverage({ models: '/nowhere', ...more }));

interface Tried {
  readonly photo?: Frame;
  readonly errors: readonly string[];
  readonly notes: Notes;
  readonly warnings: readonly Diagnostic[];
  readonly keys: readonly string[];
}

const key: ItemKey = { path: 'photo.jpg', index: 3, epoch: 0 };

const tried = async (
  network: Network,
  photo: Frame,
  context: Partial<OpContext> = {},
  params: Partial<Written> = {},
): Promise<Tried> => {
  const warnings: Diagnostic[] = [];
  const keys: string[] = [];
  let notes: Notes = {};
  const run = ensembleOn(
    wantedOf(params),
    {
      ...contextFor(),
      openEngine: TE.right(engine),
      note:
        ({ path }, told) =>
        () => {
          keys.push(path);
          notes = told;
        },
      warn:
        ({ path }, warning) =>
        () => {
          keys.push(path);
          warnings.push(warning);
        },
      ...context,
    },
    loaded(network),
  );
  const made = await run({ key, value: photo }, new AbortController().signal)();
  return {
    ...(E.isRight(made)
      ? { photo: made.right, errors: [] }
      : { errors: made.left.map(({ message }) => message) }),
    notes,
    warnings,
    keys,
  };
};

const picture = (width: number, height: number): Frame =>
  frameFrom(
    { width, height, depth: 'float32' },
    (x, y, c) => 0.5 + 0.4 * Math.sin(0.9 * x + 0.2 * y * (c + 1)) * Math.cos(0.3 * y),
  );

const furthest = (one: Frame, other: Frame): number =>
  [...one.samples.data].reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (other.samples.data[i] as number))),
    0,
  );

type Tile = Readonly<Record<'count' | 'width' | 'height' | 'overlap' | 'bytes', number>>;
const tilesOf = ({ notes }: Tried): Tile => notes.tiles as unknown as Tile;

describe('what a receipt is told', () => {
  it('is of which weights a photo was made, whether or not anything was done', async () => {
    const photo = picture(24, 16);
    const whole = await tried(near, photo);
    expect([whole.notes, whole.warnings, whole.keys]).toEqual([facts, [], ['photo.jpg']]);
    const untouched = await tried(near, photo, {}, { strength: 0 });
    expect(untouched.notes).toEqual(facts);
    expect(untouched.photo).toBe(photo);
    // A map of trust is made at strength 0, too.
    expect((await tried(near, photo, {}, { strength: 0, output: 'trust' })).photo?.channels).toBe(1);
  });

  it('is how it was cut into tiles, and what was found where they meet', async () => {
    const photo = picture(256, 64);
    const whole = await tried(near, photo);
    const cut = await tried(near, photo, { memory: 2 ** 19 });
    expect(furthest(cut.photo!, whole.photo!)).toBeLessThan(1e-5);
    const { count, width, height, overlap, bytes } = tilesOf(cut);
    expect(cut.notes).toEqual({
      ...facts,
      tiles: { count, width, height, overlap: 2, edges: 'none', bytes },
    });
    expect(count * width * height).toBeGreaterThanOrEqual(256 * 64);
    expect([count > 1, overlap, Number.isInteger(bytes), bytes <= 2 ** 19]).toEqual([true, 2, true, true]);
    for (const certified of [
      await tried(near, photo, { memory: 2 ** 19 }, { certify: true }),
      await tried(near, photo, { memory: 2 ** 19, certify: true }),
    ]) {
      const { difference, windows } = certified.notes.seamCheck as Record<string, number>;
      expect(certified.notes.seamCheck).toEqual({
        windows,
        difference,
        bound: 1 / 255 + 1e-6,
        passed: true,
      });
      expect(difference).toBeLessThan(1e-5);
      expect(windows).toBeGreaterThan(3);
      expect(certified.warnings).toEqual([]);
    }
  });
});

describe('what people are told', () => {
  it('is that a network looks at everything where that takes more than is allowed', async () => {
    const photo = picture(512, 512);
    const enough = await tried(everywhere, photo);
    expect(enough.warnings).toEqual([]);
    const { photo: made, warnings, keys } = await tried(everywhere, photo, { memory: 3e6 });
    expect(furthest(made!, enough.photo!)).toBe(0);
    expect(warnings).toMatchObject([{ code: 'tiles/whole-picture', severity: 'warning' }]);
    expect(warnings[0]!.message).toMatch(
      /^`filter` looks at the whole picture, which takes about \d+ MB where 3 MB are allowed\.$/,
    );
    expect(keys).toEqual(['photo.jpg', 'photo.jpg']);
  });

  it('is that even the smallest tile takes more than is allowed', async () => {
    const { warnings } = await tried(near, picture(64, 64), { memory: 1 });
    expect(warnings).toMatchObject([{ code: 'tiles/whole-picture' }]);
    expect(warnings[0]!.message).toMatch(
      /^A tile of `filter` takes about \d+ MB where 0 MB are allowed: it looks 2 pixels around itself\.$/,
    );
  });

  it('is that tiles differ where they meet, once a larger overlap does not help any more', async () => {
    // Windows of a seam check are smaller than tiles; the farther they look around, the less they differ.
    const differing =
      (factor: number) =>
      (run: Compiled['run']): Compiled['run'] =>
      (feeds, signal) =>
        pipe(
          run(feeds, signal),
          TE.map((results) => {
            const [feed] = Object.values(feeds);
            const [, width = 0] = feed!.shape;
            if (width > 250) return results;
            const halo = (width - 128) / 2;
            const more = 0.4 * factor ** ((halo - 2) / 8);
            return Object.fromEntries(
              Object.entries(results).map(([name, tensor]) => [
                name,
                { ...tensor, data: Float32Array.from(tensor.data, (value) => Number(value) + more) },
              ]),
            ) as typeof results;
          }),
        );
    const growing = async (factor: number) => {
      const tools = { certify: true, openEngine: TE.right(engineThat(engine, differing(factor))) };
      return tried(near, picture(600, 260), { ...tools, memory: 4.5e6 });
    };
    const slow = await growing(0.9);
    expect(slow.warnings.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'tiles/seams: Where tiles meet, the result differs by 91.8 levels of 255 from what it is inside of a tile.',
    ]);
    expect(tilesOf(slow).overlap).toBe(2 + 8);
    const quick = await growing(0.25);
    // 0.4 · 255 / 4³ levels are left when it has grown three times.
    expect(quick.warnings.map(({ message }) => message)).toEqual([
      'Where tiles meet, the result differs by 1.6 levels of 255 from what it is inside of a tile.',
    ]);
    expect(tilesOf(quick).overlap).toBe(2 + 24);
    const quickest = await growing(0.05);
    expect(quickest.warnings).toEqual([]);
    expect(tilesOf(quickest).overlap).toBe(2 + 16);
    expect(quickest.notes.seamCheck).toMatchObject({ passed: true });
  });
});

describe('an engine that fails', () => {
  const failing = (errors: Diagnostics, from = 0) =>
    engineThat(
      engine,
      (run) => (feeds, signal) =>
        Object.values(feeds).some(({ data }) => data.byteLength > from)
          ? TE.left(errors)
          : run(feeds, signal),
    );
  const attempt = (network: Network, errors: Diagnostics, from = 0) =>
    tried(network, picture(512, 512), { openEngine: TE.right(failing(errors, from)) });

  it('is asked for less at once where it had no memory, until that is little', async () => {
    for (const code of ['tensor/run-failed', 'tensor/compile-failed'] as const) {
      const { errors, warnings } = await attempt(near, [failure(code, 'Out of memory.')]);
      expect(errors).toEqual(['Out of memory.']);
      expect(warnings.length).toBeGreaterThan(1);
      expect(warnings[0]).toMatchObject({
        code: 'tiles/out-of-memory',
        message: 'The engine had no memory for 512x512 pixels at once; tiles of half as many are tried.',
      });
      const [, width, height] = /for (\d+)x(\d+) pixels/.exec(warnings.at(-1)!.message) ?? [];
      // Half of that is tried, and half of that again would be too little.
      expect(Number(width) * Number(height)).toBeGreaterThanOrEqual(2 * 128 * 128);
      expect(Number(width) * Number(height)).toBeLessThan(8 * 128 * 128);
    }
  });

  it('has what it can work on at once kept in mind for the next photo', async () => {
    const warnings: string[] = [];
    const run = ensembleOn(
      wantedOf(),
      {
        ...contextFor({ warned: (message) => void warnings.push(message) }),
        openEngine: TE.right(failing([failure('tensor/run-failed', 'bad_alloc')], 12 * 300 * 300)),
      },
      loaded(near),
    );
    const signal = new AbortController().signal;
    for (let i = 0; i < 2; i++)
      expect(E.isRight(await run({ key, value: picture(512, 512) }, signal)())).toBe(true);
    expect(warnings.filter((message) => message.includes('512x512'))).toHaveLength(1);
  });

  it('is not asked again where less would not help', async () => {
    const full = failure('tensor/run-failed', 'Out of memory.');
    const broken = failure('tensor/run-failed', 'The node Conv_3 is odd.');
    const other = failure('run/cancelled', 'Out of memory, it said.');
    for (const [network, error] of [
      [near, broken],
      [near, other],
      [everywhere, full],
    ] as const) {
      const { errors, warnings } = await attempt(network, [error]);
      expect(errors).toEqual([error.message]);
      expect(warnings).toEqual([]);
    }
  });

  it('cannot be opened, which is told', async () => {
    const openEngine = TE.left([failure('tensor/run-failed', 'no engine')] as const);
    expect((await tried(near, picture(8, 8), { openEngine })).errors).toEqual(['no engine']);
  });
});

describe('how a picture would be worked on', () => {
  const shape = { width: 256, height: 128, channels: 3 } as const;
  const estimate = (memory: number, photo?: Frame, params: Partial<Written> = {}): WorkEstimate => {
    const found = estimateWork(loaded(near), wantedOf(params), memory, shape, photo);
    if (E.isLeft(found)) throw new Error(found.left[0].message);
    return found.right;
  };

  it('is told beforehand as it then is', async () => {
    const { bytes, tiles } = estimate(2 ** 31);
    expect(tiles).toBeUndefined();
    const little = estimate(2 ** 20);
    const cut = tilesOf(await tried(near, picture(256, 128), { memory: 2 ** 20 }));
    expect(Math.round(little.bytes)).toBe(cut.bytes);
    expect(little.tiles!.count).toBe(cut.count);
    expect(little.tiles!.width).toBeGreaterThanOrEqual(cut.width);
    expect(little.bytes).toBeLessThan(bytes);
  });

  it('depends on whether the photo goes round', () => {
    expect(estimate(2 ** 31, undefined, { wrap: 'x' }).tiles).toEqual({ count: 1, width: 260, height: 128 });
    expect(estimate(2 ** 31, undefined, { wrap: 'sphere' }).tiles).toEqual({
      count: 1,
      width: 260,
      height: 132,
    });
    expect(estimate(2 ** 31, picture(256, 128)).tiles).toBeUndefined();
    const flat = frameFrom({ width: 256, height: 128 }, () => 0.5);
    expect(estimate(2 ** 31, flat).tiles).toEqual({ count: 1, width: 260, height: 132 });
    expect(estimate(2 ** 31, flat, { wrap: 'none' }).tiles).toBeUndefined();
  });

  it('counts the tiles of both eyes', () => {
    const square = { width: 256, height: 256, channels: 3 } as const;
    const flat = frameFrom({ width: 256, height: 256 }, () => 0.5);
    const found = estimateWork(loaded(near), wantedOf(), 2 ** 31, square, flat);
    expect(E.isRight(found) && found.right.tiles).toEqual({ count: 2, width: 260, height: 132 });
  });

  it('is what the operator says', async () => {
    const { estimate: said } = ensembleAverage.operator.behaviour as unknown as MapBehaviour<
      Wanted,
      Frame,
      Frame,
      { readonly ensemble: LoadedEnsemble; readonly threads: Threads }
    >;
    const found = await said!(
      wantedOf(),
      { ...contextFor(), memory: 2 ** 20 },
      { ensemble: loaded(near), threads: here },
    )(shape, undefined)();
    expect(found).toEqual(E.right(estimate(2 ** 20)));
  });
});

describe('the operator', () => {
  it('works as its parameters say, the common ones unsaid', () => {
    expect(wantedOf()).toEqual({
      models: '/nowhere',
      strength: 1,
      trust: 0,
      average: 'predictions',
      members: 'all',
      output: 'picture',
      wrap: 'auto',
      certify: false,
      grey: 'keep',
      gate: 'auto',
    });
  });

  it('says how many channels come out', () => {
    const becomes = (channels: 1 | 3, params: Partial<Written>) => {
      const shape = { width: 5, height: 4, channels };
      return ensembleAverage.operator.facts.shape?.(wantedOf(params) as never, shape);
    };
    const shapeOf = (channels: number) => E.right({ width: 5, height: 4, channels });
    expect(becomes(3, {})).toEqual(shapeOf(3));
    expect(becomes(1, {})).toEqual(shapeOf(1));
    expect(becomes(1, { grey: 'colour' })).toEqual(shapeOf(3));
    expect(becomes(3, { output: 'trust' })).toEqual(shapeOf(1));
    expect(becomes(1, { output: 'trust', grey: 'colour' })).toEqual(shapeOf(1));
  });

  it('has one result only where weights are averaged', () => {
    const { codec } = ensembleAverage.operator.params;
    const refused = (more: Partial<Written>) =>
      E.isLeft(codec.decode({ models: '/m', average: 'weights', ...more }));
    expect([{}, { trust: 0 }, { trust: 0.1 }, { output: 'trust' as const }].map(refused)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});
