import * as tf from '@tensorflow/tfjs';
import { nearestPixels, type Placement, resizeMatrix } from '../kernels/resample.js';
import { type Gradient, gradient } from './gradient.js';

type Four = [number, number, number, number];

/** Multiplies one spatial axis of [N,H,W,C] by the transpose of a matrix [output, input]. */
const foldAxis = (
  dy: tf.Tensor4D,
  axis: 1 | 2,
  mode: 'nearest' | 'linear',
  size: number,
  placement: Placement,
): tf.Tensor4D => {
  const [n, h, w, c] = dy.shape;
  const { data, shape } = resizeMatrix(mode, size, dy.shape[axis], placement);
  const matrix = tf.tensor2d(data, shape as [number, number]);
  const rows = axis === 1 ? tf.reshape(dy, [n, h, w * c]) : tf.reshape(dy, [n * h, w, c]);
  const folded = tf.matMul(tf.expandDims(matrix, 0), rows, true, false);
  return tf.reshape(folded, axis === 1 ? [n, size, w, c] : [n, h, size, c]);
};

/** Whether each pixel became a block of `factor` by `factor` pixels, the same for all. */
const blocks = (input: number, output: number, placement: Placement): boolean =>
  output % input === 0 &&
  nearestPixels(input, output, placement).every((source, i) => source === Math.floor((i * input) / output));

/**
 * Both resizes are linear, one axis after the other, so their gradients multiply by each axis's matrix, transposed; whole
 * blocks of pixels are summed by pooling. tfjs ignores half-pixel centres here and has no second derivatives.
 */
const resize = (kernelName: string, mode: 'nearest' | 'linear'): Gradient =>
  gradient<tf.ResizeBilinearAttrs>(kernelName, { inputs: ['images'] }, ({ dy, saved: [images], attrs }) => ({
    images: () => {
      const [, height, width] = images!.shape as Four;
      const [, rows, columns] = dy.shape as Four;
      if (mode === 'nearest' && blocks(height, rows, attrs) && blocks(width, columns, attrs)) {
        const block: [number, number] = [rows / height, columns / width];
        return tf.mul(tf.avgPool(dy as tf.Tensor4D, block, block, 'valid'), block[0] * block[1]);
      }
      const folded =
        rows === height ? (dy as tf.Tensor4D) : foldAxis(dy as tf.Tensor4D, 1, mode, height, attrs);
      return columns === width ? folded : foldAxis(folded, 2, mode, width, attrs);
    },
  }));

export const resizeGradients: readonly Gradient[] = [
  resize('ResizeBilinear', 'linear'),
  resize('ResizeNearestNeighbor', 'nearest'),
];
