import * as tf from '../tfjs.js';

/** A kernel's gradient as tfjs keeps it: what to save of a call, and the slopes by each input. */
export type Gradient = Parameters<typeof tf.registerGradient>[0];

interface Given<Attrs> {
  /** The gradient of the kernel's result. */
  readonly dy: tf.Tensor;
  /** The saved inputs, then the saved outputs. */
  readonly saved: readonly tf.Tensor[];
  readonly attrs: Attrs;
}

/** Slopes by the names of a kernel's inputs, computed when asked for. */
export type Slopes = Readonly<Record<string, () => tf.Tensor>>;

/**
 * The gradient of a kernel with one result. It is written in tfjs's operations, so that it can be differentiated again
 * and runs on every engine.
 */
export const gradient = <Attrs>(
  kernelName: string,
  save: { readonly inputs?: readonly string[]; readonly output?: boolean },
  slopes: (given: Given<Attrs>) => Slopes,
): Gradient => ({
  kernelName,
  inputsToSave: [...(save.inputs ?? [])],
  outputsToSave: save.output === true ? [true] : [],
  gradFunc: (dy, saved, attrs) => slopes({ dy: dy as tf.Tensor, saved, attrs: attrs as unknown as Attrs }),
});

/** Runs a kernel of tfjs or of ours by name. */
export const runKernel = (
  name: string,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attrs: object = {},
): tf.Tensor => tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap);

/** Sums a gradient over the axes along which a value of this shape was broadcast. */
export const sumTo = (dy: tf.Tensor, shape: readonly number[]): tf.Tensor => {
  const lead = dy.rank - shape.length;
  const axes = dy.shape.flatMap((d, i) => (i < lead || (shape[i - lead] === 1 && d !== 1) ? [i] : []));
  return tf.reshape(axes.length === 0 ? dy : tf.sum(dy, axes), [...shape]);
};

/** 1 where a condition holds, 0 elsewhere. */
export const mask = (condition: tf.Tensor): tf.Tensor => tf.cast(condition, 'float32');
