import type { HostTensor } from '../../ports/index.js';
import * as tf from '../../tensor/tfjs.js';
import { onCpu, type Sample, type Tensors, weighted } from './oracle.js';

/**
 * Runs `f` with tfjs's cpu backend computing in float64: its kernels take their arrays from the global constructor when
 * they run, so exchanging that, and the test for such arrays, for a while exchanges the precision.
 */
export const inDouble = <A>(f: () => A): A => {
  const single = globalThis.Float32Array;
  const { platform } = tf.env();
  const isTypedArray = platform.isTypedArray;
  (globalThis as { Float32Array: unknown }).Float32Array = Float64Array;
  platform.isTypedArray = (a): a is Float32Array => ArrayBuffer.isView(a);
  try {
    return onCpu(f);
  } finally {
    globalThis.Float32Array = single;
    platform.isTypedArray = isTypedArray;
  }
};

type Values = Readonly<Record<string, Float64Array>>;

const direction = (length: number, seed: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => Math.sin(2.3 * i + 1.1 * seed + 0.5));

const STEP = 1e-5;

/**
 * How far the gradients of a sample's weighted sum are from central differences, both in float64 along fixed directions:
 * the largest error relative to the larger of the two slopes and 1.
 */
export const differenceError = (
  { inputs, run, by = [] }: Sample,
  loss: (results: tf.Tensor | readonly tf.Tensor[]) => tf.Scalar = weighted,
): number => {
  const tensors = (values: Values): Tensors =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, t]) => [name, doubleTensor(t, values[name] ?? t.data)]),
    );
  const value = (values: Values): number => inDouble(() => loss(run(tensors(values))).dataSync()[0]!);
  const slopes = inDouble(() => {
    const given = tensors({});
    const found = tf.grads((...xs: tf.Tensor[]) =>
      loss(run({ ...given, ...Object.fromEntries(by.map((name, i) => [name, xs[i]!])) })),
    )(by.map((name) => given[name]!));
    return found.map((t) => Float64Array.from(t.dataSync()));
  });
  const errors = by.flatMap((name, k) =>
    [0, 1, 2].map((seed) => {
      const base = Float64Array.from(inputs[name]!.data);
      const along = direction(base.length, seed);
      const moved = (step: number): Values => ({ [name]: base.map((v, i) => v + step * along[i]!) });
      const difference = (value(moved(STEP)) - value(moved(-STEP))) / (2 * STEP);
      const slope = slopes[k]!.reduce((sum, g, i) => sum + g * along[i]!, 0);
      return Math.abs(slope - difference) / Math.max(1, Math.abs(slope), Math.abs(difference));
    }),
  );
  return Math.max(0, ...errors);
};

const doubleTensor = ({ dtype, shape }: HostTensor, data: ArrayLike<number>): tf.Tensor =>
  dtype === 'int32' || dtype === 'bool'
    ? tf.tensor(dtype === 'int32' ? Int32Array.from(data) : Uint8Array.from(data), [...shape], dtype)
    : tf.tensor(Float32Array.from(data), [...shape]);

/** The squares of a program's results, so that what is linear has second derivatives too. */
export const squared = (sample: Sample): Sample => ({
  ...sample,
  run: (given) => {
    const results = sample.run(given);
    return (results instanceof tf.Tensor ? [results] : results)
      .filter((t) => t.dtype === 'float32')
      .map((t) => tf.square(t));
  },
});
