import * as tf from '../tfjs.js';
import { type CustomKernel, type Inputs, input } from './custom.js';

interface DilatedAttrs {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dilations: [number, number] | number;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export interface DilatedInputAttrs extends DilatedAttrs {
  readonly inputShape: [number, number, number, number];
}

export interface DilatedFilterAttrs extends DilatedAttrs {
  readonly filterShape: [number, number, number, number];
}

type Pair = readonly [number, number];

const pair = (v: [number, number] | number): Pair => (typeof v === 'number' ? [v, v] : [v[0], v[1]]);

const reach = (size: number, dilation: number): number => (size - 1) * dilation + 1;

/** Puts zeros between the taps of a filter [KH,KW,…]: the undilated filter that does the same. */
const spread = (filter: tf.Tensor, [down, across]: Pair): tf.Tensor => {
  const [kh, kw, inner, outer] = filter.shape as [number, number, number, number];
  const cells = tf.pad(tf.reshape(filter, [kh, 1, kw, 1, inner, outer]), [
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, across - 1],
    [0, 0],
    [0, 0],
  ]);
  const whole = tf.reshape(cells, [kh * down, kw * across, inner, outer]);
  return tf.slice(whole, [0, 0, 0, 0], [reach(kh, down), reach(kw, across), inner, outer]);
};

/** Every tap of a dilated filter's gradient from that of the filter with zeros in between. */
const taps = (filter: tf.Tensor, [down, across]: Pair): tf.Tensor =>
  tf.stridedSlice(filter, [0, 0, 0, 0], filter.shape, [down, across, 1, 1]);

/** tfjs's own gradient kernels know no dilation, so they are given filters with zeros between the taps. */
const inputGradient =
  (kernel: string) =>
  (inputs: Inputs, { dilations, ...attrs }: DilatedInputAttrs) =>
    tf
      .engine()
      .runKernel<tf.Tensor>(
        kernel,
        { dy: input(inputs, 'dy'), filter: spread(input(inputs, 'filter'), pair(dilations)) },
        { ...attrs, dilations: 1 } as unknown as tf.NamedAttrMap,
      );

const filterGradient =
  (kernel: string) =>
  (inputs: Inputs, { dilations, ...attrs }: DilatedFilterAttrs) => {
    const [down, across] = pair(dilations);
    const [kh, kw, inner, outer] = attrs.filterShape;
    const filterShape = [reach(kh, down), reach(kw, across), inner, outer];
    const gradient = tf
      .engine()
      .runKernel<tf.Tensor>(kernel, { x: input(inputs, 'x'), dy: input(inputs, 'dy') }, {
        ...attrs,
        filterShape,
        dilations: 1,
      } as unknown as tf.NamedAttrMap);
    return taps(gradient, [down, across]);
  };

// Gradients of dilated convolutions by their input and by their filter.

export const conv2dDilatedBackpropFilter: CustomKernel = {
  name: 'Conv2DDilatedBackpropFilter',
  compute: filterGradient('Conv2DBackpropFilter'),
};

export const conv2dDilatedBackpropInput: CustomKernel = {
  name: 'Conv2DDilatedBackpropInput',
  compute: inputGradient('Conv2DBackpropInput'),
};

export const depthwiseDilatedBackpropFilter: CustomKernel = {
  name: 'DepthwiseDilatedBackpropFilter',
  compute: filterGradient('DepthwiseConv2dNativeBackpropFilter'),
};

export const depthwiseDilatedBackpropInput: CustomKernel = {
  name: 'DepthwiseDilatedBackpropInput',
  compute: inputGradient('DepthwiseConv2dNativeBackpropInput'),
};
