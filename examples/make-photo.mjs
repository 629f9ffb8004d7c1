// Paints a hazy valley for `npm run demo`, unless there are photos in the folder already.
// usage: node examples/make-photo.mjs FOLDER
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const [folder = 'photos'] = process.argv.slice(2);
const [WIDTH, HEIGHT] = [1200, 800];

/** A number in 0..1 for a place of a grid, always the same. */
const lattice = (x, y, seed) => {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(seed, 2246822519);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
};

const smooth = (t) => t * t * (3 - 2 * t);

/** Value noise, 0..1. */
const noise = (x, y, seed) => {
  const [i, j] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [smooth(x - i), smooth(y - j)];
  const row = (k) => lattice(i, k, seed) * (1 - u) + lattice(i + 1, k, seed) * u;
  return row(j) * (1 - v) + row(j + 1) * v;
};

/** Noise at several scales, 0..1. */
const fractal = (x, y, seed, octaves = 5) => {
  let [sum, weight, total] = [0, 1, 0];
  for (let k = 0; k < octaves; k++) {
    sum += weight * noise(x * 2 ** k, y * 2 ** k, seed + k);
    total += weight;
    weight /= 2;
  }
  return sum / total;
};

const mix = (a, b, t) => a.map((v, i) => v + (b[i] - v) * t);

/** Ridges from far to near: height of the crest, roughness, distance, and the colours between which their ground varies. */
const ridges = [
  { crest: 0.36, relief: 0.26, scale: 2.2, depth: 3.2, low: [70, 84, 92], high: [196, 200, 204] },
  { crest: 0.47, relief: 0.2, scale: 3, depth: 2.1, low: [44, 62, 48], high: [122, 116, 96] },
  { crest: 0.58, relief: 0.17, scale: 4, depth: 1.3, low: [28, 54, 30], high: [96, 110, 52] },
  { crest: 0.71, relief: 0.12, scale: 5, depth: 0.7, low: [24, 48, 18], high: [112, 122, 40] },
  { crest: 0.86, relief: 0.08, scale: 7, depth: 0.2, low: [20, 40, 12], high: [150, 148, 56] },
];

const AIR = [206, 214, 224];
const DENSITY = 0.62;

const sky = (x, y) => {
  const clouds = smooth(Math.min(1, Math.max(0, (fractal(x * 3.2, y * 7, 91) - 0.46) * 4)));
  return mix(mix([86, 132, 196], [188, 208, 226], y * 2.2), [246, 244, 240], clouds * 0.8);
};

const ground = ({ low, high, depth }, x, y, below, seed) => {
  const grain = fractal(x * 46, y * 46, seed + 40, 4);
  const fields = fractal(x * 7, y * 12, seed + 60, 3);
  const light = 0.72 + 0.5 * (fractal(x * 9 + 0.05, y * 9, seed) - fractal(x * 9, y * 9, seed)) * 12;
  const flowers =
    depth < 0.5 && lattice(Math.floor(x * 420), Math.floor(y * 420), 7) > 0.985 ? [70, 20, -10] : [0, 0, 0];
  const base = mix(low, high, Math.min(1, 0.55 * grain + 0.6 * fields * Math.min(1, 0.3 + below * 5)));
  return base.map((v, i) => v * Math.min(1.35, Math.max(0.45, light)) + flowers[i]);
};

const colourAt = (x, y) => {
  let colour = mix(sky(x, y), AIR, 0.55 + 0.3 * y);
  ridges.forEach((ridge, k) => {
    const crest = ridge.crest - ridge.relief * (fractal(x * ridge.scale, k * 9, k * 13, 6) - 0.35);
    if (y < crest) return;
    const clear = ground(ridge, x, y, y - crest, k * 13);
    colour = mix(AIR, clear, Math.exp(-DENSITY * (ridge.depth + 0.35 * (1 - y))));
  });
  return colour;
};

mkdirSync(folder, { recursive: true });
if (!readdirSync(folder).some((name) => /\.(jpe?g|png|webp|tiff?|avif)$/i.test(name))) {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let j = 0, at = 0; j < HEIGHT; j++)
    for (let i = 0; i < WIDTH; i++)
      for (const v of colourAt(i / HEIGHT, j / HEIGHT))
        pixels[at++] = Math.min(255, Math.max(0, v + 3 * (lattice(i, j, at) - 0.5)));
  await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .withExif({ IFD0: { ImageDescription: 'A hazy valley, painted by Prismflow' } })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toFile(join(folder, 'valley.jpg'));
}
