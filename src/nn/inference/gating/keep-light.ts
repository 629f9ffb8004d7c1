import { maxOf } from '../../../image/samples/samples.js';
import type { Values } from '../../../picture/tiling/windows.js';
import type { Keeps } from '../../models/index.js';

/** Levels that samples are counted by. */
const LEVELS = 2048;

/** Light is multiplied by this at most. */
const MOST_FOR_HIGHLIGHTS = 2.5;
const MOST = 8;

/** What counts as white cannot be lifted, nor kept. */
const WHITEST = 0.98;

const toLight = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

const fromLight = (light: number): number =>
  light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;

/** Light times a factor where it is dark, and less and less towards white, which stays white. */
const lifted = (light: number, factor: number): number => (light * factor) / (1 + light * (factor - 1));

const inside = (value: number): number => (value > 0 ? Math.min(value, 1) : 0);

/** How many of some samples of 0..1 have each level. */
const histogram = (count: number, at: (i: number) => number): Uint32Array => {
  const counts = new Uint32Array(LEVELS + 1);
  for (let i = 0; i < count; i++) counts[Math.round(inside(at(i)) * LEVELS)]! += 1;
  return counts;
};

const lightAt = (level: number): number => toLight(level / LEVELS);

/** The light that a share of the samples is below. */
const percentile = (counts: Uint32Array, share: number): number => {
  const wanted = share * counts.reduce((a, b) => a + b, 0);
  let [seen, level] = [counts[0] as number, 0];
  while (seen < wanted && level < LEVELS) {
    level += 1;
    seen += counts[level] as number;
  }
  return lightAt(level);
};

/** The mean light of the samples, each made lighter by a factor. */
const meanLight = (counts: Uint32Array, factor = 1): number => {
  const [sum, all] = counts.reduce<readonly [number, number]>(
    ([light, total], count, level) => [light + count * lifted(lightAt(level), factor), total + count],
    [0, 0],
  );
  return all === 0 ? 0 : sum / all;
};

/** The largest channel of each pixel. */
const brightest = ({ shape, data, dtype }: Values): Uint32Array => {
  const [, , channels = 1] = shape;
  const white = maxOf(dtype);
  return histogram(data.length / channels, (i) => {
    let most = 0;
    for (let c = 0; c < channels; c++) most = Math.max(most, data[i * channels + c] as number);
    return most / white;
  });
};

const samples = ({ data, dtype }: Values): Uint32Array => {
  const white = maxOf(dtype);
  return histogram(data.length, (i) => (data[i] as number) / white);
};

/** The least factor that gives a picture of such samples so much light on average. */
const factorFor = (counts: Uint32Array, wanted: number, from: number): number => {
  let factor = from;
  while (factor < MOST && meanLight(counts, factor) < wanted) factor *= 1.03;
  return factor;
};

/**
 * A factor of light by which an edited picture keeps what is to be kept of the picture before: highlights as light as they were, and
 * then so much of the mean light. 1 where it does already.
 */
export const lightFactor = ({ highlights, light }: Keeps, before: Values, after: Values): number => {
  const was = Math.min(percentile(brightest(before), highlights), WHITEST);
  const is = Math.min(percentile(brightest(after), highlights), WHITEST);
  // Black has no factor that makes it light.
  const wanted = is > 0 ? (was * (1 - is)) / (is * (1 - was)) : MOST_FOR_HIGHLIGHTS;
  const first = was > is ? Math.min(MOST_FOR_HIGHLIGHTS, wanted) : 1;
  return factorFor(samples(after), light * meanLight(samples(before)), first);
};

/** An edited picture made as much lighter as it has to be to keep what is to be kept of the picture before. */
export const keepLight = (keeps: Keeps, before: Values, after: Values): Values => {
  const factor = lightFactor(keeps, before, after);
  if (factor === 1) return after;
  const white = maxOf(after.dtype);
  const changed = (value: number): number => {
    // Beyond black and white of floats: by as much as there.
    if (value <= 0 || value >= white) return value;
    return white * fromLight(lifted(toLight(value / white), factor));
  };
  if (after.dtype === 'float32') return { ...after, data: after.data.map(changed) } as Values;
  const table = Float64Array.from({ length: white + 1 }, (_, level) => Math.round(changed(level)));
  return { ...after, data: after.data.map((level: number) => table[level] as number) } as Values;
};
