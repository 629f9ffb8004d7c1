/** Red, green and blue, sRGB-encoded, 0..1 (a little beyond in sunlit places). */
export type Rgb = readonly [red: number, green: number, blue: number];

/** What is seen at a place of a scene. */
export interface Sight {
  /** As on a clear day. */
  readonly clear: Rgb;
  /** Distance, in units in which haze of density 1 lets through 1/e of the light. */
  readonly depth: number;
}

/** A number in 0..1 for a place of a grid, always the same. */
export const lattice = (x: number, y: number, seed: number): number => {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(seed, 2246822519);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
};

const smooth = (t: number): number => t * t * (3 - 2 * t);

/** Value noise, 0..1. */
const noise = (x: number, y: number, seed: number): number => {
  const [i, j] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [smooth(x - i), smooth(y - j)];
  const row = (k: number) => lattice(i, k, seed) * (1 - u) + lattice(i + 1, k, seed) * u;
  return row(j) * (1 - v) + row(j + 1) * v;
};

/** Noise at several scales, 0..1. */
const fractal = (x: number, y: number, seed: number, octaves = 5): number => {
  let [sum, weight, total] = [0, 1, 0];
  for (let k = 0; k < octaves; k++) {
    sum += weight * noise(x * 2 ** k, y * 2 ** k, seed + k);
    total += weight;
    weight /= 2;
  }
  return sum / total;
};

const inUnits = (r: number, g: number, b: number): Rgb => [r / 255, g / 255, b / 255];

/** Between two colours, from the first on. */
export const mix = ([r, g, b]: Rgb, [s, h, c]: Rgb, t: number): Rgb => [
  r + (s - r) * t,
  g + (h - g) * t,
  b + (c - b) * t,
];

/** Ridges from far to near: height of the crest, roughness, distance, and the colours that their ground varies between. */
const ridges = [
  {
    crest: 0.36,
    relief: 0.26,
    scale: 2.2,
    depth: 3.2,
    low: inUnits(70, 84, 92),
    high: inUnits(196, 200, 204),
  },
  { crest: 0.47, relief: 0.2, scale: 3, depth: 2.1, low: inUnits(44, 62, 48), high: inUnits(122, 116, 96) },
  { crest: 0.58, relief: 0.17, scale: 4, depth: 1.3, low: inUnits(28, 54, 30), high: inUnits(96, 110, 52) },
  { crest: 0.71, relief: 0.12, scale: 5, depth: 0.7, low: inUnits(24, 48, 18), high: inUnits(112, 122, 40) },
  { crest: 0.86, relief: 0.08, scale: 7, depth: 0.2, low: inUnits(20, 40, 12), high: inUnits(150, 148, 56) },
] as const;

/** The colour of haze in daylight. */
export const AIR = inUnits(206, 214, 224);

/** Density of the haze that the sky is as if seen through, so that it looks like one on a hazy day as well. */
export const DENSITY = 0.62;

const sky = (x: number, y: number, seed: number): Sight => {
  const clouds = smooth(Math.min(1, Math.max(0, (fractal(x * 3.2, y * 7, seed + 91) - 0.46) * 4)));
  const blue = mix(inUnits(86, 132, 196), inUnits(188, 208, 226), y * 2.2);
  return {
    clear: mix(blue, inUnits(246, 244, 240), clouds * 0.8),
    depth: -Math.log(Math.max(0.02, 0.45 - 0.3 * y)) / DENSITY,
  };
};

const ground = (
  { low, high, depth }: (typeof ridges)[number],
  x: number,
  y: number,
  below: number,
  seed: number,
): Rgb => {
  const grain = fractal(x * 46, y * 46, seed + 40, 4);
  const fields = fractal(x * 7, y * 12, seed + 60, 3);
  const slope = fractal(x * 9 + 0.05, y * 9, seed) - fractal(x * 9, y * 9, seed);
  const light = Math.min(1.35, Math.max(0.45, 0.72 + 0.5 * slope * 12));
  const flower = depth < 0.5 && lattice(Math.floor(x * 420), Math.floor(y * 420), 7) > 0.985;
  const [r, g, b] = mix(low, high, Math.min(1, 0.55 * grain + 0.6 * fields * Math.min(1, 0.3 + below * 5)));
  const [dr, dg, db] = flower ? inUnits(70, 20, -10) : [0, 0, 0];
  return [r * light + dr, g * light + dg, b * light + db];
};

/**
 * A valley with ridges one behind the other below a cloudy sky: what photos have (large areas and fine texture, edges,
 * shade, distance), made of nothing but a seed.
 *
 * @param seed another one, another valley
 * @returns what is seen at a place; both coordinates are in heights of the picture, from its upper left corner
 */
export const scene =
  (seed = 0) =>
  (x: number, y: number): Sight =>
    ridges.reduce<Sight>(
      (behind, ridge, k) => {
        const own = seed * 997 + k * 13;
        const crest = ridge.crest - ridge.relief * (fractal(x * ridge.scale, k * 9, own, 6) - 0.35);
        if (y < crest) return behind;
        return { clear: ground(ridge, x, y, y - crest, own), depth: ridge.depth + 0.35 * (1 - y) };
      },
      sky(x, y, seed * 997),
    );

/** What is seen through haze of a density: I = J t + A (1 - t), t = exp(-density depth). */
export const throughHaze = ({ clear, depth }: Sight, density: number, air: Rgb = AIR): Rgb =>
  mix(air, clear, Math.exp(-density * depth));
