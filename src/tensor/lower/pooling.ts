import { elementCount, type GraphBuilder, type NodeId, type Padding } from '../graph/index.js';
import type * as tf from '../tfjs.js';
import { float } from './dtypes.js';
import { toNchw, toNhwc } from './image-layout.js';
import { type Call, operand, type Rules, UnsupportedError } from './rule.js';
import { type WindowAttrs, type WindowGeometry, windowGeometry } from './window.js';

interface PoolAttrs extends WindowAttrs {
  readonly filterSize: [number, number] | number;
}

const poolGeometry = (shape: readonly number[], attrs: PoolAttrs): WindowGeometry => {
  const { filterSize } = attrs;
  const [height, width] = typeof filterSize === 'number' ? [filterSize, filterSize] : filterSize;
  const channels = shape[3] ?? 1;
  return windowGeometry(shape, [height, width, channels, channels], attrs);
};

const poolOf = ({ kernel, strides, padding }: WindowGeometry) => ({ kernel, strides, padding });

/** Whether a window can lie in the padding alone. */
const reachesOutside = ({ kernel, padding }: WindowGeometry): boolean =>
  padding.some((p, side) => p >= kernel[side % 2]!);

/** Channels first, with padding that ONNX would refuse written out. */
const poolInput = (b: GraphBuilder, x: NodeId, geometry: WindowGeometry) => {
  const image = float(b, toNchw(b, x));
  if (!reachesOutside(geometry)) return { image, geometry };
  const [top, left, bottom, right] = geometry.padding;
  const none: Padding = [0, 0, 0, 0];
  return {
    image: b.pad(image, [0, 0, top, left], [0, 0, bottom, right], Number.NEGATIVE_INFINITY),
    geometry: { ...geometry, padding: none },
  };
};

// tfjs's cpu backend passes over a NaN in a window; other engines may let it win.
const maxPool = ({ b, on, attrs }: Call<tf.MaxPoolAttrs>): NodeId => {
  const x = operand(on, 'x');
  const { image, geometry } = poolInput(b, x, poolGeometry(b.shape(x), attrs));
  const pooled = b.add('pool', [image], { fn: 'max', ...poolOf(geometry) });
  return b.cast(toNhwc(b, pooled), b.dtype(x));
};

const insideOnly = (geometry: WindowGeometry, what: string): WindowGeometry => {
  if (!reachesOutside(geometry)) return geometry;
  throw new UnsupportedError(
    `${what} of windows that lie in the padding alone; give less padding than the ${geometry.kernel.join('x')} window`,
  );
};

const averagePool = ({ b, on, attrs }: Call<tf.AvgPoolAttrs>): NodeId => {
  const x = operand(on, 'x');
  const geometry = insideOnly(poolGeometry(b.shape(x), attrs), 'the mean');
  return toNhwc(b, b.add('pool', [float(b, toNchw(b, x))], { fn: 'average', ...poolOf(geometry) }));
};

const maxPoolGradient = ({ b, on, attrs }: Call<tf.MaxPoolGradAttrs>): NodeId => {
  const [dy, x] = [operand(on, 'dy'), operand(on, 'input')];
  const geometry = insideOnly(poolGeometry(b.shape(x), attrs), 'the gradient of the maximum');
  return toNhwc(b, b.add('maxPoolGradient', [toNchw(b, x), toNchw(b, dy)], poolOf(geometry)));
};

/** tfjs's kernel spreads each gradient evenly over its whole window, padding or not. */
const averagePoolGradient = ({ b, on, attrs }: Call<tf.AvgPoolGradAttrs>): NodeId => {
  const [dy, x] = [operand(on, 'dy'), operand(on, 'input')];
  const { kernel, input, strides, padding } = poolGeometry(b.shape(x), attrs);
  const channels = b.shape(x)[3] ?? 1;
  const filter = b.fill(1 / elementCount(kernel), [channels, 1, ...kernel]);
  const attributes = { strides, padding, dilations: [1, 1] as const, groups: channels, size: input };
  return toNhwc(b, b.add('convInputGradient', [toNchw(b, dy), filter], attributes));
};

/** The maxima and their places: the flat index into the picture, or into the batch of pictures. */
const maxPoolWithArgmax = ({ b, on, attrs }: Call<tf.MaxPoolWithArgmaxAttrs>): readonly NodeId[] => {
  const x = operand(on, 'x');
  const [, height = 1, width = 1, channels = 1] = b.shape(x);
  const geometry = insideOnly(poolGeometry(b.shape(x), attrs), 'the places of the maxima');
  const image = float(b, toNchw(b, x));
  const values = b.add('pool', [image], { fn: 'max', ...poolOf(geometry) });
  // Counted channels-first over the whole batch: n, c, y and x are taken apart and put together channels-last.
  const place = b.add('maxPoolIndices', [image], poolOf(geometry));
  const int = (n: number): NodeId => b.fill(n, [], 'int32');
  const quotient = (n: number): NodeId => b.binary('div', place, int(n));
  const [within, plane] = [b.binary('mod', place, int(height * width)), quotient(height * width)];
  const channel = b.binary('mod', plane, int(channels));
  const index = b.binary('add', b.binary('mul', within, int(channels)), channel);
  const picture = b.binary('mul', quotient(channels * height * width), int(channels * height * width));
  const counted = attrs.includeBatchInIndex ? b.binary('add', index, picture) : index;
  return [b.cast(toNhwc(b, values), b.dtype(x)), toNhwc(b, counted)];
};

export const poolingRules = {
  AvgPool: averagePool,
  AvgPoolGrad: averagePoolGradient,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGradient,
  MaxPoolWithArgmax: maxPoolWithArgmax,
} satisfies Partial<Rules>;
