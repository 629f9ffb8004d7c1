import type { HostTensor } from '../../ports/index.js';
import { installGradients } from '../../tensor/gradients/index.js';
import { installKernels } from '../../tensor/kernels/index.js';
import * as tf from '../../tensor/tfjs.js';

export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** A program and what it is called with. */
export interface Sample {
  readonly inputs: Readonly<Record<string, HostTensor>>;
  readonly run: (inputs: Tensors) => tf.Tensor | readonly tf.Tensor[];
  /** Inputs to differentiate by. Default: none. */
  readonly by?: readonly string[];
  /** What a report of a failure should show besides the inputs. */
  readonly note?: string;
}

/** The results of a program that may have one. */
export const listed = (result: tf.Tensor | readonly tf.Tensor[]): readonly tf.Tensor[] =>
  result instanceof tf.Tensor ? [result] : result;

/** Runs `f` on tfjs's cpu backend and disposes of every tensor that it made. */
export const onCpu = <A>(f: () => A): A => {
  installGradients();
  installKernels('cpu');
  tf.setBackend('cpu');
  tf.engine().startScope('eager');
  try {
    return f();
  } finally {
    tf.engine().endScope();
  }
};

/** A weighted sum of results, so that every element of every gradient is different. */
export const weighted = (results: tf.Tensor | readonly tf.Tensor[]): tf.Scalar =>
  listed(results)
    .filter((t) => t.dtype === 'float32')
    .map((t, k) => {
      const weights = Float32Array.from({ length: t.size }, (_, i) => Math.cos(1.7 * i + k));
      return tf.sum<tf.Scalar>(tf.mul(t, tf.tensor(weights, t.shape)));
    })
    .reduce((a, b) => tf.add(a, b));
