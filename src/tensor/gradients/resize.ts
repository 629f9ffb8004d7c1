import { run } from '../kernels/custom.js';
import { padGradient } from '../kernels/pad.js';
import { nearestPixels, type Placement, resizeMatrix } from '../kernels/resample.js';
import * as tf from '../tfjs.js';
import { type Gradient, gradient } from './gradient.js';

type Mode = 'nearest' | 'linear';

/** Multiplies one spatial axis of [N,H,W,C] by the transpose of a matrix [output, input]. */
const foldAxis = (
  dy: tf.Tensor4D,
  axis: 1 | 2,
  mode: Mode,
  size: number,
  placement: Placement,
): tf.Tensor4D => {
  const [n, h, w, c] = dy.shape;
  if (dy.shape[axis] === size) return dy;
  const { data, shape } = resizeMatrix(mode, size, dy.shape[axis], placement);
  const matrix = tf.tensor3d(data, [1, shape[0]!, shape[1]!]);
  const rows = axis === 1 ? tf.reshape(dy, [n, h, w * c]) : tf.reshape(dy, [n * h, w, c]);
  const folded = tf.matMul(matrix, rows, true, false);
  return tf.reshape(folded, axis === 1 ? [n, size, w, c] : [n, h, size, c]);
};

/** Whether each pixel became a block of pixels, all blocks of one size. */
const inBlocks = (input: number, output: number, placement: Placement): boolean =>
  output % input === 0 &&
  nearestPixels(input, output, placement).every((source, i) => source === Math.floor((i * input) / output));

/** Weights of the target pixels around one that was enlarged `factor` times: a triangle that reaches its neighbours. */
const triangle = (factor: number): number[] => {
  const first = -Math.floor(factor / 2);
  const count = factor % 2 === 0 ? 2 * factor : 2 * factor - 1;
  return Array.from({ length: count }, (_, i) => 1 - Math.abs((first + i + 0.5) / factor - 0.5));
};

/**
 * The gradient of a bilinear enlargement by whole factors with half-pixel centres: the enlargement repeats the border by
 * one pixel and then blends neighbours, so backwards it is a strided depthwise convolution, whose border is folded in.
 * Twice as fast as matrices, and ten times where channels are few.
 */
const shrink = (dy: tf.Tensor4D, factors: readonly [number, number]): tf.Tensor => {
  const channels = dy.shape[3];
  const [rows, columns] = [triangle(factors[0]), triangle(factors[1])];
  const taps = rows.flatMap((r) => columns.map((c) => r * c));
  const filter = tf.tile(tf.tensor4d(taps, [rows.length, columns.length, 1, 1]), [1, 1, channels, 1]);
  const [down, across] = factors.map((f) => f + Math.floor(f / 2)) as [number, number];
  const convolved = tf.depthwiseConv2d(
    dy,
    filter as tf.Tensor4D,
    [factors[0], factors[1]],
    [
      [0, 0],
      [down, down],
      [across, across],
      [0, 0],
    ],
  );
  const border = [1, 1] as const;
  return run(padGradient, { dy: convolved }, { mode: 'edge', paddings: [[0, 0], border, border, [0, 0]] });
};

/**
 * Both resizes are linear, one axis after the other, so their gradients multiply by each axis's matrix, transposed; whole
 * blocks of pixels have shorter ways. tfjs ignores half-pixel centres here and has no second derivatives.
 */
const resize = (kernelName: string, mode: Mode): Gradient =>
  gradient<tf.ResizeBilinearAttrs>(kernelName, { inputs: ['images'] }, ({ dy, saved: [images], attrs }) => ({
    images: () => {
      const slope = dy as tf.Tensor4D;
      const [, height = 1, width = 1] = images!.shape;
      const [, rows, columns] = slope.shape;
      const factors: [number, number] = [rows / height, columns / width];
      if (inBlocks(height, rows, attrs) && inBlocks(width, columns, attrs)) {
        if (mode === 'nearest')
          return tf.mul(tf.avgPool(slope, factors, factors, 'valid'), factors[0] * factors[1]);
        if (attrs.halfPixelCenters) return shrink(slope, factors);
      }
      return foldAxis(foldAxis(slope, 1, mode, height, attrs), 2, mode, width, attrs);
    },
  }));

export const resizeGradients: readonly Gradient[] = [
  resize('ResizeBilinear', 'linear'),
  resize('ResizeNearestNeighbor', 'nearest'),
];
