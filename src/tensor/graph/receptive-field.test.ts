import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { generatorOf } from '../../nn/generators/index.js';
import { jit } from '../jit.js';
import { pad2d, pixelShuffle, pixelUnshuffle, resize2d } from '../layers/index.js';
import * as tf from '../tfjs.js';
import { record } from '../trace/record.js';
import { receptiveField } from './receptive-field.js';

type Program = (x: tf.Tensor4D) => tf.Tensor;

const fieldOf = (program: Program, side = 64) => {
  const recorded = record('program', program as never, { shape: [1, side, side, 2], dtype: 'float32' });
  if (E.isLeft(recorded)) throw new Error(recorded.left[0].message);
  return receptiveField(recorded.right.graph, { name: 'input', axes: [1, 2] });
};

const filter = (size: number, inputs: number, outputs: number): tf.Tensor4D =>
  tf.ones([size, size, inputs, outputs]);

/** Steps that keep the number of channels at 2; `factor` is what they do to the size. */
const steps: readonly {
  readonly name: string;
  readonly factor: number;
  readonly f: (x: tf.Tensor4D) => tf.Tensor4D;
}[] = [
  { name: 'conv3', factor: 1, f: (x) => tf.conv2d(x, filter(3, 2, 2), 1, 'same') },
  { name: 'conv1', factor: 1, f: (x) => tf.conv2d(x, filter(1, 2, 2), 1, 'same') },
  { name: 'dilated', factor: 1, f: (x) => tf.conv2d(x, filter(3, 2, 2), 1, 'same', 'NHWC', 2) },
  { name: 'depthwise', factor: 1, f: (x) => tf.depthwiseConv2d(x, tf.ones([5, 5, 2, 1]), 1, 'same') },
  { name: 'strided', factor: 0.5, f: (x) => tf.conv2d(x, filter(3, 2, 2), 2, 'same') },
  { name: 'pooled', factor: 0.5, f: (x) => tf.avgPool(x, 2, 2, 'valid') },
  {
    name: 'nearest',
    factor: 2,
    f: (x) => resize2d(x, [2 * x.shape[1], 2 * x.shape[2]], { method: 'nearest' }),
  },
  { name: 'linear', factor: 2, f: (x) => resize2d(x, [2 * x.shape[1], 2 * x.shape[2]]) },
  {
    name: 'shuffled',
    factor: 2,
    f: (x) => pixelShuffle(tf.conv2d(x, filter(1, 2, 8), 1, 'same'), 2),
  },
  {
    name: 'unshuffled',
    factor: 0.5,
    f: (x) => tf.conv2d(pixelUnshuffle(x, 2), filter(1, 8, 2), 1, 'same'),
  },
  {
    name: 'padded',
    factor: 1,
    f: (x) =>
      tf.conv2d(
        pad2d(
          x,
          [
            [2, 1],
            [1, 2],
          ],
          'reflect',
        ),
        tf.ones([4, 4, 2, 2]),
        1,
        'valid',
      ),
  },
  {
    name: 'transposed',
    factor: 2,
    f: (x) =>
      tf.conv2dTranspose(
        x,
        filter(3, 2, 2),
        [1, 2 * x.shape[1], 2 * x.shape[2], 2],
        2,
        'same',
      ) as tf.Tensor4D,
  },
  { name: 'gated', factor: 1, f: (x) => tf.mul(tf.relu(x), tf.add(x, 0.5)) },
];

const SIDE = 64;

/** The pixels of a row that a change of the one in the middle reaches, as distances from it, in the program itself. */
const measured = async (program: Program): Promise<readonly [number, number]> => {
  const run = jit(program);
  const at = async (value: number) => {
    const data = new Float32Array(SIDE * SIDE * 2).fill(1);
    data.fill(value, 2 * (32 * SIDE + 32), 2 * (32 * SIDE + 32) + 2);
    const result = await run({ dtype: 'float32', shape: [1, SIDE, SIDE, 2], data })();
    if (E.isLeft(result)) throw new Error(result.left[0].message);
    return result.right.data;
  };
  const [before, after] = [await at(1), await at(1.5)];
  run.dispose();
  const changed = Array.from({ length: SIDE }, (_, x) => x).filter((x) =>
    Array.from({ length: SIDE }, (_, y) => 2 * (y * SIDE + x)).some((i) => before[i] !== after[i]),
  );
  return [32 - Math.min(...changed), Math.max(...changed) - 32];
};

describe('receptiveField', () => {
  it('covers all that a change of one pixel reaches, and little more', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 4 }),
        async (chosen) => {
          const scale = chosen.reduce((product, { factor }) => product * factor, 1);
          const least = Math.min(
            ...chosen.map((_, i) => chosen.slice(0, i + 1).reduce((p, s) => p * s.factor, 1)),
          );
          fc.pre(scale <= 4 && least >= 0.25);
          // Back to the size of the picture.
          const program: Program = (x) => {
            const y = chosen.reduce((z, { f }) => f(z), x);
            return y.shape[1] === SIDE ? y : resize2d(y, [SIDE, SIDE], { method: 'nearest' });
          };
          fc.pre(scale <= 1);
          const field = fieldOf(program);
          expect(field.kind).toBe('local');
          if (field.kind !== 'local') return;
          const [toLeft, toRight] = await measured(program);
          // A pixel that changes others on its left is looked at from there: to their right.
          expect(field.reach.right).toBeGreaterThanOrEqual(toLeft);
          expect(field.reach.left).toBeGreaterThanOrEqual(toRight);
          expect(field.reach.left + field.reach.right).toBeLessThanOrEqual(
            2 * (toLeft + toRight) + 16 / least,
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('knows what looks at the whole picture, and that a picture of places is not local', () => {
    expect(fieldOf((x) => tf.sub(x, tf.mean(x, [1, 2], true))).kind).toBe('global');
    expect(fieldOf((x) => tf.mul(x, tf.linspace(0, 1, 64).reshape([1, 64, 1, 1]))).kind).toBe('global');
    expect(fieldOf((x) => tf.mean(x, 3, true)).kind).toBe('local');
  });

  it('finds the instance norms of a generator', () => {
    const { apply, parameters } = generatorOf({ kind: 'resnet', options: { blocks: 2, width: 2 } })!;
    const program: Program = (x) =>
      apply(
        Object.fromEntries(
          Object.entries(parameters).map(([name, { shape }]) => [name, tf.ones([...shape])]),
        ),
        tf.concat([x, tf.slice(x, 0, [1, 64, 64, 1])], 3) as tf.Tensor4D,
      );
    const field = fieldOf(program);
    expect(field.kind).toBe('global');
  });
});
