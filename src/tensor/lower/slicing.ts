import * as tf from '../tfjs.js';
import { type Call, operand, type Rules } from './rule.js';

const { parseSliceParams, sliceInfo } = tf.slice_util;

const slice = ({ b, on, attrs }: Call<tf.SliceAttrs>) => {
  const x = operand(on, 'x');
  const shape = [...b.shape(x)];
  const info = { shape, rank: shape.length } as tf.Tensor;
  const [begin, size] = parseSliceParams(info, attrs.begin, attrs.size) as [number[], number[]];
  return b.slice(x, begin, size);
};

/** Python's slicing, with TensorFlow's bit masks for open ends, new axes and dropped ones. */
const stridedSlice = ({ b, on, attrs }: Call<tf.StridedSliceAttrs>) => {
  const x = operand(on, 'x');
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  const found = sliceInfo(
    [...b.shape(x)],
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  if (found.isIdentity) return b.reshape(x, found.finalShape);
  const size = found.begin.map((first, i) => {
    const step = found.strides[i]!;
    return Math.max(0, Math.ceil((found.end[i]! - first) / step));
  });
  return b.reshape(b.slice(x, found.begin, size, found.strides), found.finalShape);
};

export const slicingRules = {
  Slice: slice,
  StridedSlice: stridedSlice,
} satisfies Partial<Rules>;
