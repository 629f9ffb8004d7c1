// What the index of structural similarity is made of, for the loss and for measuring alike: Wang, Bovik, Sheikh,
// Simoncelli, "Image quality assessment: from error visibility to structural similarity" (2004).

/** Pixels along a side of the window. Shorter sides have no valid one. */
export const WINDOW = 11;

const SIGMA = 1.5;

/** (K·L)² of the means and of the deviations, for values from 0 to L = 1. */
export const C1 = 0.01 ** 2;
export const C2 = 0.03 ** 2;

/** The Gaussian window along one side; its sum is 1. */
export const weights: Float64Array = (() => {
  const bell = Float64Array.from({ length: WINDOW }, (_, i) =>
    Math.exp(-((i - (WINDOW - 1) / 2) ** 2) / (2 * SIGMA ** 2)),
  );
  const sum = bell.reduce((a, b) => a + b);
  return bell.map((w) => w / sum);
})();
