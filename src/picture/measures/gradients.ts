import type { Raster } from './raster.js';

/** Strengths of the gradients of luma (BT.709), of values 0..255, by Sobel's filters over 4; 0 along the sides. */
const strengthsOf = ({ data, width, height }: Raster): Float64Array => {
  const luma = Float64Array.from(
    { length: width * height },
    (_, i) => 0.2126 * data[3 * i]! + 0.7152 * data[3 * i + 1]! + 0.0722 * data[3 * i + 2]!,
  );
  const strengths = new Float64Array(width * height);
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = (dy: number, dx: number): number => luma[(y + dy) * width + x + dx]!;
      const across = at(-1, 1) + 2 * at(0, 1) + at(1, 1) - at(-1, -1) - 2 * at(0, -1) - at(1, -1);
      const down = at(1, -1) + 2 * at(1, 0) + at(1, 1) - at(-1, -1) - 2 * at(-1, 0) - at(-1, 1);
      strengths[y * width + x] = Math.hypot(across, down) / 4;
    }
  return strengths;
};

/** Side of the windows in which gradients are compared; shorter sides have none. */
export const GRADIENT_WINDOW = 8;

const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** The index of one window whose upper left corner is at a place. */
const windowAt = (a: Float64Array, b: Float64Array, width: number, left: number, top: number): number => {
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
  for (let y = top; y < top + GRADIENT_WINDOW; y++)
    for (let x = left; x < left + GRADIENT_WINDOW; x++) {
      const [u, v] = [a[y * width + x]!, b[y * width + x]!];
      sa += u;
      sb += v;
      saa += u * u;
      sbb += v * v;
      sab += u * v;
    }
  const n = GRADIENT_WINDOW ** 2;
  const [ma, mb] = [sa / n, sb / n];
  const [va, vb, cov] = [saa / n - ma * ma, sbb / n - mb * mb, sab / n - ma * mb];
  return (((2 * ma * mb + C1) / (ma * ma + mb * mb + C1)) * (2 * cov + C2)) / (va + vb + C2);
};

/**
 * How far the structure of a photo is kept, -1..1: the SSIM of the strengths of gradients, all three factors, over windows that do
 * not overlap (after Chen, Yang, Xie: "Gradient-based structural similarity for image quality assessment", 2006). Of pictures of one
 * size, at least `GRADIENT_WINDOW` along both sides.
 */
export const gradientSimilarity = (one: Raster, other: Raster): number => {
  const [a, b] = [strengthsOf(one), strengthsOf(other)];
  let [sum, count] = [0, 0];
  for (let top = 0; top + GRADIENT_WINDOW <= one.height; top += GRADIENT_WINDOW)
    for (let left = 0; left + GRADIENT_WINDOW <= one.width; left += GRADIENT_WINDOW) {
      sum += windowAt(a, b, one.width, left, top);
      count++;
    }
  return sum / count;
};
