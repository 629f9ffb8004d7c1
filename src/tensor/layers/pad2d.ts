import { run } from '../kernels/custom.js';
import { borderPad } from '../kernels/pad.js';
import * as tf from '../tfjs.js';

/** Where the pixels beyond the border come from. `reflect` leaves the border pixel out of the mirror, `symmetric` not. */
export type PadMode = 'constant' | 'reflect' | 'symmetric' | 'edge' | 'wrap';

/** Pixels added before and after. */
export type Border = readonly [number, number];

/** How many pixels a side of so many can give away. */
const most = (mode: PadMode, size: number): number => {
  if (mode === 'reflect') return size - 1;
  return mode === 'symmetric' || mode === 'wrap' ? size : Number.POSITIVE_INFINITY;
};

/**
 * Pads the height and width of pictures [N,H,W,C]: `[[top, bottom], [left, right]]`. `constant` adds zeros, `edge` repeats
 * the border, `wrap` goes on at the opposite side, as a 360° panorama does. Throws RangeError where `symmetric` or `wrap`
 * would add more pixels than there are, or `reflect` as many.
 */
export const pad2d = (x: tf.Tensor4D, borders: readonly [Border, Border], mode: PadMode): tf.Tensor4D => {
  borders.forEach((border, i) => {
    const size = x.shape[i + 1]!;
    if (border.some((n) => n < 0 || n > most(mode, size))) {
      throw new RangeError(`${mode} padding cannot add ${border.join(' and ')} pixels to ${size}`);
    }
  });
  const paddings: [number, number][] = [[0, 0], [...borders[0]], [...borders[1]], [0, 0]];
  switch (mode) {
    case 'constant':
      return tf.pad(x, paddings);
    case 'reflect':
    case 'symmetric':
      return tf.mirrorPad(x, paddings, mode);
    case 'edge':
    case 'wrap':
      return run(borderPad, { x }, { mode, paddings }) as tf.Tensor4D;
  }
};
