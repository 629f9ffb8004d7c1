import fc from 'fast-check';
import type { KernelName } from '../../lower/index.js';
import type * as tf from '../../tfjs.js';
import type { Case, Sample } from '../agree.js';
import { distinctFloats, floats, size } from '../tensors.js';
import { type Cases, either, kernel, oneKernel, program } from './programs.js';

type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];

/** The geometry of a convolution or a pooling, with a picture that its window fits into. */
interface Geometry {
  readonly x: [number, number, number, number];
  readonly kernel: [number, number];
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pad: Pad;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const pair = (max: number) => fc.tuple(size(max), size(max));

const one: [number, number] = [1, 1];

/**
 * Square filters and strides where the padding is a number, since tfjs reads the width off the height there. Padding stays
 * smaller than the window, or some windows of a pooling would hold nothing.
 */
const geometries = (dilated: boolean): fc.Arbitrary<Geometry> =>
  fc
    .record({
      batch: size(2),
      channels: size(3),
      kernel: pair(3),
      strides: pair(3),
      dilations: dilated ? pair(3) : fc.constant(one),
      extra: fc.tuple(fc.nat(4), fc.nat(4)),
      kind: fc.constantFrom('same', 'valid', 'number', 'sides'),
      sides: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
      dimRoundingMode: fc.constantFrom(undefined, 'floor', 'round', 'ceil'),
    })
    .map((g): Geometry => {
      const dilations = g.dilations;
      const isDilated = dilations.some((d) => d > 1);
      const square = g.kind === 'number';
      const kernel: [number, number] = square ? [g.kernel[0], g.kernel[0]] : g.kernel;
      const own: [number, number] = square ? [dilations[0], dilations[0]] : dilations;
      const strides: [number, number] = isDilated ? one : square ? [g.strides[0], g.strides[0]] : g.strides;
      const [height, width] = [0, 1].map((i) => (kernel[i]! - 1) * own[i]! + 1 + g.extra[i]!) as [
        number,
        number,
      ];
      const side = (i: number): number => Math.min(g.sides[i]!, kernel[i < 2 ? 0 : 1]! - 1);
      const pads: Readonly<Record<typeof g.kind, Pad>> = {
        same: 'same',
        valid: 'valid',
        number: side(0),
        sides: [
          [0, 0],
          [side(0), side(1)],
          [side(2), side(3)],
          [0, 0],
        ],
      };
      const rounds = g.dimRoundingMode !== undefined && (g.kind === 'number' || g.kind === 'sides');
      return {
        x: [g.batch, height, width, g.channels],
        kernel,
        strides,
        dilations: own,
        pad: pads[g.kind],
        ...(rounds ? { dimRoundingMode: g.dimRoundingMode! } : {}),
      };
    });

const attributes = (g: Geometry) => ({
  strides: g.strides,
  pad: g.pad,
  dilations: g.dilations,
  dataFormat: 'NHWC',
  dimRoundingMode: g.dimRoundingMode,
});

type Four = [number, number, number, number];

const outputShape = (g: Geometry, channels: number): Four => {
  const along = (i: 0 | 1): number => {
    const window = (g.kernel[i] - 1) * g.dilations[i] + 1;
    const [input, stride] = [g.x[i + 1]!, g.strides[i]];
    if (g.pad === 'same') return Math.ceil(input / stride);
    const sides = g.pad === 'valid' ? [0, 0] : typeof g.pad === 'number' ? [g.pad, g.pad] : g.pad[i + 1]!;
    const steps = (input + sides[0]! + sides[1]! - window) / stride + 1;
    return { floor: Math.floor, round: Math.round, ceil: Math.ceil }[g.dimRoundingMode ?? 'floor'](steps);
  };
  return [g.x[0], along(0), along(1), channels];
};

interface Kind {
  readonly forward: KernelName;
  readonly input: KernelName;
  readonly filter: KernelName;
  readonly dilated: boolean;
  readonly depthwise: boolean;
}

const filterShape = ({ kernel: [h, w], x }: Geometry, outputs: number): Four => [h, w, x[3], outputs];

const outputChannels = ({ depthwise }: Kind, g: Geometry, outputs: number): number =>
  depthwise ? g.x[3] * outputs : outputs;

const shaped = (kind: Kind, then: (g: Geometry, filter: Four, dy: Four) => fc.Arbitrary<Sample>): Case =>
  either(
    fc
      .tuple(geometries(kind.dilated), size(3))
      .chain(([g, outputs]) =>
        then(g, filterShape(g, outputs), outputShape(g, outputChannels(kind, g, outputs))),
      ),
  );

const forward = (kind: Kind): Case =>
  shaped(kind, (g, filter) =>
    oneKernel(kind.forward, { x: floats(g.x), filter: floats(filter) }, attributes(g), ['x', 'filter']),
  );

const byInput = (kind: Kind): Case =>
  shaped(kind, (g, filter, dy) =>
    oneKernel(kind.input, { dy: floats(dy), filter: floats(filter) }, { ...attributes(g), inputShape: g.x }, [
      'dy',
      'filter',
    ]),
  );

const byFilter = (kind: Kind): Case =>
  shaped(kind, (g, filter, dy) =>
    oneKernel(kind.filter, { x: floats(g.x), dy: floats(dy) }, { ...attributes(g), filterShape: filter }, [
      'x',
      'dy',
    ]),
  );

const plainConv: Kind = {
  forward: 'Conv2D',
  input: 'Conv2DBackpropInput',
  filter: 'Conv2DBackpropFilter',
  dilated: false,
  depthwise: false,
};
const dilatedConv: Kind = {
  ...plainConv,
  input: 'Conv2DDilatedBackpropInput',
  filter: 'Conv2DDilatedBackpropFilter',
  dilated: true,
};
const plainDepthwise: Kind = {
  forward: 'DepthwiseConv2dNative',
  input: 'DepthwiseConv2dNativeBackpropInput',
  filter: 'DepthwiseConv2dNativeBackpropFilter',
  dilated: false,
  depthwise: true,
};
const dilatedDepthwise: Kind = {
  ...plainDepthwise,
  input: 'DepthwiseDilatedBackpropInput',
  filter: 'DepthwiseDilatedBackpropFilter',
  dilated: true,
};

/** Channels first, which tfjs's cpu backend knows for whole convolutions. */
const channelsFirst = shaped(plainConv, (g, filter) => {
  const [n, h, w, c] = g.x;
  const pad = typeof g.pad === 'object' ? 'same' : g.pad;
  const { dimRoundingMode: _, ...attrs } = attributes(g);
  return oneKernel(
    'Conv2D',
    { x: floats([n, c, h, w]), filter: floats(filter) },
    { ...attrs, pad, dataFormat: 'NCHW' },
  );
});

const ACTIVATIONS: readonly tf.fused.Activation[] = [
  'linear',
  'relu',
  'relu6',
  'elu',
  'leakyrelu',
  'prelu',
  'sigmoid',
];

const fused = (name: KernelName, kind: Kind): Case =>
  either(
    fc
      .record({
        g: geometries(kind.dilated),
        outputs: size(3),
        activation: fc.constantFrom(...ACTIVATIONS),
        biased: fc.boolean(),
      })
      .chain(({ g, outputs, activation, biased }) => {
        const channels = outputChannels(kind, g, outputs);
        return oneKernel(
          name,
          {
            x: floats(g.x),
            filter: floats(filterShape(g, outputs)),
            ...(biased ? { bias: floats([channels]) } : {}),
            ...(activation === 'prelu' ? { preluActivationWeights: floats([channels]) } : {}),
          },
          { ...attributes(g), activation, leakyreluAlpha: 0.3 },
        );
      }),
  );

const poolAttributes = ({ kernel: filterSize, strides, pad, dimRoundingMode }: Geometry) => ({
  filterSize,
  strides,
  pad,
  dimRoundingMode,
});

/** Whether each window of a pooling holds a pixel: rounding the size up can add one that does not. */
const holdsPixels = (g: Geometry): boolean =>
  outputShape(g, 1)
    .slice(1, 3)
    .every((output, i) => {
      const [front] = typeof g.pad === 'object' ? g.pad[i + 1]! : [typeof g.pad === 'number' ? g.pad : 0];
      return (output - 1) * g.strides[i]! - front! < g.x[i + 1]!;
    });

const pooled = (then: (g: Geometry) => fc.Arbitrary<Sample>): Case =>
  either(geometries(false).filter(holdsPixels).chain(then));

/** tfjs finds places of maxima for these paddings only. */
const simple = (g: Geometry): Geometry => {
  const { dimRoundingMode: _, ...rest } = g;
  return typeof g.pad === 'object' ? { ...rest, pad: 'same' } : rest;
};

export const windowCases = {
  AvgPool: pooled((g) => oneKernel('AvgPool', { x: floats(g.x) }, poolAttributes(g), ['x'])),
  AvgPoolGrad: pooled((raw) => {
    const { dimRoundingMode: _, ...g } = raw;
    return oneKernel(
      'AvgPoolGrad',
      { dy: floats(outputShape(g, g.x[3])), input: floats(g.x) },
      poolAttributes(g),
    );
  }),
  Conv2D: either(forward(plainConv).samples, forward(dilatedConv).samples, channelsFirst.samples),
  Conv2DBackpropFilter: byFilter(plainConv),
  Conv2DBackpropInput: byInput(plainConv),
  Conv2DDilatedBackpropFilter: byFilter(dilatedConv),
  Conv2DDilatedBackpropInput: byInput(dilatedConv),
  DepthwiseConv2dNative: either(forward(plainDepthwise).samples, forward(dilatedDepthwise).samples),
  DepthwiseConv2dNativeBackpropFilter: byFilter(plainDepthwise),
  DepthwiseConv2dNativeBackpropInput: byInput(plainDepthwise),
  DepthwiseDilatedBackpropFilter: byFilter(dilatedDepthwise),
  DepthwiseDilatedBackpropInput: byInput(dilatedDepthwise),
  FusedConv2D: fused('FusedConv2D', plainConv),
  FusedDepthwiseConv2D: fused('FusedDepthwiseConv2D', plainDepthwise),
  MaxPool: pooled((g) => oneKernel('MaxPool', { x: distinctFloats(g.x) }, poolAttributes(g), ['x'])),
  MaxPoolGrad: pooled((raw) => {
    const g = simple(raw);
    const inputs = { dy: floats(outputShape(g, g.x[3])), input: distinctFloats(g.x) };
    return program(
      inputs,
      ({ dy, input }) => {
        const output = kernel('MaxPool', { x: input! }, poolAttributes(g)) as tf.Tensor;
        return kernel('MaxPoolGrad', { dy: dy!, input: input!, output }, poolAttributes(g));
      },
      ['dy'],
    );
  }),
  MaxPoolWithArgmax: pooled((raw) =>
    fc
      .boolean()
      .chain((includeBatchInIndex) =>
        oneKernel(
          'MaxPoolWithArgmax',
          { x: distinctFloats(raw.x) },
          { ...poolAttributes(simple(raw)), includeBatchInIndex },
          ['x'],
        ),
      ),
  ),
} satisfies Partial<Cases>;
