import * as tf from '../tfjs.js';

const NAME = 'TensorScatterUpdate';

/** Corrects tfjs's cpu backend, whose kernel writes the updates into its operand: it gets a copy. */
export const fixScatterUpdate = (backendName: string): void => {
  const broken = backendName === 'cpu' ? tf.getKernel(NAME, backendName) : undefined;
  if (broken === undefined || corrected.has(broken.kernelFunc)) return;
  const kernelFunc: tf.KernelFunc = ({ inputs, attrs, backend }) => {
    const original = inputs.tensor as tf.Tensor;
    const tensor = tf.tensor(original.dataSync().slice(), original.shape, original.dtype);
    return broken.kernelFunc({ inputs: { ...inputs, tensor }, attrs: attrs ?? {}, backend });
  };
  corrected.add(kernelFunc);
  tf.unregisterKernel(NAME, backendName);
  tf.registerKernel({ ...broken, kernelFunc });
};

const corrected = new WeakSet<tf.KernelFunc>();
