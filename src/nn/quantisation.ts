import type { Quantisation } from '../ports/index.js';

/** How many numbers `quantisationFeatures` gives. */
export const QUANTISATION_FEATURES = 7;

/** Bands of frequencies by the sum of column and row: the mean of neighbourhoods, coarse, and fine texture. */
const bandOf = (place: number): 0 | 1 | 2 => {
  const sum = (place % 8) + Math.floor(place / 8);
  return sum <= 2 ? 0 : sum <= 6 ? 1 : 2;
};

/** Logarithms of steps of 1 to 255 as about -1..1. */
const scaled = (step: number): number => Math.log2(Math.max(1, step)) / 4 - 1;

const bandsOf = (table: readonly number[]): readonly number[] =>
  [0, 1, 2].map((band) => {
    const steps = table.filter((_, place) => bandOf(place) === band);
    return steps.reduce((sum, step) => sum + scaled(step), 0) / steps.length;
  });

/**
 * What a network is told of the tables that a picture was compressed by: 1, then the mean logarithms of the steps of three bands of
 * frequencies, for brightness and for colour. All 0 where no tables are known.
 */
export const quantisationFeatures = (quantisation: Quantisation | undefined): Float32Array => {
  const features = new Float32Array(QUANTISATION_FEATURES);
  if (quantisation === undefined) return features;
  const { luma, chroma = luma } = quantisation;
  features.set([1, ...bandsOf(luma), ...bandsOf(chroma)]);
  return features;
};
