import type { Convolution, Pair } from '../graph/index.js';
import type { Emitter } from './emitter.js';

/** [N,C,H,W] */
type Picture = readonly [number, number, number, number];

/** Conv on a picture of the given shape. */
export const emitConvolution = (
  e: Emitter,
  operands: readonly [x: string, ...others: string[]],
  shape: Picture,
  { strides, padding, dilations, groups, kernel }: Convolution & { readonly kernel: Pair },
): string => {
  const [x, ...others] = operands;
  const [, , bottom, right] = padding;
  const size = shape.slice(2);
  const whole = size[0] === kernel[0] && size[1] === kernel[1];
  // Some engines take a window as large as the picture, or of one pixel, for a single product, and forget a border behind.
  const product = whole || (kernel[0] === 1 && kernel[1] === 1);
  const explicit = product && bottom + right > 0 && !e.dialect.borderedProducts;
  const source = explicit ? bordered(e, x, shape, padding) : x;
  return e.op('Conv', [source, ...others], {
    strides,
    dilations,
    group: groups,
    kernel_shape: kernel,
    pads: explicit ? [0, 0, 0, 0] : padding,
  });
};

/** A picture with zeros around it. Its planes are padded as a list of pictures: ONNX Runtime would make Pad part of Conv. */
const bordered = (
  e: Emitter,
  x: string,
  [n, c, h, w]: Picture,
  [top, left, bottom, right]: Convolution['padding'],
): string => {
  const planes = e.op('Reshape', [x, e.ints([n * c, h, w])]);
  const padded = e.op('Pad', [planes, e.ints([0, top, left, 0, bottom, right]), e.scalar(0, 'float32')]);
  return e.op('Reshape', [padded, e.ints([n, c, h + top + bottom, w + left + right])]);
};
