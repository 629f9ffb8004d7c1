import type { Quantisation } from '../ports/index.js';

/** How many numbers `quantisationFeatures` gives. */
export const QUANTISATION_FEATURES = 129;

/** A step in the middle, which logarithms of steps are relative to. */
export const MIDDLE_STEP = 16;

const logarithms = (table: readonly number[]): readonly number[] =>
  table.map((step) => Math.log(Math.max(1, step) / MIDDLE_STEP));

/**
 * What a network is given of the tables that a picture was compressed by: 1, then the natural logarithms of the steps over 16, row by row, 64
 * for brightness and 64 for colour. All 0 where no tables are known.
 */
export const quantisationFeatures = (quantisation: Quantisation | undefined): Float32Array => {
  const features = new Float32Array(QUANTISATION_FEATURES);
  if (quantisation === undefined) return features;
  const { luma, chroma = luma } = quantisation;
  features.set([1, ...logarithms(luma), ...logarithms(chroma)]);
  return features;
};

/** The tables that most encoders scale, of ITU T.81, annex K: those of quality 50. */
export const usualTables: Required<Quantisation> = {
  luma: [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17,
    22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78,
    87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
  ],
  chroma: [
    17,
    18,
    24,
    47,
    99,
    99,
    99,
    99,
    18,
    21,
    26,
    66,
    99,
    99,
    99,
    99,
    24,
    26,
    56,
    99,
    99,
    99,
    99,
    99,
    47,
    66,
    99,
    99,
    99,
    99,
    99,
    99,
    ...Array<number>(32).fill(99),
  ],
};
