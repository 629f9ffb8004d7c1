import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { createEngine } from '../../tensor/run/engine.js';
import { compiled, eagerly, type Sample, type Tensors } from '../../tensor/testing/agree.js';
import { differenceError } from '../../tensor/testing/finite-differences.js';
import { floats } from '../../tensor/testing/tensors.js';
import * as tf from '../../tensor/tfjs.js';
import { patch, pyramid } from '../discriminators/index.js';
import { initialise } from '../initialise.js';
import type { Discriminator } from '../network.js';
import { type AdversarialOptions, adversarial, type Logits } from './index.js';

const engine = createEngine('cpu');
beforeAll(() => tf.setBackend('cpu'));
afterAll(() => engine.dispose());

const KINDS: readonly AdversarialOptions['kind'][] = ['lsgan', 'hinge', 'wgan-gp'];

/** Two scales. */
const SHAPES = [
  [2, 3, 4, 1],
  [2, 1, 2, 1],
] as const;

const logits = fc.tuple(...SHAPES.map((shape) => floats(shape)));
const verdicts = fc.record({ real: logits, fake: logits });

const namesOf = (side: string): readonly string[] => SHAPES.map((_, i) => `${side}${i}`);
const gathered = (t: Tensors, side: string): Logits => namesOf(side).map((name) => t[name] as tf.Tensor4D);

const sideOf = (
  kind: AdversarialOptions['kind'],
  { real, fake }: { readonly real: readonly HostTensor[]; readonly fake: readonly HostTensor[] },
  side: 'generator' | 'discriminator',
): Sample => ({
  inputs: Object.fromEntries([
    ...namesOf('real').map((name, i) => [name, real[i]!]),
    ...namesOf('fake').map((name, i) => [name, fake[i]!]),
  ]),
  by: side === 'generator' ? namesOf('fake') : [...namesOf('real'), ...namesOf('fake')],
  run: (t) => {
    const loss = adversarial({ kind });
    return side === 'generator'
      ? loss.generator(gathered(t, 'fake'))
      : loss.discriminator(gathered(t, 'real'), gathered(t, 'fake'));
  },
});

const average = (values: ArrayLike<number>, f: (v: number) => number): number =>
  Array.from(values, f).reduce((a, b) => a + b, 0) / values.length;

/** The mean over the values of a map, then over the maps. */
const mean = (maps: readonly HostTensor[], f: (v: number) => number): number =>
  average(
    maps.map(({ data }) => average(data, f)),
    (v) => v,
  );

const formulas = {
  lsgan: {
    generator: (_: readonly HostTensor[], fake: readonly HostTensor[]) => mean(fake, (v) => (v - 1) ** 2),
    discriminator: (real: readonly HostTensor[], fake: readonly HostTensor[]) =>
      (mean(real, (v) => (v - 1) ** 2) + mean(fake, (v) => v ** 2)) / 2,
  },
  hinge: {
    generator: (_: readonly HostTensor[], fake: readonly HostTensor[]) => -mean(fake, (v) => v),
    discriminator: (real: readonly HostTensor[], fake: readonly HostTensor[]) =>
      mean(real, (v) => Math.max(0, 1 - v)) + mean(fake, (v) => Math.max(0, 1 + v)),
  },
  'wgan-gp': {
    generator: (_: readonly HostTensor[], fake: readonly HostTensor[]) => -mean(fake, (v) => v),
    discriminator: (real: readonly HostTensor[], fake: readonly HostTensor[]) =>
      mean(fake, (v) => v) - mean(real, (v) => v),
  },
} as const;

describe.each(KINDS)('%s', (kind) => {
  it.each(['generator', 'discriminator'] as const)('%s: is what its formula says, with its slopes', (side) =>
    fc.assert(
      fc.asyncProperty(verdicts, async (given) => {
        const [result] = await compiled(engine, sideOf(kind, given, side));
        expect(result!.data[0]).toBeCloseTo(formulas[kind][side](given.real, given.fake), 5);
        expect(differenceError(sideOf(kind, given, side))).toBeLessThan(1e-6);
      }),
      { numRuns: 4, seed: 5 },
    ),
  );

  it('rewards the generator for what looks real, and the discriminator for telling', () => {
    const all = (value: number): readonly HostTensor[] =>
      SHAPES.map((shape) => ({
        dtype: 'float32',
        shape,
        data: new Float32Array(shape.reduce<number>((a, b) => a * b, 1)).fill(value),
      }));
    const lossOf = (side: 'generator' | 'discriminator', real: number, fake: number): number =>
      eagerly(sideOf(kind, { real: all(real), fake: all(fake) }, side))[0]!.data[0]!;
    expect(lossOf('generator', 0, 0.9)).toBeLessThan(lossOf('generator', 0, 0.1));
    expect(lossOf('discriminator', 0.9, 0.1)).toBeLessThan(lossOf('discriminator', 0.1, 0.9));
  });
});

describe('the gradient penalty', () => {
  const { discriminator, penalty = () => tf.scalar(Number.NaN) } = adversarial({
    kind: 'wgan-gp',
    penalty: 10,
  });
  const picture = floats([3, 4, 5, 3], { min: -1, max: 1 });
  const given = fc.record({
    real: picture,
    fake: picture,
    uniform: floats([3, 1, 1, 1], { min: 0, max: 1 }),
    weights: floats([4, 5, 3]),
  });

  /** A critic whose slope at a picture x is that of (w·x)²/2 over its mean: (w·x)·w. */
  const critic =
    (weights: tf.Tensor) =>
    (x: tf.Tensor4D): Logits => [
      tf.reshape(tf.mul(tf.square(tf.sum(tf.mul(x, weights), [1, 2, 3])), 0.5), [x.shape[0], 1, 1, 1]),
    ];

  const sample = (inputs: Readonly<Record<string, HostTensor>>): Sample => ({
    inputs,
    by: ['weights'],
    run: ({ real, fake, uniform, weights }) =>
      penalty(critic(weights!), real as tf.Tensor4D, fake as tf.Tensor4D, uniform as tf.Tensor4D),
  });

  it('is the squared distance of the slope from 1 between the pictures, and so are its slopes', () =>
    fc.assert(
      fc.asyncProperty(given, async ({ real, fake, uniform, weights }) => {
        const inputs = { real, fake, uniform, weights };
        const length = Math.hypot(...weights.data);
        const distances = [0, 1, 2].map((n) => {
          const u = uniform.data[n]!;
          const along = [...weights.data].reduce(
            (sum, w, i) => sum + w * (u * real.data[60 * n + i]! + (1 - u) * fake.data[60 * n + i]!),
            0,
          );
          return (Math.abs(along) * length - 1) ** 2;
        });
        const expected = 10 * average(distances, (v) => v);
        const [result] = await compiled(engine, sample(inputs));
        expect(Math.abs(result!.data[0]! / expected - 1)).toBeLessThan(1e-4);
        expect(differenceError(sample(inputs))).toBeLessThan(1e-6);
      }),
      { numRuns: 4, seed: 4 },
    ));

  it('has finite slopes where the critic is flat', async () => {
    const flat: HostTensor = { dtype: 'float32', shape: [4, 5, 3], data: new Float32Array(60) };
    await fc.assert(
      fc.asyncProperty(given, async (inputs) => {
        const one = sample({ ...inputs, weights: flat });
        const slope: Sample = {
          ...one,
          run: (t) => tf.grad((w) => one.run({ ...t, weights: w }) as tf.Scalar)(t.weights!),
        };
        expect((await compiled(engine, slope))[0]!.data.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 1 },
    );
  });

  const networks: readonly (readonly [string, Discriminator])[] = [
    ['patch', patch({ layers: 2, width: 2 })],
    ['pyramid', pyramid({ scales: 2, width: 2, size: 32 })],
  ];

  it.each(networks)(
    'compiled, a critic’s loss with it has the slopes that tfjs gives by the weights of %s',
    async (_, network) => {
      const side = 32;
      const [real, fake] = fc.sample(floats([1, side, side, 3], { min: -1, max: 1 }), {
        numRuns: 2,
        seed: 6,
      });
      const parameters = initialise(network, 1);
      const names = Object.keys(parameters);
      const slopes: Sample = {
        inputs: {
          ...parameters,
          real: real!,
          fake: fake!,
          uniform: { dtype: 'float32', shape: [1, 1, 1, 1], data: Float32Array.of(0.3) },
        },
        run: (t) =>
          tf.grads((...tensors: tf.Tensor[]) => {
            const p = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
            const own = (x: tf.Tensor4D): Logits => network.apply(p, x);
            const [x, y] = [t.real as tf.Tensor4D, t.fake as tf.Tensor4D];
            return tf.add(discriminator(own(x), own(y)), penalty(own, x, y, t.uniform as tf.Tensor4D));
          })(names.map((name) => t[name]!)),
      };
      const expected = eagerly(slopes);
      const found = await compiled(engine, slopes);
      const largest = Math.max(...expected.flatMap(({ data }) => [...data].map(Math.abs)));
      expect(largest).toBeGreaterThan(1e-3);
      found.forEach(({ data }, i) => {
        data.forEach((v, k) => {
          expect(Math.abs(v - expected[i]!.data[k]!)).toBeLessThan(1e-4 * largest);
        });
      });
    },
  );
});
