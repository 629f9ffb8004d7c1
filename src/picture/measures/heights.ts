import type { Raster } from './raster.js';

/** Bands from top to bottom whose colours are compared. */
export const BANDS = 8;

/** The mean colours of a picture in bands from top to bottom, three numbers 0..1 a band; a row belongs to one of them. */
export type Profile = readonly number[];

/** The profile of a picture of at least `BANDS` rows. */
export const profileOf = ({ data, width, height }: Raster): Profile => {
  const sums = new Float64Array(3 * BANDS);
  const counts = new Float64Array(BANDS);
  for (let y = 0; y < height; y++) {
    const band = Math.floor((y * BANDS) / height);
    for (let i = 3 * y * width; i < 3 * (y + 1) * width; i++)
      sums[3 * band + (i % 3)]! += (data[i] as number) / 255;
    counts[band]! += width;
  }
  return Array.from(sums, (sum, i) => sum / counts[Math.floor(i / 3)]!);
};

/** The mean of profiles, of which there is at least one. */
export const meanProfile = (profiles: readonly Profile[]): Profile =>
  profiles[0]!.map((_, i) => profiles.reduce((sum, profile) => sum + profile[i]!, 0) / profiles.length);

/** How far two profiles are from each other: the root of the mean of the squares, 0..1. */
export const profileDistance = (one: Profile, other: Profile): number =>
  Math.sqrt(one.reduce((sum, value, i) => sum + (value - other[i]!) ** 2, 0) / one.length);
