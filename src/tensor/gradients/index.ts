import * as tf from '../tfjs.js';
import { activationGradients } from './activation.js';
import { convolutionGradients } from './convolution.js';
import { elementwiseGradients } from './elementwise.js';
import { gatherGradients } from './gather.js';
import type { Gradient } from './gradient.js';
import { matmulGradients } from './matmul.js';
import { normaliseGradients } from './normalise.js';
import { poolingGradients } from './pooling.js';
import { reductionGradients } from './reduction.js';
import { resizeGradients } from './resize.js';
import { shapeGradients } from './shape.js';
import { keepTapeInOrder, saveOptionalInputs } from './tape.js';

const gradients: readonly Gradient[] = [
  ...activationGradients,
  ...convolutionGradients,
  ...elementwiseGradients,
  ...gatherGradients,
  ...matmulGradients,
  ...normaliseGradients,
  ...poolingGradients,
  ...reductionGradients,
  ...resizeGradients,
  ...shapeGradients,
];

let isTapeCorrected = false;

/**
 * Gives tfjs the gradients that it lacks or has wrong: mirrored padding, depth to space, strided slices, dilated
 * convolutions, average pooling at borders, half-pixel resizing, broadcast maxima, einsum, gathers and scatters, running
 * products, and the second derivatives of all these. They hold for the whole process. Calling it again puts back those that
 * were replaced, as happens when a program loads `@tensorflow/tfjs` afterwards.
 */
export const installGradients = (): void => {
  if (!isTapeCorrected) {
    isTapeCorrected = true;
    keepTapeInOrder();
    saveOptionalInputs();
  }
  for (const each of gradients) if (tf.getGradient(each.kernelName) !== each) tf.registerGradient(each);
};
