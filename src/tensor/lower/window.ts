import type { Padding, Pair } from '../graph/index.js';
import * as tf from '../tfjs.js';
import { UnsupportedError } from './rule.js';

/** What the attributes of every two-dimensional convolution and pooling kernel have in common. */
export interface WindowAttrs {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: 'NHWC' | 'NCHW';
}

export type Shape4 = [number, number, number, number];

/** Where the windows of a convolution or pooling lie. */
export interface WindowGeometry {
  readonly strides: Pair;
  readonly padding: Padding;
  readonly dilations: Pair;
  readonly kernel: Pair;
  /** Height and width of the input and of the output. */
  readonly input: Pair;
  readonly output: Pair;
}

/**
 * tfjs's own reading of strides, padding, dilation and rounding. Where tfjs rounds the output's size up, the padding
 * behind is made longer by what the last windows need. Throws UnsupportedError where windows are left out that fit,
 * which tfjs does for a number as padding when height and width differ in stride or filter.
 */
export const windowGeometry = (
  x: readonly number[],
  filter: readonly number[],
  a: WindowAttrs,
  depthwise = false,
): WindowGeometry => {
  const format = tf.backend_util.convertConv2DDataFormat(a.dataFormat ?? 'NHWC');
  const info = tf.backend_util.computeConv2DInfo(
    [...x] as Shape4,
    [...filter] as Shape4,
    a.strides,
    a.dilations ?? 1,
    a.pad,
    a.dimRoundingMode,
    depthwise,
    format,
  );
  const { top, left, bottom, right } = info.padInfo;
  const behind = (
    size: number,
    output: number,
    stride: number,
    window: number,
    before: number,
    after: number,
  ) => {
    const reached = Math.floor((size + before + after - window) / stride) + 1;
    if (output < reached) {
      throw new UnsupportedError(
        `pad ${JSON.stringify(a.pad)} with strides ${a.strides} leaves out windows that fit; give the padding of each side`,
      );
    }
    return output === reached ? after : (output - 1) * stride + window - size - before;
  };
  return {
    strides: [info.strideHeight, info.strideWidth],
    padding: [
      top,
      left,
      behind(info.inHeight, info.outHeight, info.strideHeight, info.effectiveFilterHeight, top, bottom),
      behind(info.inWidth, info.outWidth, info.strideWidth, info.effectiveFilterWidth, left, right),
    ],
    dilations: [info.dilationHeight, info.dilationWidth],
    kernel: [info.filterHeight, info.filterWidth],
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
  };
};
