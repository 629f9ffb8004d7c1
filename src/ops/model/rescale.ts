import { type Method, mixesOf } from '../../picture/resampling/weights.js';
import type { Size } from '../../ports/index.js';

/** Rows at another number: mixes of neighbouring ones, `width` values each. */
const mixRows = (
  data: Float32Array,
  width: number,
  rows: number,
  count: number,
  method: Method,
): Float32Array => {
  const out = new Float32Array(width * count);
  for (const [y, { first, weights }] of mixesOf(
    method,
    { from: 0, length: rows, pixels: count },
    rows,
  ).entries())
    for (const [k, weight] of weights.entries()) {
      const from = (first + k) * width;
      const to = y * width;
      for (let x = 0; x < width; x++)
        out[to + x] = (out[to + x] as number) + weight * (data[from + x] as number);
    }
  return out;
};

const mixColumns = (
  data: Float32Array,
  { width, height }: Size,
  channels: number,
  count: number,
  method: Method,
): Float32Array => {
  const out = new Float32Array(count * height * channels);
  const mixes = mixesOf(method, { from: 0, length: width, pixels: count }, width);
  for (let y = 0; y < height; y++)
    for (const [x, { first, weights }] of mixes.entries())
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++)
          sum += (weights[k] as number) * (data[(y * width + first + k) * channels + c] as number);
        out[(y * count + x) * channels + c] = sum;
      }
  return out;
};

/** Interleaved samples of a picture at another size; an axis that keeps its length is left as it is. */
export const rescale = (
  data: Float32Array,
  channels: number,
  from: Size,
  to: Size,
  method: Method,
): Float32Array => {
  const across = from.width === to.width ? data : mixColumns(data, from, channels, to.width, method);
  return from.height === to.height
    ? across
    : mixRows(across, to.width * channels, from.height, to.height, method);
};
