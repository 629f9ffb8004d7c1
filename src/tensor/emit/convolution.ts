import type { Convolution, Pair } from '../graph/index.js';
import type { Emitter } from './emitter.js';

/** Conv on a picture of the given size. */
export const emitConvolution = (
  e: Emitter,
  operands: readonly string[],
  size: Pair,
  { strides, padding, dilations, groups, kernel }: Convolution & { readonly kernel: Pair },
): string => {
  const [x = '', ...others] = operands;
  const [top, left, bottom, right] = padding;
  const whole = size[0] === kernel[0] && size[1] === kernel[1];
  // Some engines take a window as large as the picture for a single product, and forget a border behind it.
  const explicit = whole && bottom + right > 0 && !e.dialect.windowSizedConvolutions;
  const source = explicit
    ? e.op('Pad', [x, e.ints([0, 0, top, left, 0, 0, bottom, right]), e.scalar(0, 'float32')])
    : x;
  return e.op('Conv', [source, ...others], {
    strides,
    dilations,
    group: groups,
    kernel_shape: kernel,
    pads: explicit ? [0, 0, 0, 0] : padding,
  });
};
