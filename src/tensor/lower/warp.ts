import type { GraphBuilder, NodeId } from '../graph/index.js';
import * as tf from '../tfjs.js';
import { float } from './dtypes.js';
import { type Call, operand, type Rules, UnsupportedError } from './rule.js';

/** Both tests. */
const both = (b: GraphBuilder, x: NodeId, y: NodeId): NodeId => b.add('logical', [x, y], { fn: 'and' });

const within = (b: GraphBuilder, x: NodeId, low: number, high: number): NodeId =>
  both(b, b.compare('greaterEqual', x, b.fill(low)), b.compare('lessEqual', x, b.fill(high)));

const clip = (b: GraphBuilder, x: NodeId, max: number): NodeId => b.add('clip', [x], { min: 0, max });

/** Pixels [...,C] of pictures [N,H,W,C] at whole-numbered places, which are moved inside where they are not. */
const pixelsAt = (b: GraphBuilder, image: NodeId, picture: NodeId, y: NodeId, x: NodeId): NodeId => {
  const [count = 1, height = 1, width = 1, channels = 1] = b.shape(image);
  const int = (v: NodeId): NodeId => b.cast(v, 'int32');
  const scaled = (v: NodeId, by: number): NodeId => b.binary('mul', v, b.fill(by, [], 'int32'));
  const row = b.binary('add', scaled(picture, height), int(clip(b, y, height - 1)));
  const index = b.binary('add', scaled(row, width), int(clip(b, x, width - 1)));
  const rows = b.reshape(image, [count * height * width, channels]);
  return b.add('gather', [rows, index], { axis: 0 });
};

const withChannel = (b: GraphBuilder, x: NodeId): NodeId => b.reshape(x, [...b.shape(x), 1]);

/** a + (b - a)·t */
const blend = (b: GraphBuilder, from: NodeId, to: NodeId, t: NodeId): NodeId =>
  b.binary('add', from, b.binary('mul', b.binary('sub', to, from), t));

const roundHalfUp = (b: GraphBuilder, x: NodeId): NodeId => b.unary('floor', b.binary('add', x, b.fill(0.5)));

type Read = (y: NodeId, x: NodeId) => NodeId;

/** Values at fractional places, from values at whole ones. */
const interpolate = (b: GraphBuilder, method: string, read: Read, y: NodeId, x: NodeId): NodeId => {
  if (method === 'nearest') return read(roundHalfUp(b, y), roundHalfUp(b, x));
  const one = b.fill(1);
  const [top, left] = [b.unary('floor', y), b.unary('floor', x)];
  const [bottom, right] = [b.binary('add', top, one), b.binary('add', left, one)];
  const [down, across] = [b.binary('sub', y, top), b.binary('sub', x, left)].map((t) =>
    withChannel(b, t),
  ) as [NodeId, NodeId];
  const upper = blend(b, read(top, left), read(top, right), across);
  const lower = blend(b, read(bottom, left), read(bottom, right), across);
  return blend(b, upper, lower, down);
};

// Single precision puts the last pixel of a box that ends at the border a little beyond it.
const TOLERANCE = 1e-4;

/** Boxes [B,4] (y1, x1, y2, x2 between 0 and 1) cut out of pictures and resized, bilinear or nearest. */
const cropAndResize = ({ b, on, attrs }: Call<tf.CropAndResizeAttrs>): NodeId => {
  const image = float(b, operand(on, 'image'));
  const [boxes, chosen] = [operand(on, 'boxes'), operand(on, 'boxInd')];
  const [pictures = 1, height = 1, width = 1] = b.shape(image);
  const count = b.shape(boxes)[0] ?? 0;
  /** The places along one axis, from the box's columns `first` and `last`. */
  const places = (first: number, length: number, pixels: number): NodeId => {
    const [from, to] = [b.sliceAxis(boxes, 1, first, 1), b.sliceAxis(boxes, 1, first + 2, 1)];
    const scaled = (v: NodeId, by: number): NodeId => b.binary('mul', v, b.fill(by));
    if (pixels === 1) return scaled(b.binary('add', from, to), 0.5 * (length - 1));
    const steps = b.constant({
      dtype: 'float32',
      shape: [pixels],
      data: Float32Array.from({ length: pixels }, (_, i) => (i * (length - 1)) / (pixels - 1)),
    });
    return b.binary('add', scaled(from, length - 1), b.binary('mul', b.binary('sub', to, from), steps));
  };
  const [rows, columns] = attrs.cropSize;
  const y = b.reshape(places(0, height, rows), [count, rows, 1]);
  const x = b.reshape(places(1, width, columns), [count, 1, columns]);
  const picture = b.reshape(b.add('clip', [chosen], { min: 0, max: pictures - 1 }), [count, 1, 1]);
  const inside = both(
    b,
    within(b, y, -TOLERANCE, height - 1 + TOLERANCE),
    within(b, x, -TOLERANCE, width - 1 + TOLERANCE),
  );
  const read: Read = (row, column) => pixelsAt(b, image, picture, row, column);
  const found = interpolate(b, attrs.method, read, clip(b, y, height - 1), clip(b, x, width - 1));
  const cut = b.select(withChannel(b, inside), found, b.fill(attrs.extrapolationValue));
  const exists = b.compare('less', b.reshape(chosen, [count, 1, 1, 1]), b.fill(pictures, [], 'int32'));
  return b.select(exists, cut, b.fill(0));
};

type FillMode = tf.TransformAttrs['fillMode'];

/** Where a place outside the picture reads from instead, along one axis; TensorFlow's four modes. */
const mapPlace = (b: GraphBuilder, at: NodeId, length: number, mode: FillMode): NodeId => {
  const num = (v: number): NodeId => b.fill(v);
  const neg = (v: NodeId): NodeId => b.unary('neg', v);
  const times = (v: NodeId, by: number): NodeId => b.binary('mul', v, num(by));
  const plus = (v: NodeId, w: NodeId): NodeId => b.binary('add', v, w);
  // Only of what is positive, so that rounding down cuts towards 0.
  const wholes = (v: NodeId, by: number): NodeId => b.unary('floor', b.binary('div', v, num(by)));
  const outside = (below: NodeId, above: NodeId): NodeId =>
    b.select(
      b.compare('less', at, num(0)),
      below,
      b.select(b.compare('greater', at, num(length - 1)), above, at),
    );
  if (mode === 'constant') return at;
  if (mode === 'nearest' || length <= 1) return clip(b, at, length - 1);
  if (mode === 'wrap') {
    const below = plus(at, times(plus(wholes(neg(at), length - 1), num(1)), length));
    const above = b.binary('sub', at, times(wholes(at, length - 1), length));
    return clip(b, outside(below, above), length - 1);
  }
  const period = 2 * length;
  const near = plus(times(wholes(neg(at), period), period), at);
  const below = b.select(
    b.compare('less', near, num(-length)),
    plus(near, num(period)),
    b.binary('sub', num(-1), near),
  );
  const folded = b.binary('sub', at, times(wholes(at, period), period));
  const above = b.select(
    b.compare('greaterEqual', folded, num(length)),
    b.binary('sub', num(period - 1), folded),
    folded,
  );
  return clip(b, outside(below, above), length - 1);
};

/** Pictures warped by projective transforms [1 or N, 8], which map a place of the result to one of the picture. */
const transform = ({ b, on, attrs }: Call<tf.TransformAttrs>): NodeId => {
  const image = float(b, operand(on, 'image'));
  const transforms = operand(on, 'transforms');
  const [count = 1, height = 1, width = 1] = b.shape(image);
  const [rows, columns] = attrs.outputShape ?? [height, width];
  const each = b.shape(transforms)[0] ?? 1;
  const t = (i: number): NodeId => b.reshape(b.sliceAxis(transforms, 1, i, 1), [each, 1, 1]);
  const line = (size: number, shape: readonly number[]): NodeId =>
    b.constant({ dtype: 'float32', shape, data: Float32Array.from({ length: size }, (_, i) => i) });
  const [x, y] = [line(columns, [1, 1, columns]), line(rows, [1, rows, 1])];
  const plane = (i: number, j: number, k: NodeId): NodeId =>
    b.binary('add', b.binary('add', b.binary('mul', t(i), x), b.binary('mul', t(j), y)), k);
  const projection = plane(6, 7, b.fill(1));
  const finite = b.unary('not', b.compare('equal', projection, b.fill(0)));
  const divisor = b.select(finite, projection, b.fill(1));
  const place = (i: number, length: number): NodeId =>
    mapPlace(b, b.binary('div', plane(i, i + 1, t(i + 2)), divisor), length, attrs.fillMode);
  const index = b.constant({
    dtype: 'int32',
    shape: [count, 1, 1],
    data: Int32Array.from({ length: count }, (_, i) => i),
  });
  const fill = b.fill(attrs.fillValue);
  const read: Read = (row, column) => {
    const inside = both(b, within(b, row, 0, height - 1), within(b, column, 0, width - 1));
    return b.select(withChannel(b, inside), pixelsAt(b, image, index, row, column), fill);
  };
  const found = interpolate(b, attrs.interpolation, read, place(3, height), place(0, width));
  return b.cast(b.select(withChannel(b, finite), found, fill), b.dtype(operand(on, 'image')));
};

/** Pictures turned about a point by a constant angle: every pixel is read from a place that is known beforehand. */
const rotate = ({ b, on, attrs }: Call<tf.RotateWithOffsetAttrs>): NodeId => {
  const image = operand(on, 'image');
  const [count = 1, height = 1, width = 1, channels = 1] = b.shape(image);
  if (b.dtype(image) !== 'float32') throw new UnsupportedError('pictures of integers; cast them to float32');
  const { radians, fillValue, center } = attrs;
  const [centreX, centreY] = tf.backend_util.getImageCenter(center, height, width) as [number, number];
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  const outside = height * width;
  const sources = Int32Array.from({ length: outside }, (_, i) => {
    const [dx, dy] = [(i % width) - centreX, Math.floor(i / width) - centreY];
    const x = Math.round(dx * cos - dy * sin + centreX);
    const y = Math.round(dx * sin + dy * cos + centreY);
    return x >= 0 && x < width && y >= 0 && y < height ? y * width + x : outside;
  });
  const colour = Float32Array.from({ length: channels }, (_, c) =>
    typeof fillValue === 'number' ? fillValue : c === 3 ? 255 : (fillValue[c] ?? 0),
  );
  const background = b.expand(b.constant({ dtype: 'float32', shape: [1, 1, channels], data: colour }), [
    count,
    1,
    channels,
  ]);
  const pixels = b.concat([b.reshape(image, [count, outside, channels]), background], 1);
  const list = b.constant({ dtype: 'int32', shape: [outside], data: sources });
  return b.reshape(b.add('gather', [pixels, list], { axis: 1 }), b.shape(image));
};

export const warpRules = {
  CropAndResize: cropAndResize,
  RotateWithOffset: rotate,
  Transform: transform,
} satisfies Partial<Rules>;
