import type { Raster } from './raster.js';

/** The share of samples, 0..1, that are black or white after an edit and had another value before. */
export const newlyClipped = (before: Raster, after: Raster): number => {
  const { data } = after;
  let count = 0;
  for (let i = 0; i < data.length; i++)
    if ((data[i] === 0 || data[i] === 255) && data[i] !== before.data[i]) count++;
  return count / data.length;
};
