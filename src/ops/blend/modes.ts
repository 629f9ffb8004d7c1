/** Red, green, blue, 0..1. */
export type Rgb = readonly [number, number, number];

/** Blends one channel of the base with one of what lies on top, both 0..1. */
export type Separable = (base: number, top: number) => number;

const multiply: Separable = (b, s) => b * s;
const screen: Separable = (b, s) => b + s - b * s;
const hardLight: Separable = (b, s) => (s <= 0.5 ? multiply(b, 2 * s) : screen(b, 2 * s - 1));

/** Modes that work on each channel by itself: W3C, "Compositing and Blending Level 1", section 9.1. */
export const separable = {
  normal: (_, s) => s,
  multiply,
  screen,
  overlay: (b, s) => hardLight(s, b),
  darken: (b, s) => Math.min(b, s),
  lighten: (b, s) => Math.max(b, s),
  'colour-dodge': (b, s) => (b === 0 ? 0 : s >= 1 ? 1 : Math.min(1, b / (1 - s))),
  'colour-burn': (b, s) => (b >= 1 ? 1 : s <= 0 ? 0 : 1 - Math.min(1, (1 - b) / s)),
  'hard-light': hardLight,
  'soft-light': (b, s) => {
    if (s <= 0.5) return b - (1 - 2 * s) * b * (1 - b);
    const d = b <= 0.25 ? ((16 * b - 12) * b + 4) * b : Math.sqrt(b);
    return b + (2 * s - 1) * (d - b);
  },
  difference: (b, s) => Math.abs(b - s),
  exclusion: (b, s) => b + s - 2 * b * s,
} as const satisfies Readonly<Record<string, Separable>>;

const luminosity = ([r, g, b]: Rgb): number => 0.3 * r + 0.59 * g + 0.11 * b;

/** Brings a colour that is darker than black or brighter than white inside, towards the grey of its luminosity. */
const clipped = (colour: Rgb): Rgb => {
  const l = luminosity(colour);
  const least = Math.min(...colour);
  const most = Math.max(...colour);
  // It is never both: the channels are at most 1 apart.
  const scale = least < 0 ? l / (l - least) : most > 1 ? (1 - l) / (most - l) : 1;
  return [l + (colour[0] - l) * scale, l + (colour[1] - l) * scale, l + (colour[2] - l) * scale];
};

const withLuminosity = (colour: Rgb, l: number): Rgb => {
  const d = l - luminosity(colour);
  return clipped([colour[0] + d, colour[1] + d, colour[2] + d]);
};

const saturation = (colour: Rgb): number => Math.max(...colour) - Math.min(...colour);

const withSaturation = (colour: Rgb, s: number): Rgb => {
  const least = Math.min(...colour);
  const range = Math.max(...colour) - least;
  const scale = range === 0 ? 0 : s / range;
  return [(colour[0] - least) * scale, (colour[1] - least) * scale, (colour[2] - least) * scale];
};

/** Modes that look at the whole colour: section 9.2. */
export const wholeColour = {
  hue: (b, s) => withLuminosity(withSaturation(s, saturation(b)), luminosity(b)),
  saturation: (b, s) => withLuminosity(withSaturation(b, saturation(s)), luminosity(b)),
  colour: (b, s) => withLuminosity(s, luminosity(b)),
  luminosity: (b, s) => withLuminosity(b, luminosity(s)),
} as const satisfies Readonly<Record<string, (base: Rgb, top: Rgb) => Rgb>>;

/** How what lies on top is mixed with the base. */
export type Mode = keyof typeof separable | keyof typeof wholeColour;
