import { type GraphBuilder, type NodeId, sameShape } from '../graph/index.js';
import { nearestPixels, type Placement, resizeMatrix } from '../kernels/resample.js';
import type * as tf from '../tfjs.js';
import { float } from './dtypes.js';
import { toNchw, toNhwc } from './image-layout.js';
import { type Call, operand, type Rules } from './rule.js';

const bilinear = ({ b, on, attrs }: Call<tf.ResizeBilinearAttrs>): NodeId => {
  const image = float(b, toNchw(b, operand(on, 'images')));
  const coordinates = attrs.alignCorners
    ? 'align-corners'
    : attrs.halfPixelCenters
      ? 'half-pixel'
      : 'asymmetric';
  if (sameShape(b.shape(image).slice(2), attrs.size)) return toNhwc(b, image);
  return toNhwc(b, b.add('resize', [image], { mode: 'linear', coordinates, size: attrs.size }));
};

/** Does every source pixel become the same number of target pixels, in order? */
const repeats = (input: number, output: number, pixels: readonly number[]): boolean =>
  output % input === 0 && pixels.every((source, i) => source === Math.floor(i / (output / input)));

/**
 * Where the factors are whole, ONNX's own nearest resize; elsewhere rows and columns by index lists, since ONNX Runtime
 * rounds its coordinates to float32 and then picks other pixels.
 */
const nearest = ({ b, on, attrs }: Call<tf.ResizeNearestNeighborAttrs>): NodeId => {
  const image = toNchw(b, operand(on, 'images'));
  const [, , height = 1, width = 1] = b.shape(image);
  const [rows, columns] = [
    nearestPixels(height, attrs.size[0], attrs),
    nearestPixels(width, attrs.size[1], attrs),
  ];
  const whole = repeats(height, rows.length, rows) && repeats(width, columns.length, columns);
  if (sameShape([height, width], attrs.size) && whole) return toNhwc(b, image);
  if (whole && b.dtype(image) === 'float32') {
    const attributes = { mode: 'nearest', coordinates: 'asymmetric', size: attrs.size } as const;
    return toNhwc(b, b.add('resize', [image], attributes));
  }
  const list = (pixels: readonly number[]): NodeId =>
    b.constant({ dtype: 'int32', shape: [pixels.length], data: Int32Array.from(pixels) });
  const chosen = b.add('gather', [image, list(rows)], { axis: 2 });
  return toNhwc(b, b.add('gather', [chosen, list(columns)], { axis: 3 }));
};

/** Both resizes are linear, one axis after the other: the gradient multiplies by each axis's matrix, transposed. */
const gradient = (
  b: GraphBuilder,
  mode: 'nearest' | 'linear',
  dy: NodeId,
  images: NodeId,
  placement: Placement,
): NodeId => {
  const [, , height = 1, width = 1] = b.shape(toNchw(b, images));
  const image = float(b, toNchw(b, dy));
  const [, , rows = 1, columns = 1] = b.shape(image);
  const down = b.constant(resizeMatrix(mode, height, rows, placement));
  const across = b.constant(resizeMatrix(mode, width, columns, placement));
  const folded = b.add('matmul', [image, across], { transposeA: false, transposeB: false });
  return toNhwc(b, b.add('matmul', [down, folded], { transposeA: true, transposeB: false }));
};

export const resizeRules = {
  ResizeBilinear: bilinear,
  ResizeBilinearGrad: ({ b, on, attrs }) =>
    gradient(b, 'linear', operand(on, 'dy'), operand(on, 'images'), attrs),
  ResizeNearestNeighbor: nearest,
  ResizeNearestNeighborGrad: ({ b, on, attrs }) =>
    gradient(b, 'nearest', operand(on, 'dy'), operand(on, 'images'), attrs),
} satisfies Partial<Rules>;
