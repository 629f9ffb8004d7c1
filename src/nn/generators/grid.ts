import { type Edges, withMargin, withoutMargin } from '../../picture/edges.js';
import type { HostTensor } from '../../ports/index.js';
import { pad2d } from '../../tensor/layers/index.js';
import * as tf from '../../tensor/tfjs.js';
import { areaMatrix } from '../area-resize.js';
import { AFFINE, slice } from '../bilateral-grid.js';
import { convolution, convolve, fanIn } from '../convolution.js';
import { type Network, type ParameterSpecs, type Parameters, parameter, type Sliced } from '../network.js';
import { meanHere } from '../whole-mean.js';

export interface GridOptions {
  /** Cells along a side of the grid; the frame is looked at in eight times as many pixels a side. */
  readonly cells?: number;
  /** Cells in depth, which the guide chooses between. */
  readonly depth?: number;
  /** Channels of the first layer; the others have twice as many. */
  readonly width?: number;
  /** Segments of each channel's curve in the guide. */
  readonly guide?: number;
  /** 1: the network also sees the logarithms of the light and their histogram, and learns one gain of the whole frame. */
  readonly light?: number;
}

/** Pixels of the thumbnail that one cell stands for. */
const STEP = 8;

/** How far a cell looks around in the thumbnail, rounded up to whole cells. */
const MARGIN = 5 * STEP;

const SLOPE = 0.1;
const leaky = (x: tf.Tensor4D): tf.Tensor4D => tf.leakyRelu(x, SLOPE);

/** The share of each channel in brightness. */
const BRIGHTNESS = [0.3, 0.59, 0.11] as const;

/** The transform that changes nothing, for every depth. */
const unchanged = (depth: number): tf.Tensor1D =>
  tf.tensor1d(Array.from({ length: depth * AFFINE }, (_, i) => ([0, 5, 10].includes(i % AFFINE) ? 1 : 0)));

const parametersOf = (depth: number, width: number, segments: number, light: boolean): ParameterSpecs => ({
  ...convolution('down1', 4, [light ? 8 : 5, width], fanIn),
  ...convolution('down2', 4, [width, 2 * width], fanIn),
  ...convolution('down3', 4, [2 * width, 2 * width], fanIn),
  ...convolution('features', 3, [2 * width, 2 * width], fanIn),
  ...convolution('frame.a', 1, [4 * width + (light ? BINS : 0), 2 * width], fanIn),
  ...convolution('frame.b', 1, [2 * width, 2 * width], fanIn),
  ...convolution('local1', 3, [2 * width, 2 * width], fanIn),
  ...convolution('local2', 3, [2 * width, 2 * width], fanIn),
  // Nothing is changed at first.
  ...(light && {
    'exposure.filter': { shape: [1, 1, 2 * width, 1], start: { constant: 0 } },
    'exposure.bias': { shape: [1], start: { constant: 0 } },
  }),
  'change.filter': { shape: [1, 1, 2 * width, depth * AFFINE], start: { constant: 0 } },
  'change.bias': { shape: [depth * AFFINE], start: { constant: 0 } },
  'guide.filter': { shape: [1, 1, 3 * segments, 1], start: { normal: 0.02 } },
  'guide.bias': { shape: [1], start: { constant: 0 } },
});

/** Applies a convolution to pictures that go on mirrored, so that a cell at the border is one like any other. */
const mirrored = (p: Parameters, name: string, x: tf.Tensor4D, stride: number): tf.Tensor4D =>
  convolve(
    p,
    name,
    pad2d(
      x,
      [
        [1, 1],
        [1, 1],
      ],
      'symmetric',
    ),
    { stride, pad: 'valid' },
  );

/** Stops below white that logarithms of light reach down to, and the bins of their histogram. */
const STOPS = 12;
const BINS = 24;

/** Logarithms of the light of values of 0..1: 0 for white, -1 for 12 stops less and all below. */
const logarithms = <T extends tf.Tensor>(values: T): T => {
  // The sRGB curve is nearly this power; what is wanted is an even scale.
  const light = tf.pow(tf.clipByValue(values, 0, 1), 2.2);
  return tf.div(tf.log(tf.add(light, 2 ** -STOPS)), STOPS * Math.LN2);
};

/** How the brightness of thumbnails is distributed over its logarithms: shares [N,1,1,BINS]. */
const histogram = (thumbnail: tf.Tensor4D): tf.Tensor4D => {
  const [n, height, width] = thumbnail.shape;
  const flat: tf.Tensor3D = tf.reshape(thumbnail, [n, height * width, 3]);
  const brightness = tf.sum(tf.mul(flat, tf.tensor1d([...BRIGHTNESS])), 2, true);
  const place = tf.mul(tf.add(logarithms(brightness), 1), BINS - 1);
  const shares = tf.relu(tf.sub(1, tf.abs(tf.sub(place, tf.range(0, BINS)))));
  return tf.reshape(tf.mean(shares, 1), [n, 1, 1, BINS]);
};

/** What the network sees of thumbnails [N,side,side,3] of 0..1: colours, the height in the frame, the least channel. */
const seen = (thumbnail: tf.Tensor4D, light: boolean): tf.Tensor4D => {
  const [n, height, width] = thumbnail.shape;
  const heights = tf.tile(tf.reshape(tf.linspace(-1, 1, height), [1, height, 1, 1]), [n, 1, width, 1]);
  const own = [thumbnail, heights as tf.Tensor4D, tf.min<tf.Tensor4D>(thumbnail, 3, true)];
  return tf.concat(light ? [...own, logarithms(thumbnail)] : own, 3);
};

/** The grid [N,cells,cells,depth*12] that the network makes of thumbnails. */
const gridOf = (
  p: Parameters,
  thumbnail: tf.Tensor4D,
  { depth, light }: { readonly depth: number; readonly light: boolean },
  edges: Edges,
): tf.Tensor4D => {
  const around = withMargin(seen(thumbnail, light), MARGIN, edges);
  const counted = (x: tf.Tensor4D): tf.Tensor4D => withoutMargin(x, MARGIN / STEP, edges);
  const down = ['down1', 'down2', 'down3'].reduce((x, name) => leaky(mirrored(p, name, x, 2)), around);
  const features = leaky(mirrored(p, 'features', down, 1));
  const own = counted(features);
  const extremes = [meanHere(own), tf.max<tf.Tensor4D>(own, [1, 2], true)];
  const summary = tf.concat(light ? [...extremes, histogram(thumbnail)] : extremes, 3);
  const frame = convolve(p, 'frame.b', leaky(convolve(p, 'frame.a', summary)));
  const informed = leaky(tf.add(features, frame));
  const local = leaky(mirrored(p, 'local2', leaky(mirrored(p, 'local1', informed, 1)), 1));
  const transforms = tf.add(counted(convolve(p, 'change', local)), unchanged(depth)) as tf.Tensor4D;
  return light ? tf.mul(transforms, tf.exp(convolve(p, 'exposure', leaky(frame)))) : transforms;
};

/** The guide [N,H,W,1] of pictures of 0..1: their brightness, corrected by a curve of each channel; 0..1. */
const guideOf = (p: Parameters, pictures: tf.Tensor4D, segments: number): tf.Tensor4D => {
  const flat = tf.reshape(tf.clipByValue(pictures, 0, 1), [-1, 3]);
  const each = tf.tensor2d(
    [0, 1, 2].flatMap((c) =>
      Array.from({ length: 3 * segments }, (_, i) => (Math.floor(i / segments) === c ? 1 : 0)),
    ),
    [3, 3 * segments],
  );
  const starts = Array.from({ length: 3 * segments }, (_, i) => (i % segments) / segments);
  const beyond = tf.relu(tf.sub<tf.Tensor2D>(tf.matMul(flat, each), tf.tensor1d(starts)));
  const curves = tf.matMul(beyond, tf.reshape(parameter(p, 'guide.filter'), [3 * segments, 1]));
  const brightness = tf.matMul(flat, tf.tensor2d([...BRIGHTNESS], [3, 1]));
  const guide = tf.clipByValue(tf.add(tf.add(brightness, curves), parameter(p, 'guide.bias')), 0, 1);
  const [n, height, width] = pictures.shape;
  return tf.reshape(guide, [n, height, width, 1]);
};

/** What a value of one channel adds to the guide, as `guideOf` has it; the bias goes with the first. */
const curveOf = (
  weights: Readonly<Record<string, HostTensor<'float32'>>>,
  channel: number,
  value: number,
  segments: number,
): number => {
  const factors = weights['guide.filter']?.data ?? [];
  const inside = Math.min(Math.max(value, 0), 1);
  const curve = Array.from(
    { length: segments },
    (_, k) => (factors[channel * segments + k] ?? 0) * Math.max(0, inside - k / segments),
  ).reduce((a, b) => a + b, 0);
  return BRIGHTNESS[channel]! * inside + curve + (channel === 0 ? (weights['guide.bias']?.data[0] ?? 0) : 0);
};

/** Pictures [N,H,W,C] in another size, as means over areas. */
const resized = (x: tf.Tensor4D, side: number): tf.Tensor4D => {
  const [n, height, width, channels] = x.shape;
  if (height === side && width === side) return x;
  const down = tf.tensor2d(areaMatrix(height, side), [side, height]);
  const across = tf.tensor2d(areaMatrix(width, side), [side, width]);
  const rows = tf.matMul(down, tf.reshape(x, [n, height, width * channels]));
  const columns = tf.matMul(across, tf.reshape(rows, [n * side, width, channels]));
  return tf.reshape(columns, [n, side, side, channels]);
};

const mean = (tensors: readonly tf.Tensor4D[]): tf.Tensor4D =>
  tensors.length === 1
    ? tensors[0]!
    : tf.div(
        tensors.reduce((sum, each) => tf.add(sum, each)),
        tensors.length,
      );

const unit = (x: tf.Tensor4D): tf.Tensor4D => tf.mul(tf.add(x, 1), 0.5);
const centred = (x: tf.Tensor4D): tf.Tensor4D => tf.sub(tf.mul(x, 2), 1);

/**
 * HDRNet (Gharbi, Chen, Barron, Hasinoff, Durand: "Deep Bilateral Learning for Real-Time Image Enhancement", 2017): a small
 * network looks at the whole frame in 128x128 pixels and gives a bilateral grid of affine colour transforms, which is sliced
 * at full size by a learned guide. It changes light and colour and can neither blur, nor halo, nor invent. Here cells at the
 * border see the frame go on mirrored, the height in the frame is seen, and the guide is the brightness corrected by one
 * piecewise linear curve for each channel. With `light`, logarithms of light and their histogram are seen as well, and the whole
 * grid takes one learned gain, so that a photo far too dark is a matter of one number. Pictures are [N,H,W,3] in -1..1 of any size; so is the result, which is not
 * clipped. At the start it is the picture.
 */
export const grid = ({
  cells = 16,
  depth = 8,
  width = 32,
  guide = 8,
  light = 0,
}: GridOptions = {}): Network => {
  const side = STEP * cells;
  const options = { depth, light: light > 0 };
  const whole = (p: Parameters, x: tf.Tensor4D): tf.Tensor4D => gridOf(p, resized(x, side), options, 'none');
  const sliced: Sliced = {
    side,
    cells,
    depth,
    segments: guide,
    grid: (p, thumbnail, edges) => gridOf(p, thumbnail, options, edges),
    transforms: (p, pictures) => whole(p, unit(pictures)),
    curve: (weights, channel, value) => curveOf(weights, channel, value, guide),
  };
  const members = (parameters: readonly Parameters[], pictures: tf.Tensor4D): readonly tf.Tensor4D[] => {
    const x = unit(pictures);
    const guides = mean(parameters.map((p) => guideOf(p, x, guide)));
    return parameters.map((p) => centred(slice(whole(p, x), guides, x)));
  };
  const averaged = (parameters: readonly Parameters[], pictures: tf.Tensor4D): tf.Tensor4D => {
    const x = unit(pictures);
    const guides = mean(parameters.map((p) => guideOf(p, x, guide)));
    return centred(slice(mean(parameters.map((p) => whole(p, x))), guides, x));
  };
  return {
    parameters: parametersOf(depth, width, guide, options.light),
    apply: (p, x) => averaged([p], x),
    averaged,
    members,
    sliced,
  };
};
