import type { Frame } from '../../ports/index.js';

type Colour = readonly [number, number, number];

/** Skies from above to the horizon, and grounds, as they are by day. */
const SKIES: readonly (readonly [Colour, Colour])[] = [
  [
    [0.2, 0.42, 0.75],
    [0.7, 0.82, 0.92],
  ],
  [
    [0.45, 0.6, 0.8],
    [0.85, 0.88, 0.9],
  ],
  [
    [0.55, 0.58, 0.62],
    [0.8, 0.8, 0.8],
  ],
  [
    [0.1, 0.25, 0.55],
    [0.45, 0.65, 0.85],
  ],
];
const GROUNDS: readonly Colour[] = [
  [0.25, 0.4, 0.12],
  [0.6, 0.5, 0.35],
  [0.4, 0.38, 0.36],
  [0.88, 0.9, 0.93],
  [0.12, 0.3, 0.4],
  [0.5, 0.25, 0.18],
];

const [WIDTH, HEIGHT] = [192, 128];

/** Smooth noise of 0..1 that is always the same. */
const noise = (x: number, y: number, seed: number): number => {
  const wave = Math.sin(0.31 * x + seed) * Math.cos(0.23 * y - seed) + Math.sin(0.9 * x - 0.7 * y + 2 * seed);
  return 0.5 + 0.25 * wave;
};

/**
 * Landscapes as a program can draw them: a sky, a ground with light and shade, and things of many colours on it. They stand in
 * for photos where there are none at hand.
 */
export const scenes = (): readonly Frame[] =>
  SKIES.flatMap((sky, i) => GROUNDS.map((ground, j) => scene(sky, ground, 7 * i + j)));

const scene = ([above, below]: readonly [Colour, Colour], ground: Colour, seed: number): Frame => {
  const data = new Float32Array(WIDTH * HEIGHT * 3);
  const horizon = HEIGHT * (0.35 + 0.05 * (seed % 6));
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      for (let c = 0; c < 3; c++) {
        const light = 0.35 + 1.1 * noise(x, y, seed);
        const share = y / horizon;
        const thing = Math.floor(x / 16) % 3 === seed % 3 && Math.floor(y / 12) % 4 === 0;
        const hue = 0.5 + 0.5 * Math.sin(Math.floor(x / 16) + 2 * c + seed);
        const value =
          y < horizon
            ? above[c]! + share * (below[c]! - above[c]!) + 0.08 * (noise(x / 3, y / 2, seed) - 0.5)
            : (thing ? hue : ground[c]!) * light;
        data[(y * WIDTH + x) * 3 + c] = Math.min(Math.max(value, 0), 1);
      }
  return {
    width: WIDTH,
    height: HEIGHT,
    channels: 3,
    samples: { depth: 'float32', data },
    metadata: { bits: 8, model: 'rgb', orientation: 1, pages: 1 },
  } as Frame;
};
