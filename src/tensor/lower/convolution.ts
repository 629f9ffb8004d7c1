import type { Convolution, GraphBuilder, NodeId } from '../graph/index.js';
import type { DilatedFilterAttrs, DilatedInputAttrs } from '../kernels/dilated-convolution.js';
import type * as tf from '../tfjs.js';
import { type Activation, activate } from './activation.js';
import { toHwio, toNchw, toNhwc, toOihw } from './image-layout.js';
import { type Call, operand, type Rules } from './rule.js';
import { type WindowAttrs, type WindowGeometry, windowGeometry } from './window.js';

const convolutionOf = ({ strides, padding, dilations }: WindowGeometry, groups: number): Convolution => ({
  strides,
  padding,
  dilations,
  groups,
});

/** Into channels-first, unless the program is so already. */
const imageIn = ({ b, attrs }: Call<WindowAttrs>, x: NodeId): NodeId =>
  attrs.dataFormat === 'NCHW' ? x : toNchw(b, x);

/** Back from channels-first, unless the program is so already. */
const imageOut = ({ b, attrs }: Call<WindowAttrs>, x: NodeId): NodeId =>
  attrs.dataFormat === 'NCHW' ? x : toNhwc(b, x);

const convolve = (call: Call<WindowAttrs>): NodeId => {
  const { b, on, attrs } = call;
  const [x, filter] = [operand(on, 'x'), operand(on, 'filter')];
  const geometry = windowGeometry(b.shape(x), b.shape(filter), attrs);
  return b.add('conv', [imageIn(call, x), toOihw(b, filter)], convolutionOf(geometry, 1));
};

const inputGradient = (call: Call<WindowAttrs & { readonly inputShape: readonly number[] }>): NodeId => {
  const { b, on, attrs } = call;
  const [dy, filter] = [operand(on, 'dy'), operand(on, 'filter')];
  const geometry = windowGeometry(attrs.inputShape, b.shape(filter), attrs);
  const attributes = { ...convolutionOf(geometry, 1), size: geometry.input };
  return imageOut(call, b.add('convInputGradient', [imageIn(call, dy), toOihw(b, filter)], attributes));
};

const filterGradient = (call: Call<WindowAttrs & { readonly filterShape: readonly number[] }>): NodeId => {
  const { b, on, attrs } = call;
  const [x, dy] = [operand(on, 'x'), operand(on, 'dy')];
  const geometry = windowGeometry(b.shape(x), attrs.filterShape, attrs);
  const attributes = { ...convolutionOf(geometry, 1), kernel: geometry.kernel };
  return toHwio(b, b.add('convFilterGradient', [imageIn(call, x), imageIn(call, dy)], attributes));
};

// A depthwise filter [KH,KW,C,M] makes M channels of each one: in the graph, C groups of one channel in and M out.

/** [KH,KW,C,M] → [C·M,1,KH,KW] */
const depthwiseIn = (b: GraphBuilder, filter: NodeId): NodeId => {
  const [kh = 1, kw = 1, channels = 1, multiplier = 1] = b.shape(filter);
  return b.reshape(b.transpose(filter, [2, 3, 0, 1]), [channels * multiplier, 1, kh, kw]);
};

/** [C·M,1,KH,KW] → [KH,KW,C,M] */
const depthwiseOut = (b: GraphBuilder, filter: NodeId, shape: readonly number[]): NodeId => {
  const [kh = 1, kw = 1, channels = 1, multiplier = 1] = shape;
  return b.transpose(b.reshape(filter, [channels, multiplier, kh, kw]), [2, 3, 0, 1]);
};

const depthwise = (call: Call<WindowAttrs>): NodeId => {
  const { b, on, attrs } = call;
  const [x, filter] = [operand(on, 'x'), operand(on, 'filter')];
  const geometry = windowGeometry(b.shape(x), b.shape(filter), attrs, true);
  const groups = b.shape(filter)[2] ?? 1;
  return b.add('conv', [imageIn(call, x), depthwiseIn(b, filter)], convolutionOf(geometry, groups));
};

const depthwiseInputGradient = (
  call: Call<WindowAttrs & { readonly inputShape: readonly number[] }>,
): NodeId => {
  const { b, on, attrs } = call;
  const [dy, filter] = [operand(on, 'dy'), operand(on, 'filter')];
  const geometry = windowGeometry(attrs.inputShape, b.shape(filter), attrs, true);
  const attributes = { ...convolutionOf(geometry, b.shape(filter)[2] ?? 1), size: geometry.input };
  return imageOut(call, b.add('convInputGradient', [imageIn(call, dy), depthwiseIn(b, filter)], attributes));
};

const depthwiseFilterGradient = (
  call: Call<WindowAttrs & { readonly filterShape: readonly number[] }>,
): NodeId => {
  const { b, on, attrs } = call;
  const [x, dy] = [operand(on, 'x'), operand(on, 'dy')];
  const { filterShape } = attrs;
  const geometry = windowGeometry(b.shape(x), filterShape, attrs, true);
  const attributes = { ...convolutionOf(geometry, filterShape[2] ?? 1), kernel: geometry.kernel };
  const gradient = b.add('convFilterGradient', [imageIn(call, x), imageIn(call, dy)], attributes);
  return depthwiseOut(b, gradient, filterShape);
};

/** Bias and activation behind a channels-first convolution; a vector goes along the channels. */
const finish = (call: Call<WindowAttrs & Activation>, convolved: NodeId): NodeId => {
  const { b, on, attrs } = call;
  const channelsFirst = (id: NodeId | undefined): NodeId | undefined => {
    if (id === undefined) return undefined;
    const shape = b.shape(id);
    if (shape.length === 1 && shape[0] !== 1) return b.reshape(id, [1, shape[0]!, 1, 1]);
    const four = b.reshape(id, [...Array<number>(4 - shape.length).fill(1), ...shape]);
    return attrs.dataFormat === 'NCHW' ? four : toNchw(b, four);
  };
  const bias = channelsFirst(on.bias);
  const biased = bias === undefined ? convolved : b.binary('add', convolved, bias);
  return imageOut(call, activate(b, biased, attrs, channelsFirst(on.preluActivationWeights)));
};

export const convolutionRules = {
  Conv2D: (call) => imageOut(call, convolve(call)),
  Conv2DBackpropFilter: filterGradient,
  Conv2DBackpropInput: inputGradient,
  Conv2DDilatedBackpropFilter: (call: Call<DilatedFilterAttrs>) => filterGradient(call),
  Conv2DDilatedBackpropInput: (call: Call<DilatedInputAttrs>) => inputGradient(call),
  DepthwiseConv2dNative: (call) => imageOut(call, depthwise(call)),
  DepthwiseConv2dNativeBackpropFilter: depthwiseFilterGradient,
  DepthwiseConv2dNativeBackpropInput: depthwiseInputGradient,
  DepthwiseDilatedBackpropFilter: depthwiseFilterGradient,
  DepthwiseDilatedBackpropInput: depthwiseInputGradient,
  FusedConv2D: (call: Call<tf.FusedConv2DAttrs>) => finish(call, convolve(call)),
  FusedDepthwiseConv2D: (call: Call<tf.FusedDepthwiseConv2DAttrs>) => finish(call, depthwise(call)),
} satisfies Partial<Rules>;
