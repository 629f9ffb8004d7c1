import { charbonnier } from './charbonnier.js';
import { fidelity } from './fidelity.js';
import { gradient } from './gradient.js';
import { l1 } from './l1.js';
import { laplacian } from './laplacian.js';
import { msSsim } from './ms-ssim.js';
import { mse } from './mse.js';
import { neutral } from './neutral.js';
import { patchNce } from './patch-nce.js';
import { range } from './range.js';
import { ssim } from './ssim.js';
import { structure } from './structure.js';
import { whites } from './whites.js';

/** Losses that compare pictures value by value, by name. */
export const pixelLosses = { charbonnier, l1, mse } as const;

/** Losses that hold the result to what the input shows, by name. */
export const contentLosses = {
  fidelity,
  gradient,
  laplacian,
  'ms-ssim': msSsim,
  neutral,
  patchnce: patchNce,
  range,
  ssim,
  structure,
  whites,
} as const;

export { type AdversarialLoss, type AdversarialOptions, adversarial, type Logits } from './adversarial.js';
export { charbonnier } from './charbonnier.js';
export { fidelity } from './fidelity.js';
export { gradient } from './gradient.js';
export { heights } from './heights.js';
export { l1 } from './l1.js';
export { laplacian } from './laplacian.js';
export { msSsim } from './ms-ssim.js';
export { mse } from './mse.js';
export { neutral } from './neutral.js';
export { patchNce } from './patch-nce.js';
export type { PictureLoss } from './picture-loss.js';
export { range } from './range.js';
export { smoothness } from './smoothness.js';
export { ssim } from './ssim.js';
export { structure } from './structure.js';
export { totalVariation } from './total-variation.js';
export { whites } from './whites.js';
