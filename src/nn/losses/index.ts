import { charbonnier } from './charbonnier.js';
import { gradient } from './gradient.js';
import { l1 } from './l1.js';
import { laplacian } from './laplacian.js';
import { mse } from './mse.js';
import { ssim } from './ssim.js';

/** Losses that compare pictures value by value, by name. */
export const pixelLosses = { charbonnier, l1, mse } as const;

/** Losses that compare what the pictures show and pass over how they are lit, more or less, by name. */
export const contentLosses = { gradient, laplacian, ssim } as const;

export { type AdversarialLoss, type AdversarialOptions, adversarial, type Logits } from './adversarial.js';
export { charbonnier } from './charbonnier.js';
export { gradient } from './gradient.js';
export { l1 } from './l1.js';
export { laplacian } from './laplacian.js';
export { mse } from './mse.js';
export type { PictureLoss } from './picture-loss.js';
export { ssim } from './ssim.js';
export { totalVariation } from './total-variation.js';
