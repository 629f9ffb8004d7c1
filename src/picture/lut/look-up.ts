import { emptyLike, maxOf } from '../../image/samples/samples.js';
import type { Samples } from '../../ports/index.js';
import type { Lut } from './table.js';

type Data = Samples['data'];

/** Looks colours up: reads three values of 0..1 and writes three. */
type LookUp = (r: number, g: number, b: number, into: Float64Array) => void;

/** The place of a value along a side, 0 to size - 1; what lies outside of the domain is at its border. */
const placing = ({ size, min, max }: Lut) => {
  const scale = [0, 1, 2].map((c) => (size - 1) / ((max[c] as number) - (min[c] as number)));
  return (channel: 0 | 1 | 2, value: number): number => {
    const place = (value - min[channel]) * (scale[channel] as number);
    return place > 0 ? (place < size - 1 ? place : size - 1) : 0;
  };
};

/** Between the two entries of each channel's own curve. */
const byCurves = (lut: Lut): LookUp => {
  const { size, values } = lut;
  const placed = placing(lut);
  const one = (channel: 0 | 1 | 2, value: number): number => {
    const place = placed(channel, value);
    const first = Math.min(Math.floor(place), size - 2);
    const [a, b] = [values[3 * first + channel] as number, values[3 * first + 3 + channel] as number];
    return a + (place - first) * (b - a);
  };
  return (r, g, b, into) => {
    into[0] = one(0, r);
    into[1] = one(1, g);
    into[2] = one(2, b);
  };
};

/**
 * Tetrahedral interpolation (Sakamoto, Itooka: "Linear interpolator for color correction", US patent 4275413, 1981, long
 * expired; Kasson et al. 1995): the cube of eight entries around a colour is cut along the axis of greys into six tetrahedra, and
 * the colour lies between the four corners of one. Greys stay on their axis, which trilinear interpolation does not keep.
 */
const byTetrahedra = (lut: Lut): LookUp => {
  const { size, values } = lut;
  const placed = placing(lut);
  const steps = [3, 3 * size, 3 * size * size] as const;
  return (r, g, b, into) => {
    const [pr, pg, pb] = [placed(0, r), placed(1, g), placed(2, b)];
    const ir = pr < size - 1 ? Math.floor(pr) : size - 2;
    const ig = pg < size - 1 ? Math.floor(pg) : size - 2;
    const ib = pb < size - 1 ? Math.floor(pb) : size - 2;
    const [fr, fg, fb] = [pr - ir, pg - ig, pb - ib];
    const first = ir * steps[0] + ig * steps[1] + ib * steps[2];
    const last = first + steps[0] + steps[1] + steps[2];
    // From the darkest corner along the channel that is farthest, then the middle one, to the lightest.
    const order = fr >= fg ? (fg >= fb ? 0 : fr >= fb ? 1 : 2) : fr >= fb ? 3 : fg >= fb ? 4 : 5;
    const [one, two, high, middle, low] =
      order === 0
        ? [first + steps[0], first + steps[0] + steps[1], fr, fg, fb]
        : order === 1
          ? [first + steps[0], first + steps[0] + steps[2], fr, fb, fg]
          : order === 2
            ? [first + steps[2], first + steps[2] + steps[0], fb, fr, fg]
            : order === 3
              ? [first + steps[1], first + steps[1] + steps[0], fg, fr, fb]
              : order === 4
                ? [first + steps[1], first + steps[1] + steps[2], fg, fb, fr]
                : [first + steps[2], first + steps[2] + steps[1], fb, fg, fr];
    for (let c = 0; c < 3; c++)
      into[c] =
        (1 - high) * (values[first + c] as number) +
        (high - middle) * (values[one + c] as number) +
        (middle - low) * (values[two + c] as number) +
        low * (values[last + c] as number);
  };
};

/** A table as a function of colours. */
export const lookUp = (lut: Lut): LookUp => (lut.kind === '1d' ? byCurves(lut) : byTetrahedra(lut));

/** The luma of Rec. 709. */
const LUMA = [0.2126, 0.7152, 0.0722] as const;

/** What is looked up, and how much of it counts. */
export interface Wanted {
  /** 0: the picture; 1: what the table says. */
  readonly strength: number;
  /** Whether a grey picture stays one. */
  readonly grey: 'keep' | 'colour';
}

/**
 * Samples looked up in a table, with as many channels as `grey` says, in the depth that they had: rounded and clipped where
 * they are whole numbers.
 */
export const lookedUp = (
  lut: Lut,
  samples: Data,
  depth: Samples['depth'],
  channels: 1 | 3,
  { strength, grey }: Wanted,
): Data => {
  const white = maxOf(depth);
  const look = lookUp(lut);
  const pixels = samples.length / channels;
  const given = channels === 1 && grey === 'keep' ? 1 : 3;
  const made = emptyLike(samples, pixels * given);
  const found = new Float64Array(3);
  const stored = (value: number): number => {
    if (white === 1) return value;
    const scaled = value * white;
    return scaled > 0 ? (scaled < white ? scaled + 0.5 : white) : 0;
  };
  for (let i = 0; i < pixels; i++) {
    const at = i * channels;
    const r = (samples[at] as number) / white;
    const g = channels === 3 ? (samples[at + 1] as number) / white : r;
    const b = channels === 3 ? (samples[at + 2] as number) / white : r;
    look(r, g, b, found);
    const [x, y, z] = [
      r + strength * ((found[0] as number) - r),
      g + strength * ((found[1] as number) - g),
      b + strength * ((found[2] as number) - b),
    ];
    if (given === 1) made[i] = stored(LUMA[0] * x + LUMA[1] * y + LUMA[2] * z);
    else {
      made[3 * i] = stored(x);
      made[3 * i + 1] = stored(y);
      made[3 * i + 2] = stored(z);
    }
  }
  return made;
};
