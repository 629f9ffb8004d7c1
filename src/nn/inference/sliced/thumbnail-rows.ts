import { maxOf } from '../../../image/samples/samples.js';
import { areaShares, type Share } from '../../area-resize.js';
import type { Data } from './job.js';
import { weighedRows } from './kernel.js';

/** A picture of which a square thumbnail is made. */
export interface Seen {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Pixels along a side of the thumbnail. */
  readonly side: number;
}

/** The rows of pixels that rows of the thumbnail are made of. */
export const rowsBehind = ({ height, side }: Seen, from: number, to: number) => {
  const shares = areaShares(height, side).slice(from, to);
  const start = Math.min(...shares.map((share) => share.start));
  const end = Math.max(...shares.map((share) => share.start + share.weights.length));
  return { shares, start, end };
};

/**
 * Rows of the thumbnail, three channels of values 0..1: each pixel is the mean over its area (see `areaShares`).
 *
 * @param samples of the picture's rows from `rowsBehind` on
 */
export const thumbnailRows = (seen: Seen, samples: Data, from: number, to: number): Float32Array => {
  const { width, channels, side } = seen;
  const { shares, start } = rowsBehind(seen, from, to);
  const columns = areaShares(width, side);
  const length = width * channels;
  const scale =
    1 /
    maxOf(samples instanceof Uint8Array ? 'uint8' : samples instanceof Uint16Array ? 'uint16' : 'float32');
  const made = new Float32Array((to - from) * side * 3);
  for (const [i, share] of shares.entries()) {
    const rows = samples.subarray((share.start - start) * length) as Data;
    const row = weighedRows(rows, length, share.weights);
    for (const [x, column] of columns.entries())
      for (let c = 0; c < 3; c++)
        made[(i * side + x) * 3 + c] = scale * weighed(row, column, channels, channels === 3 ? c : 0);
  }
  return made;
};

const weighed = (row: Float32Array, { start, weights }: Share, channels: number, channel: number): number => {
  let sum = 0;
  for (let k = 0; k < weights.length; k++)
    sum += (weights[k] as number) * (row[(start + k) * channels + channel] as number);
  return sum;
};
