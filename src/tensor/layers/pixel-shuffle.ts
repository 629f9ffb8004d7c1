import { run } from '../kernels/custom.js';
import { spaceToDepthKernel } from '../kernels/space-to-depth.js';
import * as tf from '../tfjs.js';

/**
 * Blocks of pixels into depth: [N,H,W,C] → [N,H/b,W/b,b·b·C], the depth in the order row, column, channel. The inverse of
 * `tf.depthToSpace`. Throws RangeError when b divides height or width not.
 */
export const spaceToDepth = (x: tf.Tensor4D, blockSize: number): tf.Tensor4D => {
  const [, height, width] = x.shape;
  if (height % blockSize !== 0 || width % blockSize !== 0) {
    throw new RangeError(
      `a picture of ${height}x${width} is not made of blocks of ${blockSize}x${blockSize}`,
    );
  }
  return run(spaceToDepthKernel, { x }, { blockSize }) as tf.Tensor4D;
};

/**
 * Depth into pixels (Shi et al.: "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel
 * Convolutional Neural Network", arXiv 1609.05158): [N,H,W,r·r·C] → [N,H·r,W·r,C], the depth in the order row, column,
 * channel.
 */
export const pixelShuffle = (x: tf.Tensor4D, factor: number): tf.Tensor4D => tf.depthToSpace(x, factor);

/** The inverse of `pixelShuffle`. */
export const pixelUnshuffle = spaceToDepth;
