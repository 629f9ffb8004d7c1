import * as tf from '../tfjs.js';
import { type Gradient, gradient, runKernel } from './gradient.js';

type Four = [number, number, number, number];

/** How many pixels of a picture each window of a pooling holds, as [1,OH,OW,1]. */
const pixelCounts = (shape: Four, a: tf.AvgPoolAttrs): tf.Tensor4D => {
  const info = tf.backend_util.computePool2DInfo(shape, a.filterSize, a.strides, 1, a.pad, a.dimRoundingMode);
  const along = (output: number, stride: number, before: number, window: number, size: number): number[] =>
    Array.from({ length: output }, (_, i) => {
      const first = i * stride - before;
      return Math.min(size, first + window) - Math.max(0, first);
    });
  const rows = along(info.outHeight, info.strideHeight, info.padInfo.top, info.filterHeight, info.inHeight);
  const columns = along(info.outWidth, info.strideWidth, info.padInfo.left, info.filterWidth, info.inWidth);
  const counts = rows.flatMap((r) => columns.map((c) => r * c));
  return tf.tensor4d(counts, [1, rows.length, columns.length, 1]);
};

/**
 * Each gradient, divided by the number of pixels in its window, goes to all of them: a depthwise convolution's input
 * gradient with a filter of ones. tfjs divides by the window's size even where it hangs over the border.
 */
const avgPool = gradient<tf.AvgPoolAttrs>('AvgPool', { inputs: ['x'] }, ({ dy, saved: [x], attrs }) => ({
  x: () => {
    const inputShape = x!.shape as Four;
    const [, height, width, channels] = inputShape;
    const [kh, kw] =
      typeof attrs.filterSize === 'number' ? [attrs.filterSize, attrs.filterSize] : attrs.filterSize;
    const share = tf.div(dy, pixelCounts(inputShape, attrs));
    const [sh, sw] = typeof attrs.strides === 'number' ? [attrs.strides, attrs.strides] : attrs.strides;
    const unpadded = typeof attrs.pad === 'string' || attrs.pad === 0;
    const tiles =
      unpadded && sh === kh && sw === kw && dy.shape[1]! * kh === height && dy.shape[2]! * kw === width;
    if (tiles) return tf.image.resizeNearestNeighbor(share as tf.Tensor4D, [height, width]);
    const { strides, pad, dimRoundingMode } = attrs;
    const filter = tf.ones([kh, kw, channels, 1]);
    return runKernel(
      'DepthwiseConv2dNativeBackpropInput',
      { dy: share, filter },
      { strides, pad, dimRoundingMode, dilations: 1, inputShape },
    );
  },
}));

const maxPool = gradient<tf.MaxPoolAttrs>(
  'MaxPool',
  { inputs: ['x'], output: true },
  ({ dy, saved: [x, y], attrs }) => ({
    x: () => runKernel('MaxPoolGrad', { dy, input: x!, output: y! }, attrs),
  }),
);

/** The padding behind one axis with which whole windows give just the wanted number of them. */
const behind = (size: number, output: number, stride: number, window: number, before: number): number =>
  Math.max(0, (output - 1) * stride + window - size - before);

/**
 * The gradient of the gradient is read at the place of each window's maximum. tfjs finds places for simple paddings only,
 * so the picture is padded beforehand.
 */
const maxPoolGrad = gradient<tf.MaxPoolGradAttrs>(
  'MaxPoolGrad',
  { inputs: ['input', 'output'] },
  ({ dy: ddx, saved, attrs: a }) => {
    const [x, y] = saved as [tf.Tensor4D, tf.Tensor4D];
    return {
      dy: () => {
        const info = tf.backend_util.computePool2DInfo(
          x.shape,
          a.filterSize,
          a.strides,
          1,
          a.pad,
          a.dimRoundingMode,
        );
        const { top, left } = info.padInfo;
        const paddings: [number, number][] = [
          [0, 0],
          [top, behind(info.inHeight, info.outHeight, info.strideHeight, info.filterHeight, top)],
          [left, behind(info.inWidth, info.outWidth, info.strideWidth, info.filterWidth, left)],
          [0, 0],
        ];
        const padded = tf.pad(x, paddings, Number.NEGATIVE_INFINITY);
        const { indexes } = tf.maxPoolWithArgmax(padded, a.filterSize, a.strides, 'valid', true);
        const slope = tf.pad(ddx, paddings);
        const places = tf.reshape(tf.cast(indexes!, 'int32'), [y.size]);
        return tf.reshape(tf.gather(tf.reshape(slope, [slope.size]), places), y.shape);
      },
      input: () => tf.zerosLike(x),
      output: () => tf.zerosLike(y),
    };
  },
);

const maxPoolWithArgmax: Gradient = {
  kernelName: 'MaxPoolWithArgmax',
  inputsToSave: ['x'],
  outputsToSave: [true, false],
  gradFunc: (dys, saved, attrs) => {
    const [dy] = dys as tf.Tensor[];
    const [input, output] = saved as [tf.Tensor, tf.Tensor];
    return { x: () => runKernel('MaxPoolGrad', { dy: dy!, input, output }, attrs) };
  },
};

export const poolingGradients: readonly Gradient[] = [avgPool, maxPool, maxPoolGrad, maxPoolWithArgmax];
