import * as tf from '@tensorflow/tfjs';
import type { Convolution, NodeId } from '../graph/index.js';
import { toHwio, toNchw, toNhwc, toOihw } from './image-layout.js';
import { type Call, operand, type Rule } from './rule.js';

/** What the attributes of every two-dimensional convolution kernel have in common. */
export interface ConvAttrs {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: 'NHWC' | 'NCHW';
}

type Shape4 = [number, number, number, number];

/** tfjs's own reading of strides, padding and dilation, as the graph's geometry. Shapes are in the program's format. */
export const geometry = (
  x: readonly number[],
  filter: readonly number[],
  a: ConvAttrs,
  depthwise = false,
) => {
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
  const convolution: Convolution = {
    strides: [info.strideHeight, info.strideWidth],
    padding: [top, left, bottom, right],
    dilations: [info.dilationHeight, info.dilationWidth],
    groups: depthwise ? info.inChannels : 1,
  };
  return { convolution, info };
};

/** Into channels-first, unless the program is so already. */
export const imageIn = ({ b, attrs }: Call<ConvAttrs>, x: NodeId): NodeId =>
  attrs.dataFormat === 'NCHW' ? x : toNchw(b, x);

/** Back from channels-first, unless the program is so already. */
export const imageOut = ({ b, attrs }: Call<ConvAttrs>, x: NodeId): NodeId =>
  attrs.dataFormat === 'NCHW' ? x : toNhwc(b, x);

export const convolutionRules = {
  Conv2D: (call: Call<ConvAttrs>) => {
    const { b, on, attrs } = call;
    const [x, filter] = [operand(on, 'x'), operand(on, 'filter')];
    const { convolution } = geometry(b.shape(x), b.shape(filter), attrs);
    return imageOut(call, b.add('conv', [imageIn(call, x), toOihw(b, filter)], convolution));
  },
  Conv2DBackpropInput: (call: Call<ConvAttrs & { readonly inputShape: Shape4 }>) => {
    const { b, on, attrs } = call;
    const [dy, filter] = [operand(on, 'dy'), operand(on, 'filter')];
    const { convolution, info } = geometry(attrs.inputShape, b.shape(filter), attrs);
    const size = [info.inHeight, info.inWidth] as const;
    return imageOut(
      call,
      b.add('convInputGradient', [imageIn(call, dy), toOihw(b, filter)], { ...convolution, size }),
    );
  },
  Conv2DBackpropFilter: (call: Call<ConvAttrs & { readonly filterShape: Shape4 }>) => {
    const { b, on, attrs } = call;
    const [x, dy] = [operand(on, 'x'), operand(on, 'dy')];
    const { convolution, info } = geometry(b.shape(x), attrs.filterShape, attrs);
    const kernel = [info.filterHeight, info.filterWidth] as const;
    const gradient = b.add('convFilterGradient', [imageIn(call, x), imageIn(call, dy)], {
      ...convolution,
      kernel,
    });
    return toHwio(b, gradient);
  },
} satisfies Readonly<Record<string, Rule<never>>>;
