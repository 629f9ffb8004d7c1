import { type CustomKernel, install } from '../kernels/custom.js';
import {
  conv2dDilatedBackpropFilter,
  conv2dDilatedBackpropInput,
  depthwiseDilatedBackpropFilter,
  depthwiseDilatedBackpropInput,
} from '../kernels/dilated-convolution.js';
import * as tf from '../tfjs.js';
import { type Gradient, gradient, runKernel } from './gradient.js';

type Four = [number, number, number, number];

/** What all kernels of a convolution share; those of tfjs that know no dilation leave it out. */
interface Attrs {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** A convolution's three kernels: forward, and the gradients by input and filter, undilated and dilated. */
interface Family {
  readonly forward: string;
  readonly input: string;
  readonly filter: string;
  readonly dilatedInput: CustomKernel;
  readonly dilatedFilter: CustomKernel;
}

const whole: Family = {
  forward: 'Conv2D',
  input: 'Conv2DBackpropInput',
  filter: 'Conv2DBackpropFilter',
  dilatedInput: conv2dDilatedBackpropInput,
  dilatedFilter: conv2dDilatedBackpropFilter,
};

const depthwise: Family = {
  forward: 'DepthwiseConv2dNative',
  input: 'DepthwiseConv2dNativeBackpropInput',
  filter: 'DepthwiseConv2dNativeBackpropFilter',
  dilatedInput: depthwiseDilatedBackpropInput,
  dilatedFilter: depthwiseDilatedBackpropFilter,
};

const shared = ({ strides, pad, dataFormat = 'NHWC', dilations = 1, dimRoundingMode }: Attrs) => ({
  strides,
  pad,
  dataFormat,
  dilations,
  dimRoundingMode,
});

const isDilated = ({ dilations = 1 }: Attrs): boolean =>
  (typeof dilations === 'number' ? [dilations] : dilations).some((d) => d > 1);

const ours = ({ name, compute }: CustomKernel): string => {
  install({ name, compute }, tf.getBackend());
  return name;
};

const forward = (f: Family, x: tf.Tensor, filter: tf.Tensor, a: Attrs): tf.Tensor =>
  runKernel(f.forward, { x, filter }, shared(a));

const byInput = (f: Family, dy: tf.Tensor, filter: tf.Tensor, a: Attrs, inputShape: number[]): tf.Tensor =>
  runKernel(isDilated(a) ? ours(f.dilatedInput) : f.input, { dy, filter }, { ...shared(a), inputShape });

const byFilter = (f: Family, x: tf.Tensor, dy: tf.Tensor, a: Attrs, filterShape: number[]): tf.Tensor =>
  runKernel(isDilated(a) ? ours(f.dilatedFilter) : f.filter, { x, dy }, { ...shared(a), filterShape });

/**
 * A convolution is linear in its input and in its filter, and so are its gradients: each of the three is differentiated
 * by the other two, whatever the dilation, so that second derivatives and all further ones exist.
 */
const gradientsOf = (f: Family): readonly Gradient[] => [
  gradient<Attrs>(f.forward, { inputs: ['x', 'filter'] }, ({ dy, saved, attrs }) => {
    const [x, filter] = saved as [tf.Tensor, tf.Tensor];
    return {
      x: () => byInput(f, dy, filter, attrs, x.shape),
      filter: () => byFilter(f, x, dy, attrs, filter.shape),
    };
  }),
  ...[f.input, f.dilatedInput.name].map((name) =>
    gradient<Attrs & { readonly inputShape: Four }>(
      name,
      { inputs: ['dy', 'filter'] },
      ({ dy: ddx, saved, attrs }) => {
        const [dy, filter] = saved as [tf.Tensor, tf.Tensor];
        return {
          dy: () => forward(f, ddx, filter, attrs),
          filter: () => byFilter(f, ddx, dy, attrs, filter.shape),
        };
      },
    ),
  ),
  ...[f.filter, f.dilatedFilter.name].map((name) =>
    gradient<Attrs & { readonly filterShape: Four }>(
      name,
      { inputs: ['x', 'dy'] },
      ({ dy: ddf, saved, attrs }) => {
        const [x, dy] = saved as [tf.Tensor, tf.Tensor];
        return {
          x: () => byInput(f, dy, ddf, attrs, x.shape),
          dy: () => forward(f, x, ddf, attrs),
        };
      },
    ),
  ),
];

export const convolutionGradients: readonly Gradient[] = [...gradientsOf(whole), ...gradientsOf(depthwise)];
