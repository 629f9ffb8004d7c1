import { halvedYiq, type Wavelets, waveletsOf } from './haar.js';
import type { Raster } from './raster.js';

/** The paper's constants, found by fitting to what people say of pictures. */
const C = 30;
const ALPHA = 4.2;

const similarity = (a: number, b: number): number => (2 * a * b + C) / (a * a + b * b + C);
const logistic = (x: number): number => 1 / (1 + Math.exp(-ALPHA * x));
const undone = (x: number): number => Math.log(x / (1 - x)) / ALPHA;

/**
 * How alike two pictures of one size look, 0..1: the Haar wavelet-based perceptual similarity index of Reisenhofer, Bosse, Kutyniok and
 * Wiegand ("A Haar wavelet-based perceptual similarity index for image quality assessment", 2018), in colour and at half the size, as
 * published. It is arithmetic: no network is asked. 1 for equal pictures. Two pictures of one value each are as alike as their colours.
 */
export const haarPsi = (one: Raster, other: Raster): number => {
  const [a, b] = [halvedYiq(one), halvedYiq(other)];
  const { width, height } = a;
  const scales = [1, 2, 3].map(
    (scale) => [waveletsOf(a.y, width, height, scale), waveletsOf(b.y, width, height, scale)] as const,
  );
  let [sum, weights] = [0, 0];
  for (let at = 0; at < a.y.length; at++) {
    const weightOf = (along: keyof Wavelets): number =>
      Math.max(scales[2]![0][along][at]!, scales[2]![1][along][at]!);
    for (const along of ['across', 'down'] as const) {
      const alike = scales
        .slice(0, 2)
        .reduce((total, [x, y]) => total + similarity(x[along][at]!, y[along][at]!), 0);
      const weight = weightOf(along);
      sum += weight * logistic(alike / 2);
      weights += weight;
    }
    const chroma = (similarity(a.i[at]!, b.i[at]!) + similarity(a.q[at]!, b.q[at]!)) / 2;
    const weight = (weightOf('across') + weightOf('down')) / 2;
    sum += weight * logistic(chroma);
    weights += weight;
  }
  if (weights === 0) return 1;
  return Math.min(1, Math.max(0, undone(sum / weights)) ** 2);
};
