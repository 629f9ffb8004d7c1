import { mse } from './mse.js';
import type { PictureLoss } from './picture-loss.js';

/**
 * How far the result is from the input itself: the mean squared difference, which is what holds LPTN's unpaired training to
 * the photo's content (Liang et al. 2021, the reconstruction loss).
 */
export const fidelity: PictureLoss = mse;
