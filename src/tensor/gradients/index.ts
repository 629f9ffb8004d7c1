import * as tf from '@tensorflow/tfjs';
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

let installed = false;

/**
 * Gives tfjs the gradients that it lacks or has wrong: mirrored padding, depth to space, strided slices, dilated
 * convolutions, average pooling at borders, half-pixel resizing, broadcast maxima, einsum, gathers and scatters, running
 * products, and the second derivatives of all these. They hold for the whole process; calling it again does nothing.
 */
export const installGradients = (): void => {
  if (installed) return;
  installed = true;
  keepTapeInOrder();
  saveOptionalInputs();
  for (const each of gradients) tf.registerGradient(each);
};
