import * as tf from '../tfjs.js';

/** A kernel that tfjs lacks, written in tfjs's own operations, for engines that run kernel by kernel. */
export interface CustomKernel {
  readonly name: string;
  readonly compute: (inputs: Inputs, attrs: never) => tf.Tensor;
}

export type Inputs = Readonly<Record<string, tf.Tensor>>;

/** An input that a kernel cannot do without. */
export const input = (inputs: Inputs, name: string): tf.Tensor => {
  const found = inputs[name];
  if (found === undefined) throw new RangeError(`input '${name}' is missing`);
  return found;
};

/** Registers a kernel with a tfjs backend, once. */
export const install = ({ name, compute }: CustomKernel, backendName: string): void => {
  if (tf.getKernel(name, backendName) !== undefined) return;
  tf.registerKernel({
    kernelName: name,
    backendName,
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => {
        // The kernel's name says what its attributes are; tfjs hands them over as any kernel's.
        const result = compute(inputs as unknown as Inputs, (attrs ?? {}) as never);
        return Object.values(inputs).includes(result) ? tf.clone(result) : result;
      }),
  });
};

/** Runs a kernel on the current backend: ours while a program is recorded, any of tfjs's otherwise. */
export const run = (kernel: CustomKernel, inputs: Inputs, attrs: object = {}): tf.Tensor => {
  install(kernel, tf.getBackend());
  return tf.engine().runKernel(kernel.name, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
};
