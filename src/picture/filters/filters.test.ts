import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { createEngine, jit } from '../../tensor/index.js';
import * as tf from '../../tensor/tfjs.js';
import { type Mix, mixRows } from './banded.js';
import { boxMean } from './box.js';
import { alongGuide, guidedFit } from './guided-filter.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

type Grid = readonly (readonly number[])[];

const hostOf = (grid: Grid, channels = 1): HostTensor => ({
  dtype: 'float32',
  shape: [grid.length, (grid[0]?.length ?? 0) / channels, channels],
  data: Float32Array.from(grid.flat()),
});

const run = async (
  fn: (inputs: Readonly<Record<string, tf.Tensor3D>>) => tf.Tensor3D,
  inputs: Readonly<Record<string, HostTensor>>,
): Promise<readonly number[]> => {
  const program = jit((given: Record<string, tf.Tensor3D>) => ({ out: fn(given) }), { engine });
  const result = await program(inputs)();
  program.dispose();
  if (E.isLeft(result)) throw new Error(result.left[0].message);
  return [...result.right.out.data];
};

const expectClose = (actual: readonly number[], expected: readonly number[], digits = 4): void => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, digits);
};

const grids = (width: number, height: number, channels = 1): fc.Arbitrary<Grid> =>
  fc.array(
    fc.array(
      fc.integer({ min: 0, max: 255 }).map((level) => level / 255),
      {
        minLength: width * channels,
        maxLength: width * channels,
      },
    ),
    { minLength: height, maxLength: height },
  );

const sized = <A>(then: (width: number, height: number) => fc.Arbitrary<A>): fc.Arbitrary<A> =>
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })).chain(([w, h]) => then(w, h));

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The places of a window, as far as they lie inside. */
const windowAt = (y: number, x: number, height: number, width: number, radius: number) =>
  Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width] as const).filter(
    ([v, u]) => Math.abs(v - y) <= radius && Math.abs(u - x) <= radius,
  );

describe('mixRows', () => {
  it('is the product with the matrix of its weights, however many blocks it takes', async () => {
    const cases = fc.record({
      rows: fc.integer({ min: 1, max: 400 }),
      count: fc.integer({ min: 1, max: 400 }),
      reach: fc.integer({ min: 1, max: 40 }),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, count, reach, seed }) => {
        const noise = (i: number) => Math.abs(Math.sin(seed + 12.9 * i) * 43758.5) % 1;
        const mixes = Array.from({ length: count }, (_, i): Mix => {
          const first = Math.min(rows - 1, Math.floor((i / count) * rows));
          const length = Math.min(reach, rows - first);
          return { first, weights: Array.from({ length }, (_, k) => noise(i + k)) };
        });
        const grid = Array.from({ length: rows }, (_, y) => [noise(y), noise(y + 7)]);
        const expected = mixes.flatMap(({ first, weights }) =>
          [0, 1].map((x) => weights.reduce((sum, w, k) => sum + w * (grid[first + k]?.[x] ?? 0), 0)),
        );
        expectClose(await run(({ x }) => mixRows(tf, x!, mixes), { x: hostOf(grid) }), expected, 3);
      }),
      { numRuns: 20 },
    );
  });
});

describe('boxMean', () => {
  it('is the mean of what lies inside each window', async () => {
    await fc.assert(
      fc.asyncProperty(
        sized((w, h) => grids(w, h)),
        fc.integer({ min: 0, max: 12 }),
        async (grid, radius) => {
          const [height, width] = [grid.length, grid[0]?.length ?? 0];
          const expected = grid.flatMap((row, y) =>
            row.map((_, x) => mean(windowAt(y, x, height, width, radius).map(([v, u]) => grid[v]?.[u] ?? 0))),
          );
          expectClose(await run(({ x }) => boxMean(tf, x!, radius), { x: hostOf(grid) }), expected, 5);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('guidedFit', () => {
  const smoothing = { radius: 2, epsilon: 0.01 };

  it('agrees with the paper’s equations for a grey guide, window by window', async () => {
    const both = sized((w, h) => fc.tuple(grids(w, h), grids(w, h)));
    await fc.assert(
      fc.asyncProperty(both, async ([guide, input]) => {
        const [height, width] = [guide.length, guide[0]?.length ?? 0];
        const lines = guide.map((row, y) =>
          row.map((_, x) => {
            const places = windowAt(y, x, height, width, smoothing.radius);
            const i = places.map(([v, u]) => guide[v]?.[u] ?? 0);
            const p = places.map(([v, u]) => input[v]?.[u] ?? 0);
            const variance = mean(i.map((value) => (value - mean(i)) ** 2));
            const covariance = mean(i.map((value, k) => (value - mean(i)) * ((p[k] ?? 0) - mean(p))));
            const a = covariance / (variance + smoothing.epsilon);
            return { a, b: mean(p) - a * mean(i) };
          }),
        );
        const expected = guide.flatMap((row, y) =>
          row.map((value, x) => {
            const around = windowAt(y, x, height, width, smoothing.radius).map(([v, u]) => lines[v]?.[u]);
            return (
              mean(around.map((line) => line?.a ?? 0)) * value + mean(around.map((line) => line?.b ?? 0))
            );
          }),
        );
        const actual = await run(({ g, p }) => alongGuide(tf, guidedFit(tf, g!, p!, smoothing), g!), {
          g: hostOf(guide),
          p: hostOf(input),
        });
        expectClose(actual, expected);
      }),
      { numRuns: 30 },
    );
  });

  it('takes a colour guide with equal channels as a grey one of a third of the smoothing', async () => {
    // Minimising over three equal slopes a/3 weighs epsilon by a third.
    const both = sized((w, h) => fc.tuple(grids(w, h), grids(w, h)));
    await fc.assert(
      fc.asyncProperty(both, async ([guide, input]) => {
        const inputs = { g: hostOf(guide), p: hostOf(input) };
        const grey = await run(
          ({ g, p }) => alongGuide(tf, guidedFit(tf, g!, p!, { radius: 2, epsilon: 0.01 }), g!),
          inputs,
        );
        const colour = await run(({ g, p }) => {
          const three: tf.Tensor3D = tf.tile(g!, [1, 1, 3]);
          return alongGuide(tf, guidedFit(tf, three, p!, { radius: 2, epsilon: 0.03 }), three);
        }, inputs);
        expectClose(colour, grey);
      }),
      { numRuns: 20 },
    );
  });

  it('gives back an input that is a mix of the guide’s channels, but for epsilon', async () => {
    const colours = sized((w, h) => grids(w + 3, h + 3, 3));
    await fc.assert(
      fc.asyncProperty(colours, async (guide) => {
        const mixed = guide.map((row) =>
          Array.from({ length: row.length / 3 }, (_, x) => {
            const [r = 0, g = 0, b = 0] = row.slice(x * 3, x * 3 + 3);
            return 0.1 + 0.5 * r - 0.2 * g + 0.4 * b;
          }),
        );
        const actual = await run(
          ({ g, p }) => alongGuide(tf, guidedFit(tf, g!, p!, { radius: 3, epsilon: 1e-5 }), g!),
          { g: hostOf(guide, 3), p: hostOf(mixed) },
        );
        expectClose(actual, mixed.flat(), 2);
      }),
      { numRuns: 20 },
    );
  });
});
