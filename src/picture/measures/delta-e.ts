import { D50, SRGB_TO_D50 } from '../../image/colour/matrix.js';
import { decodeSrgb } from '../../image/colour/srgb.js';
import type { Plane } from './planes.js';

/** CIELAB: lightness 0..100, and the two axes of colour. */
export type Lab = readonly [lightness: number, a: number, b: number];

const EDGE = 6 / 29;
const f = (t: number): number => (t > EDGE ** 3 ? Math.cbrt(t) : t / (3 * EDGE ** 2) + 4 / 29);

/** CIELAB under D50, as in colour profiles, of sRGB-encoded values 0..1. */
export const labOf = (red: number, green: number, blue: number): Lab => {
  const [r, g, b] = [decodeSrgb(red), decodeSrgb(green), decodeSrgb(blue)];
  const m = SRGB_TO_D50;
  const x = f((m[0] * r + m[1] * g + m[2] * b) / D50[0]);
  const y = f((m[3] * r + m[4] * g + m[5] * b) / D50[1]);
  const z = f((m[6] * r + m[7] * g + m[8] * b) / D50[2]);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
};

const DEGREE = Math.PI / 180;
const hueOf = (a: number, b: number): number => (Math.atan2(b, a) / DEGREE + 360) % 360;

/**
 * The colour difference CIEDE2000 with all weights 1; about 1 is just noticeable. Sharma, Wu, Dalal, "The CIEDE2000
 * color-difference formula: implementation notes, supplementary test data, and mathematical observations" (2005).
 */
export const ciede2000 = ([l1, a1, b1]: Lab, [l2, a2, b2]: Lab): number => {
  const meanC7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const g = 0.5 * (1 - Math.sqrt(meanC7 / (meanC7 + 25 ** 7)));
  const [p1, p2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const [h1, h2] = [hueOf(p1, b1), hueOf(p2, b2)];
  const turn = h2 - h1;
  const hueStep = turn > 180 ? turn - 360 : turn < -180 ? turn + 360 : turn;
  const dL = l2 - l1;
  const dC = c2 - c1;
  // Without a colour on one side this is 0, and no hue counts.
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin((hueStep / 2) * DEGREE);

  const l = (l1 + l2) / 2;
  const c = (c1 + c2) / 2;
  const sum = h1 + h2;
  const h = (Math.abs(turn) <= 180 ? sum : sum + (sum < 360 ? 360 : -360)) / 2;
  const t =
    1 -
    0.17 * Math.cos((h - 30) * DEGREE) +
    0.24 * Math.cos(2 * h * DEGREE) +
    0.32 * Math.cos((3 * h + 6) * DEGREE) -
    0.2 * Math.cos((4 * h - 63) * DEGREE);
  const sL = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const sC = 1 + 0.045 * c;
  const sH = 1 + 0.015 * c * t;
  const rC = 2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));
  const rT = -rC * Math.sin(60 * Math.exp(-(((h - 275) / 25) ** 2)) * DEGREE);
  const [x, y, z] = [dL / sL, dC / sC, dH / sH];
  return Math.sqrt(x * x + y * y + z * z + rT * y * z);
};

/**
 * The mean CIEDE2000 of two pictures, given as three planes each.
 *
 * @param breathe awaited now and then, so that the event loop is not held up
 */
export const meanDeltaE = async (
  ones: readonly Plane[],
  others: readonly Plane[],
  breathe: () => Promise<void>,
): Promise<number> => {
  const { width, height } = ones[0]!;
  const rows = () => [new Float64Array(width), new Float64Array(width), new Float64Array(width)] as const;
  const [x, y] = [rows(), rows()];
  const lab = ([r, g, b]: ReturnType<typeof rows>, i: number): Lab =>
    labOf(r[i] as number, g[i] as number, b[i] as number);
  let sum = 0;
  for (let row = 0; row < height; row++) {
    for (let c = 0; c < 3; c++) {
      ones[c]!.readRow(row, x[c] as Float64Array);
      others[c]!.readRow(row, y[c] as Float64Array);
    }
    for (let i = 0; i < width; i++) sum += ciede2000(lab(x, i), lab(y, i));
    if (row % 16 === 15) await breathe();
  }
  return sum / (width * height);
};
