import { run } from '../kernels/custom.js';
import {
  borderPad,
  type PadAttrs,
  type Paddings,
  type PadGradientAttrs,
  padGradient,
} from '../kernels/pad.js';
import { type SpaceToDepthAttrs, spaceToDepthKernel } from '../kernels/space-to-depth.js';
import * as tf from '../tfjs.js';
import { type Gradient, gradient } from './gradient.js';

/** tfjs cuts the repetitions out one by one, and knows no rank above 4. */
const tile = gradient<tf.TileAttrs>('Tile', { inputs: ['x'] }, ({ dy, saved: [x], attrs }) => ({
  x: () => {
    const { shape } = x!;
    const parts = tf.reshape(
      dy,
      shape.flatMap((d, i) => [attrs.reps[i]!, d]),
    );
    return tf.reshape(
      tf.sum(
        parts,
        shape.map((_, i) => 2 * i),
      ),
      shape,
    );
  },
}));

const unpad = (mode: PadGradientAttrs['mode'], dy: tf.Tensor, paddings: Paddings): tf.Tensor =>
  run(padGradient, { dy }, { mode, paddings });

/** tfjs drops what went to the mirrored borders. */
const mirrorPad = gradient<tf.MirrorPadAttrs>('MirrorPad', {}, ({ dy, attrs: { mode, paddings } }) => ({
  x: () => unpad(mode, dy, paddings),
}));

const border = gradient<PadAttrs>(borderPad.name, {}, ({ dy, attrs: { mode, paddings } }) => ({
  x: () => unpad(mode, dy, paddings),
}));

/** Padding is linear: the gradient of its gradient is the padding itself. */
const borderGradient = gradient<PadGradientAttrs>(padGradient.name, {}, ({ dy: ddx, attrs }) => ({
  dy: () => {
    const { mode, paddings } = attrs;
    return mode === 'edge' || mode === 'wrap'
      ? run(borderPad, { x: ddx }, { mode, paddings })
      : tf.mirrorPad(
          ddx,
          paddings.map(([before, after]): [number, number] => [before, after]),
          mode,
        );
  },
}));

const depthToSpace = gradient<tf.DepthToSpaceAttrs>('DepthToSpace', {}, ({ dy, attrs: { blockSize } }) => ({
  x: () => run(spaceToDepthKernel, { x: dy }, { blockSize }),
}));

const spaceToDepth = gradient<SpaceToDepthAttrs>(
  spaceToDepthKernel.name,
  {},
  ({ dy, attrs: { blockSize } }) => ({
    x: () => tf.depthToSpace(dy as tf.Tensor4D, blockSize),
  }),
);

const flipLeftRight = gradient('FlipLeftRight', {}, ({ dy }) => ({
  image: () => tf.image.flipLeftRight(dy as tf.Tensor4D),
}));

/** Puts the elements of one axis back to begin, begin + step, … in zeros of the given length. */
const spreadAxis = (dy: tf.Tensor, axis: number, begin: number, step: number, length: number): tf.Tensor => {
  const count = dy.shape[axis]!;
  const forward = step > 0 ? dy : tf.reverse(dy, axis);
  const stride = Math.abs(step);
  const first = step > 0 ? begin : begin + (count - 1) * step;
  const insert = <A>(list: readonly A[], value: A): A[] => list.toSpliced(axis + 1, 0, value);
  const cells = tf.pad(
    tf.reshape(forward, insert(dy.shape, 1)),
    insert(
      dy.shape.map((): [number, number] => [0, 0]),
      [0, stride - 1],
    ),
  );
  const whole = tf.reshape(cells, dy.shape.with(axis, count * stride));
  // The zeros behind the last element may reach beyond the end.
  const reach = (count - 1) * stride + 1;
  const cut = tf.slice(
    whole,
    dy.shape.map(() => 0),
    dy.shape.with(axis, reach),
  );
  return tf.pad(
    cut,
    dy.shape.map((_, i): [number, number] => (i === axis ? [first, length - first - reach] : [0, 0])),
  );
};

const stridedSlice = gradient<tf.StridedSliceAttrs>(
  'StridedSlice',
  { inputs: ['x'] },
  ({ dy, saved: [x], attrs: a }) => ({
    x: () => {
      const { shape } = x!;
      const { begin, end, strides } = tf.slice_util.sliceInfo(
        shape,
        a.begin,
        a.end,
        a.strides,
        a.beginMask,
        a.endMask,
        a.ellipsisMask,
        a.newAxisMask,
        a.shrinkAxisMask,
      );
      if (dy.size === 0) return tf.zeros(shape);
      return shape.reduce(
        (spread: tf.Tensor, length, axis) => spreadAxis(spread, axis, begin[axis]!, strides[axis]!, length),
        tf.reshape(
          dy,
          shape.map((_, axis) => Math.ceil((end[axis]! - begin[axis]!) / strides[axis]!)),
        ),
      );
    },
  }),
);

/** tfjs gives the gradient of the only part as a tensor, and of several as a list; its own gradients expect a list. */
const parts = (dys: tf.Tensor | tf.Tensor[]): tf.Tensor[] => (Array.isArray(dys) ? dys : [dys]);

const splitV: Gradient = {
  kernelName: 'SplitV',
  gradFunc: (dys, _, attrs) => ({
    x: () => tf.concat(parts(dys), (attrs as unknown as tf.SplitVAttrs).axis),
  }),
};

const unpack: Gradient = {
  kernelName: 'Unpack',
  gradFunc: (dys, _, attrs) => ({
    value: () => tf.stack(parts(dys), (attrs as unknown as tf.UnpackAttrs).axis),
  }),
};

export const shapeGradients: readonly Gradient[] = [
  tile,
  mirrorPad,
  border,
  borderGradient,
  depthToSpace,
  spaceToDepth,
  flipLeftRight,
  stridedSlice,
  splitV,
  unpack,
];
