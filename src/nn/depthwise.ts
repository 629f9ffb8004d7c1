import * as tf from '../tensor/tfjs.js';

/** A constant filter [kh,kw] for `tf.depthwiseConv2d`, the same for each channel. */
export const sameForEach = (rows: readonly (readonly number[])[], channels: number): tf.Tensor4D =>
  tf.tensor4d(
    rows.flatMap((row) => row.flatMap((weight) => Array<number>(channels).fill(weight))),
    [rows.length, rows[0]!.length, channels, 1],
  );
