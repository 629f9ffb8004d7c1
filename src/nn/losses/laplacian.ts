import * as tf from '../../tensor/tfjs.js';
import { filledUp } from '../any-size.js';
import { laplacianPyramid } from '../laplacian-pyramid.js';
import type { PictureLoss } from './picture-loss.js';

const LEVELS = 3;

/**
 * Mean absolute difference of Laplacian pyramids, averaged over three levels, all of which count alike (Bojanowski,
 * Joulin, Lopez-Paz, Szlam: "Optimizing the Latent Space of Generative Networks", 2018), without the rest: edges and
 * textures of up to eight pixels, and neither brightness nor a cast, which an edit of light and colour changes.
 */
export const laplacian: PictureLoss = (x, y) => {
  const difference = filledUp({ multiple: 2 ** LEVELS, least: 2 ** LEVELS }, tf.sub(x, y));
  // A pyramid is linear in the picture: that of the difference is the difference of the pyramids.
  const levels = laplacianPyramid(difference, LEVELS).details.map((d) => tf.mean<tf.Scalar>(tf.abs(d)));
  return tf.div(
    levels.reduce((a, b) => tf.add(a, b)),
    LEVELS,
  );
};
