import * as tf from '@tensorflow/tfjs';

/** Where the pixels beyond the border come from. `reflect` leaves the border pixel out of the mirror, `symmetric` not. */
export type PadMode = 'constant' | 'reflect' | 'symmetric' | 'edge' | 'wrap';

/** Pixels added before and after. */
export type Border = readonly [number, number];

const HEIGHT = 1;

/**
 * Pads the height and width of pictures [N,H,W,C]. `reflect` and `symmetric` add at most as many pixels as the picture
 * has (one less for `reflect`); `constant` adds zeros.
 */
export const pad2d = (x: tf.Tensor4D, borders: readonly [Border, Border], mode: PadMode): tf.Tensor4D => {
  const whole = (): [number, number][] => [[0, 0], [...borders[0]], [...borders[1]], [0, 0]];
  if (mode === 'constant') return tf.pad(x, whole());
  if (mode === 'reflect' || mode === 'symmetric') return tf.mirrorPad(x, whole(), mode);
  return borders.reduce((padded, border, i) => extend(padded, HEIGHT + i, border, mode), x);
};

/** Reads an axis by an index that runs past its ends. */
const extend = (
  x: tf.Tensor4D,
  axis: number,
  [before, after]: Border,
  mode: 'edge' | 'wrap',
): tf.Tensor4D => {
  if (before === 0 && after === 0) return x;
  const size = x.shape[axis]!;
  const place = (i: number): number =>
    mode === 'wrap' ? ((i % size) + size) % size : Math.min(Math.max(i, 0), size - 1);
  const indices = Array.from({ length: before + size + after }, (_, i) => place(i - before));
  return tf.gather(x, tf.tensor1d(indices, 'int32'), axis);
};
