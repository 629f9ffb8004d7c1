import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { jit } from '../../tensor/index.js';
import type * as tf from '../../tensor/tfjs.js';
import { type AdamWOptions, adamW, clipByGlobalNorm, decayOf, stepScalarsOf } from './adam-w.js';

const options: AdamWOptions = { rate: 0.01, decay: 0.5, betas: [0.9, 0.99], epsilon: 1e-8 };

const vector = (values: readonly number[], shape: readonly number[] = [values.length]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});

const step = jit(
  ({
    weights,
    first,
    second,
    gradients,
    rate,
    weightDecay,
    firstBiasCorrection,
    secondBiasCorrection,
  }: Inputs) =>
    adamW(options)({ weights, first, second }, gradients, {
      rate,
      weightDecay,
      firstBiasCorrection,
      secondBiasCorrection,
    }),
  { name: 'adamW' },
);

type Named = { readonly filter: tf.Tensor; readonly bias: tf.Tensor };
interface Inputs {
  readonly weights: Named;
  readonly first: Named;
  readonly second: Named;
  readonly gradients: Named;
  readonly rate: tf.Scalar;
  readonly weightDecay: tf.Scalar;
  readonly firstBiasCorrection: tf.Scalar;
  readonly secondBiasCorrection: tf.Scalar;
}

/** Loshchilov & Hutter, algorithm 2, line by line in float64, for one weight. */
const reference = (
  { rate, decay, betas: [b1, b2], epsilon }: AdamWOptions,
  gradients: readonly number[],
  start: number,
  multipliers: readonly number[],
  steps: number,
): number => {
  let [theta, m, v] = [start, 0, 0];
  for (const [i, g] of gradients.entries()) {
    const t = i + 1;
    m = b1 * m + (1 - b1) * g;
    v = b2 * v + (1 - b2) * g * g;
    const mHat = m / (1 - b1 ** t);
    const vHat = v / (1 - b2 ** t);
    const lambda = decay * Math.sqrt(1 / steps);
    theta -= multipliers[i]! * ((rate * mHat) / (Math.sqrt(vHat) + epsilon) + lambda * theta);
  }
  return theta;
};

describe('adamW', () => {
  it('is the published algorithm, its decay multiplied by the schedule alone', async () => {
    const numbers = fc.double({ min: -2, max: 2, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-3);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(numbers, fc.double({ min: 0, max: 1, noNaN: true })), {
          minLength: 1,
          maxLength: 4,
        }),
        numbers,
        fc.integer({ min: 1, max: 1000 }),
        async (turns, start, steps) => {
          let state = {
            weights: { filter: vector([start], [1, 1]), bias: vector([start]) },
            first: { filter: vector([0], [1, 1]), bias: vector([0]) },
            second: { filter: vector([0], [1, 1]), bias: vector([0]) },
          };
          for (const [i, [gradient, multiplier]] of turns.entries()) {
            const stepScalars = stepScalarsOf(options, multiplier, steps, i + 1);
            const scalars = Object.fromEntries(
              Object.entries(stepScalars).map(([name, value]) => [name, vector([value], [])]),
            );
            const gradients = { filter: vector([gradient], [1, 1]), bias: vector([gradient]) };
            const result = await step({ ...state, gradients, ...scalars } as never)();
            if (result._tag === 'Left') throw new Error(JSON.stringify(result.left));
            state = result.right as typeof state;
          }
          const gradients = turns.map(([g]) => Math.fround(g));
          const multipliers = turns.map(([, m]) => m);
          const exact = (decay: number): number =>
            reference({ ...options, decay }, gradients, Math.fround(start), multipliers, steps);
          expect(state.weights.filter.data[0]).toBeCloseTo(exact(options.decay), 4);
          // Offsets have one axis, and do not decay.
          expect(state.weights.bias.data[0]).toBeCloseTo(exact(0), 4);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('normalises the decay by the number of steps', () => {
    expect(decayOf(0.05, 100)).toBeCloseTo(0.005, 12);
  });
});

describe('clipByGlobalNorm', () => {
  it('brings the norm of all gradients down to the limit, and leaves smaller ones alone', async () => {
    const clip = jit(({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => clipByGlobalNorm({ a, b }, 1), {
      name: 'clip',
    });
    const values = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(values, values, async (a, b) => {
        const result = await clip({ a: vector(a), b: vector(b) })();
        if (result._tag === 'Left') throw new Error(JSON.stringify(result.left));
        const { gradients, norm } = result.right;
        const before = Math.hypot(...a, ...b);
        expect(norm.data[0]).toBeCloseTo(before, 4);
        const after = [...gradients.a!.data, ...gradients.b!.data];
        expect(Math.hypot(...after)).toBeCloseTo(Math.min(1, before), 4);
        if (before <= 1) expect(after).toEqual([...a, ...b].map(Math.fround));
      }),
      { numRuns: 30 },
    );
  });
});
