import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import openWabt from 'wabt';
import type { Notes } from '../../../operator/behaviour.js';
import { ensembleAverage } from '../../../ops/ensemble.average/index.js';
import { frameFrom } from '../../../ops/testing/frames.js';
import { ownParams } from '../../../ops/testing/run.js';
import type { Frame, HostTensor, Samples } from '../../../ports/index.js';
import { createEngine } from '../../../tensor/run/engine.js';
import { eagerly } from '../../../tensor/testing/agree.js';
import * as tf from '../../../tensor/tfjs.js';
import { contextFor } from '../../../testing/run/context.js';
import { generatorOf } from '../../generators/index.js';
import { initialise } from '../../initialise.js';
import type { Gate } from '../../models/index.js';
import type { Sliced } from '../../network.js';
import { ensembleOn, type Wanted } from '../apply.js';
import type { LoadedEnsemble, Weights } from '../ensemble.js';
import type { Gated } from '../gating/gate.js';
import { edited, luma, trustMap } from '../program.js';
import { KERNEL } from './kernel-module.js';
import { perform } from './tasks.js';
import { createThreads, here } from './threads.js';
import { rowsBehind } from './thumbnail-rows.js';

const engine = createEngine('cpu');
const threads = createThreads(2);
beforeAll(() => tf.setBackend('cpu'));
afterAll(async () => {
  await threads.close();
  await engine.dispose();
});

const spec = { kind: 'grid', options: { cells: 4, depth: 3, width: 4, guide: 3 } } as const;
const network = generatorOf(spec)!;

/** Weights that change light and colour a good deal. */
const weights = (seed: number): Weights =>
  Object.fromEntries(
    Object.entries(initialise(network, seed)).map(([name, t]) => [
      name,
      name.startsWith('change') || name.startsWith('guide')
        ? {
            ...t,
            data: t.data.map((_, i) => (name === 'change.filter' ? 0.4 : 0.15) * Math.sin(3 * i + seed)),
          }
        : t,
    ]),
  );

const ensemble = (seeds: readonly number[]): LoadedEnsemble => ({
  network,
  members: seeds.map(weights) as unknown as LoadedEnsemble['members'],
  generator: spec,
  snapshots: [],
});

type Written = Exclude<Parameters<typeof ensembleAverage>[0], string>;
const wantedOf = (more: Partial<Written>): Wanted =>
  ownParams<Wanted>(ensembleAverage({ models: '/nowhere', ...more }));

const applied = async (
  photo: Frame,
  seeds: readonly number[],
  more: Partial<Written> = {},
  on = threads,
): Promise<Frame> => {
  const run = ensembleOn(
    wantedOf(more),
    { ...contextFor(), openEngine: TE.right(engine) },
    ensemble(seeds),
    on,
  );
  const key = { path: 'photo.jpg', index: 0, epoch: 0 };
  const made = await run({ key, value: photo }, new AbortController().signal)();
  if (E.isLeft(made)) throw new Error(made.left.map(({ message }) => message).join('\n'));
  return made.right;
};

/** The same by the network as a plain function, value by value 0..1. */
const plain = (photo: Frame, seeds: readonly number[], more: Partial<Written> = {}): HostTensor => {
  const { strength, trust, output, grey } = wantedOf(more);
  const { width, height, channels, samples } = photo;
  const white = { uint8: 255, uint16: 65535, float32: 1 }[samples.depth];
  const data = Float32Array.from({ length: width * height * 3 }, (_, i) => {
    const at = channels === 3 ? i : Math.floor(i / 3);
    return (samples.data[at] as number) / white;
  });
  return eagerly({
    inputs: { x: { dtype: 'float32', shape: [height, width, 3], data } },
    run: ({ x }) => {
      const picture = x as tf.Tensor3D;
      if (output === 'trust') return trustMap(tf, ensemble(seeds), picture);
      const made = edited(tf, ensemble(seeds), { strength, trust }, picture);
      return channels === 1 && grey === 'keep' ? luma(tf, made) : made;
    },
  })[0]!;
};

const furthest = ({ samples }: Frame, expected: HostTensor): number => {
  const white = { uint8: 255, uint16: 65535, float32: 1 }[samples.depth];
  expect(samples.data.length).toBe(expected.data.length);
  return [...expected.data].reduce((most, value, i) => {
    const clipped = samples.depth === 'float32' ? value : Math.min(Math.max(value, 0), 1);
    return Math.max(most, Math.abs((samples.data[i] as number) / white - clipped));
  }, 0);
};

const picture = (
  width: number,
  height: number,
  depth: Samples['depth'] = 'uint8',
  channels: 1 | 3 = 3,
): Frame =>
  frameFrom(
    { width, height, depth, channels },
    (x, y, c) => 0.5 + 0.5 * Math.sin(0.11 * x + 0.07 * y * (c + 1)) * Math.cos(0.05 * y + c),
  );

describe('a sliced grid', () => {
  // Half a level is rounding; the rest is float32.
  const bounds = { uint8: 0.51 / 255, uint16: 0.6 / 65535 + 2e-5, float32: 2e-5 } as const;

  it.each(['uint8', 'uint16', 'float32'] as const)(
    'of %s is what the network makes, whatever the size',
    (depth) =>
      fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 }), async (w, h) => {
          const photo = picture(w, h, depth);
          expect(furthest(await applied(photo, [1]), plain(photo, [1]))).toBeLessThan(bounds[depth]);
        }),
        { numRuns: 6 },
      ),
  );

  it.each([
    ['three snapshots', [1, 2, 3], {}],
    ['half the strength', [1, 2], { strength: 0.5 }],
    ['trust', [1, 2, 3], { trust: 0.8 }],
    ['trust at some strength', [1, 2], { trust: 0.5, strength: 0.7 }],
    ['a map of trust', [1, 2, 3], { output: 'trust' }],
  ] as const)('with %s is what the plain ensemble makes', async (_, seeds, more) => {
    for (const depth of ['uint8', 'float32'] as const) {
      const photo = picture(70, 50, depth);
      expect(furthest(await applied(photo, seeds, more), plain(photo, seeds, more))).toBeLessThan(
        bounds[depth],
      );
    }
  });

  it.each([
    ['keep', 1],
    ['colour', 3],
  ] as const)('of a grey photo, grey: %s, has %d channels', async (grey, channels) => {
    for (const depth of ['uint8', 'uint16', 'float32'] as const) {
      const photo = picture(40, 33, depth, 1);
      const made = await applied(photo, [1, 2], { grey });
      expect(made.channels).toBe(channels);
      expect(furthest(made, plain(photo, [1, 2], { grey }))).toBeLessThan(bounds[depth]);
    }
  });

  it('goes in strips on threads, and is the same as here', async () => {
    const photo = picture(1100, 1000);
    const made = await applied(photo, [1, 2]);
    expect((await applied(photo, [1, 2], {}, here)).samples.data).toEqual(made.samples.data);
    // Not the photo, and nothing left out.
    expect(made.samples.data.subarray(-3000)).not.toEqual(photo.samples.data.subarray(-3000));
  });

  it('closes around a panorama: turned, the photo gets the same edit, turned', async () => {
    const [width, height] = [256, 128];
    const photo = picture(width, height, 'float32');
    const by = 64;
    const turned = ({ samples, ...rest }: Frame, columns: number): Frame => ({
      ...rest,
      samples: {
        depth: 'float32',
        data: Float32Array.from(samples.data as Float32Array, (_, i) => {
          const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
          return samples.data[(y * width + ((x + columns) % width)) * 3 + c] as number;
        }),
      },
    });
    const apart = async (wrap: 'none' | 'x' | 'sphere'): Promise<number> => {
      const straight = await applied(photo, [1, 2], { wrap });
      const there = await applied(turned(photo, by), [1, 2], { wrap });
      const back = turned(there, width - by);
      return [...straight.samples.data].reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (back.samples.data[i] as number))),
        0,
      );
    };
    expect(await apart('x')).toBeLessThan(1e-5);
    expect(await apart('sphere')).toBeLessThan(1e-5);
    expect(await apart('none')).toBeGreaterThan(1e-3);
  });

  it('of a panorama can be certified, and of a picture that does not close is found out', async () => {
    let notes: Notes = {};
    const warnings: string[] = [];
    const certified = async (edges: 'x' | 'none'): Promise<unknown> => {
      const run = ensembleOn(
        wantedOf({ wrap: 'x', certify: true }),
        {
          ...contextFor(),
          openEngine: TE.right(engine),
          note: (_, facts) => () => {
            notes = facts;
          },
          warn:
            (_, { code }) =>
            () =>
              void warnings.push(code),
        },
        edges === 'x' ? ensemble([1, 2]) : { ...ensemble([1]), network: open },
        threads,
      );
      const key = { path: 'photo.jpg', index: 0, epoch: 0 };
      await run({ key, value: picture(256, 128, 'float32') }, new AbortController().signal)();
      return notes.seamCheck;
    };
    // The same network, with something that stays where it is when the panorama is turned.
    const { sliced } = network;
    const still: Sliced['grid'] = (p, x) => {
      const grid = sliced!.grid(p, x, 'x');
      const ramp = tf.reshape(tf.linspace(0, 0.5, grid.shape[2]), [1, 1, grid.shape[2], 1]);
      return tf.add(grid, ramp);
    };
    const open = { ...network, sliced: { ...sliced!, grid: still } };
    expect(await certified('x')).toMatchObject({ passed: true, windows: 1 });
    expect(warnings).toEqual([]);
    expect(await certified('none')).toMatchObject({ passed: false });
    expect(warnings).toEqual(['tiles/seams']);
  });

  describe('with a gate', () => {
    const gatedBy = async (gate: Gate | undefined, photo: Frame, more: Partial<Written> = {}) => {
      const notes: Notes[] = [];
      const run = ensembleOn(
        wantedOf(more),
        { ...contextFor(), openEngine: TE.right(engine), note: (_, facts) => () => void notes.push(facts) },
        { ...ensemble([1, 2]), ...(gate && { gate }) },
        threads,
      );
      const key = { path: 'photo.jpg', index: 0, epoch: 0 };
      const made = await run({ key, value: photo }, new AbortController().signal)();
      if (E.isLeft(made)) throw new Error(made.left.map(({ message }) => message).join('\n'));
      return { photo: made.right, gate: notes[0]?.gate as Gated | undefined };
    };
    // As large as the thumbnail, so that the change of the one is that of the other.
    const photo = picture(32, 32, 'float32');
    const changeOf = (made: Frame): number => {
      const squares = [...made.samples.data].map((value, i) => {
        const inside = Math.min(Math.max(value, 0), 1);
        return (inside - (photo.samples.data[i] as number)) ** 2;
      });
      return Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length);
    };

    it('measures the change of the whole edit, and edits wholly what would change much', async () => {
      const open = await gatedBy(undefined, photo);
      const { photo: made, gate } = await gatedBy({ below: 0.001, above: 0.002 }, photo);
      expect(made).toEqual(open.photo);
      expect(open.gate).toBeUndefined();
      expect(gate?.share).toBe(1);
      expect(gate?.change).toBeCloseTo(changeOf(made), 4);
      const half = await gatedBy({ below: 0.001, above: 0.002 }, photo, { strength: 0.5 });
      expect(half.gate).toEqual(gate);
    });

    it('gives back bit for bit what would change little, unless it is off', async () => {
      const closed = { below: 0.9, above: 1 };
      for (const depth of ['uint8', 'uint16', 'float32'] as const) {
        const own = picture(50, 40, depth);
        expect((await gatedBy(closed, own)).photo).toEqual(own);
        expect((await gatedBy(closed, own, { gate: 'off' })).photo).toEqual(
          (await gatedBy(undefined, own)).photo,
        );
      }
      expect((await gatedBy(closed, photo)).gate).toMatchObject({ share: 0 });
      const grey = picture(20, 20, 'uint8', 1);
      expect((await gatedBy(closed, grey)).photo).toEqual(grey);
      expect((await gatedBy(closed, grey, { grey: 'colour' })).photo).toMatchObject({ channels: 3 });
    });

    it('edits in part between its bounds, more the more would change', async () => {
      const { change = 0 } = (await gatedBy({ below: 0, above: 0 }, photo)).gate ?? {};
      const shares = [];
      for (const below of [0.9, 0.7, 0.5]) {
        const { gate, photo: made } = await gatedBy(
          { below: below * change, above: below * change + 0.6 * change },
          photo,
        );
        shares.push(gate!.share);
        const expected = await gatedBy(undefined, photo, { strength: gate!.share });
        expect(made).toEqual(expected.photo);
      }
      expect(shares).toEqual(shares.toSorted((a, b) => a - b));
      expect(shares[0]).toBeGreaterThan(0);
      expect(shares[2]).toBeLessThan(1);
    });
  });

  it('is cancelled between strips', async () => {
    const run = ensembleOn(
      wantedOf({}),
      { ...contextFor(), openEngine: TE.right(engine) },
      ensemble([1]),
      threads,
    );
    const key = { path: 'photo.jpg', index: 0, epoch: 0 };
    const stop = new AbortController();
    stop.abort();
    const made = await run({ key, value: picture(900, 700) }, stop.signal)();
    expect(E.isLeft(made) && made.left[0].code).toBe('tensor/cancelled');
  });

  it('tells what went wrong in a thread, and goes on with the next', async () => {
    const own = createThreads(1);
    const seen = { width: 4, height: 4, channels: 3, side: 2 } as const;
    const task = (samples: Uint8Array) => ({ kind: 'thumbnail', seen, samples, from: 0, to: 2 }) as const;
    const signal = new AbortController().signal;
    const take = (): void => undefined;
    const wrong = { ...seen, side: -1 };
    const failed = await own.perform(
      { parts: 1, task: () => ({ ...task(new Uint8Array(48)), seen: wrong }), take },
      signal,
    );
    expect(E.isLeft(failed) && failed.left[0].code).toBe('tensor/run-failed');
    const made: unknown[] = [];
    const done = await own.perform(
      { parts: 1, task: () => task(new Uint8Array(48).fill(51)), take: (_, data) => made.push([...data]) },
      signal,
    );
    expect(E.isRight(done)).toBe(true);
    expect((made[0] as number[]).every((value) => Math.abs(value - 0.2) < 1e-6)).toBe(true);
    await own.close();
  });
});

describe('a thumbnail', () => {
  it('is the mean over areas, made of any rows', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom('uint8', 'uint16', 'float32'),
        (width, height, depth) => {
          const { samples } = picture(width, height, depth);
          const seen = { width, height, channels: 3, side: 16 } as const;
          const rows = (from: number, to: number) => {
            const { start, end } = rowsBehind(seen, from, to);
            const part = samples.data.slice(start * width * 3, end * width * 3);
            return [...perform({ kind: 'thumbnail', seen, samples: part, from, to })];
          };
          const whole = rows(0, 16);
          expect([...rows(0, 5), ...rows(5, 16)]).toEqual(whole);
          const white = { uint8: 255, uint16: 65535, float32: 1 }[depth];
          const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
          if (width >= 16 && height >= 16)
            expect(mean(whole)).toBeCloseTo(mean([...samples.data].map((v) => v / white)), 4);
        },
      ),
      { numRuns: 20 },
    ));
});

describe('the kernel', () => {
  it('is what its source says', async () => {
    const text = await readFile(new URL('kernel.wat', import.meta.url), 'utf8');
    const wabt = await openWabt();
    const { buffer } = wabt.parseWat('kernel.wat', text, { simd: true, sat_float_to_int: true }).toBinary({});
    expect(Buffer.from(buffer).toString('base64')).toBe(KERNEL);
  });
});
