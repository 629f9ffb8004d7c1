import * as E from 'fp-ts/lib/Either.js';
import type { HostTensor } from '../../ports/index.js';
import { type Engine, type HostOf, jit } from '../../tensor/index.js';
import * as tf from '../../tensor/tfjs.js';
import { initialise } from '../initialise.js';
import { mse } from '../losses/index.js';
import type { Network, Parameters } from '../network.js';
import { type AdamWOptions, adamW, type Optimised, stepScalarsOf } from '../optimisers/adam-w.js';

/** A picture and what should become of it, both [1,H,W,3] in -1..1. */
export interface Pair {
  readonly from: HostTensor;
  readonly to: HostTensor;
}

/** A shaded wall with a round window, and the same in haze that thickens to the right: square pictures of so many pixels. */
export const hazyPair = (side: number): Pair => {
  const clear = Float32Array.from({ length: side * side * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side), i % 3];
    const [u, v] = [x / side, y / side];
    const bricks = 0.25 * Math.sin(12 * u + c) * Math.cos(17 * v);
    const window = Math.hypot(u - 0.6, v - 0.4) < 0.2 ? 0.4 - 0.2 * c : 0;
    return 0.3 * (u - v) + bricks + window;
  });
  const hazy = clear.map((value, i) => {
    const through = Math.exp(-0.3 - 0.9 * ((Math.floor(i / 3) % side) / side));
    return value * through + 0.8 * (1 - through);
  });
  const tensor = (data: Float32Array): HostTensor => ({ dtype: 'float32', shape: [1, side, side, 3], data });
  return { from: tensor(hazy), to: tensor(clear) };
};

const OPTIONS: AdamWOptions = { rate: 3e-3, decay: 0, betas: [0.9, 0.99], epsilon: 1e-8 };

interface StepInputs {
  readonly state: Optimised;
  readonly stepScalars: { readonly [K in keyof ReturnType<typeof stepScalarsOf>]: tf.Scalar };
  readonly from: tf.Tensor4D;
  readonly to: tf.Tensor4D;
}

/** One step of Adam towards making `to` of `from`, and the squared error before it. */
const stepOf =
  (network: Network) =>
  ({ state, stepScalars, from, to }: StepInputs) => {
    const names = Object.keys(state.weights);
    const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const parameters = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
      return mse(network.apply(parameters, from), to);
    })(names.map((name) => state.weights[name]!));
    const gradients: Parameters = Object.fromEntries(names.map((name, i) => [name, grads[i]!]));
    return { error: value, state: adamW(OPTIONS)(state, gradients, stepScalars) };
  };

const scalar = (value: number): HostTensor => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });

/**
 * Trains a network on one pair until its result is within so many dB of the target, and gives the steps it took, or
 * Infinity when so many were not enough. The rate falls by half a cosine.
 */
export const stepsToReach = async (
  engine: Engine,
  network: Network,
  { from, to }: Pair,
  { psnr, most }: { readonly psnr: number; readonly most: number },
): Promise<number> => {
  const step = jit(stepOf(network), { engine, name: 'overfit', cache: 1 });
  const start = initialise(network, 1);
  const zeros = Object.fromEntries(
    Object.entries(start).map(([name, t]) => [name, { ...t, data: new Float32Array(t.data.length) }]),
  );
  let state = { weights: start, first: zeros, second: zeros } as HostOf<Optimised>;
  // Of values in -1..1, whose peak is 2.
  const enough = 4 * 10 ** (-psnr / 10);
  for (let count = 1; count <= most; count++) {
    const multiplier = (1 + Math.cos((Math.PI * count) / most)) / 2;
    const stepScalars = stepScalarsOf(OPTIONS, multiplier, most, count);
    const result = await step({
      state,
      stepScalars: {
        rate: scalar(stepScalars.rate),
        weightDecay: scalar(stepScalars.weightDecay),
        firstBiasCorrection: scalar(stepScalars.firstBiasCorrection),
        secondBiasCorrection: scalar(stepScalars.secondBiasCorrection),
      },
      from,
      to,
    } as HostOf<StepInputs>)();
    if (E.isLeft(result)) throw new Error(result.left.map((d) => d.message).join('\n'));
    if (result.right.error.data[0]! <= enough) return count - 1;
    state = result.right.state;
  }
  return Number.POSITIVE_INFINITY;
};
