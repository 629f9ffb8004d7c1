import { setImmediate } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { emptyLike, maxOf, type Raw, samplesOf } from '../../image/samples/samples.js';
import type { Frame } from '../../ports/index.js';
import { guided, guideOf } from './guided.js';
import { inside, LUMA, lumaRows, type NoiseLevels, noiseOf, type Rows, stepOf } from './noise.js';
import { boxMean, type RowSource, rowsOf, shared } from './rows.js';

/** Pixels to each side that light, luma and colour are smoothed over. */
const AROUND = 4;
const LUMA_RADIUS = 2;
const COLOUR_RADIUS = 4;

/** Rows above and below a band that its pixels depend on. */
const HALO = AROUND + 2 * LUMA_RADIUS + 2 * COLOUR_RADIUS;

/** Rows by which one that reads a picture is behind another, at most. */
const KEPT = 2 * HALO;

/** Rows of a band without its halo: many, so that few are worked on twice. */
const BAND = 256;

/** From how much more light on a place is lifted, and from where on wholly. */
const LIFTED = [1.1, 1.6] as const;

/** Deviations of the noise below which luma and colour count as flat. Eyes and codecs know colours less finely. */
const LUMA_NOISE = 2;
const COLOUR_NOISE = 1;

/** A level of 8 bits: what black is taken for when light is compared. */
const LEAST = 1 / 255;

/** Keeps a window without any variance from being divided by nothing. */
const NOTHING = 1e-9;

/** 0 where light was not lifted, 1 where it was. */
const liftOf = (before: RowSource, after: RowSource): RowSource =>
  rowsOf(after, (y, into) => {
    const [old, now] = [before.row(y), after.row(y)];
    for (let x = 0; x < into.length; x++) {
      const gain = ((now[x] as number) + LEAST) / ((old[x] as number) + LEAST);
      into[x] = inside((gain - LIFTED[0]) / (LIFTED[1] - LIFTED[0]));
    }
  });

/** Variances below which a place counts as flat: of the noise at its brightness, `times` as strong. */
const flatnessOf = (around: RowSource, noise: NoiseLevels, times: number): RowSource => {
  const variances = noise.map((level) => (times * level) ** 2 + NOTHING);
  return rowsOf(around, (y, into) => {
    const light = around.row(y);
    for (let x = 0; x < into.length; x++) into[x] = variances[stepOf(inside(light[x] as number))] as number;
  });
};

/** How much more than its luma a pixel has of a channel. */
const tintOf = ({ samples, width }: Frame, rows: Rows, luma: RowSource, channel: number): RowSource => {
  const { data: from } = samples;
  const scale = 1 / maxOf(samples.depth);
  return rowsOf(luma, (y, into) => {
    const light = luma.row(y);
    for (let x = 0, at = 3 * (rows.from + y) * width + channel; x < into.length; x++, at += 3)
      into[x] = inside((from[at] as number) * scale) - (light[x] as number);
  });
};

/** A band of rows that is worked on, with those around it that its pixels depend on. */
interface Band {
  readonly rows: Rows;
  readonly around: Rows;
}

/** A sample mixed with what it is without noise, as it is stored. */
const mixed = (sample: number, made: number, share: number, white: number): number => {
  const value = sample + share * white * (made - inside(sample / white));
  // Whole numbers are rounded by their array, down.
  return white === 1 ? value : inside(value / white) * white + 0.5;
};

/** A row of pixels without noise, and how far each was lifted. */
interface Clean {
  readonly lift: Float32Array;
  readonly luma: Float32Array;
  /** How red and how blue; what is left of green follows from luma. None for grey. */
  readonly tints: readonly Float32Array[];
}

/** Mixes what is clean into pixels from a pixel's number on, as far as each was lifted. */
const mixIn = ({ lift, luma, tints: [red, blue] }: Clean, white: number, first: number, out: Raw): void => {
  for (let x = 0; x < lift.length; x++) {
    const share = lift[x] as number;
    if (share === 0) continue;
    const light = luma[x] as number;
    if (red === undefined || blue === undefined) {
      out[first + x] = mixed(out[first + x] as number, light, share, white);
      continue;
    }
    const [r, b, at] = [red[x] as number, blue[x] as number, 3 * (first + x)];
    out[at] = mixed(out[at] as number, light + r, share, white);
    const green = light - (LUMA[0] * r + LUMA[2] * b) / LUMA[1];
    out[at + 1] = mixed(out[at + 1] as number, green, share, white);
    out[at + 2] = mixed(out[at + 2] as number, light + b, share, white);
  }
};

/** Replaces a band's lifted pixels by what they are without noise. */
const denoiseBand = (photo: Frame, lifted: Frame, band: Band, noise: NoiseLevels, out: Raw): void => {
  const { rows, around: all } = band;
  const luma = shared(lumaRows(lifted, all), KEPT);
  const around = shared(boxMean(luma, AROUND), KEPT);
  const lift = liftOf(boxMean(lumaRows(photo, all), AROUND), around);
  const smooth = shared(guided(guideOf(luma, LUMA_RADIUS), flatnessOf(around, noise, LUMA_NOISE)), KEPT);
  const colours = guideOf(smooth, COLOUR_RADIUS);
  const flat = shared(flatnessOf(around, noise, COLOUR_NOISE), KEPT);
  const tints = (lifted.channels === 1 ? [] : [0, 2]).map((channel) =>
    guided(colours, flat, tintOf(lifted, all, luma, channel)),
  );
  const white = maxOf(lifted.samples.depth);
  for (let y = 0; y < rows.to - all.from; y++) {
    const clean = { lift: lift.row(y), luma: smooth.row(y), tints: tints.map((tint) => tint.row(y)) };
    if (all.from + y >= rows.from) mixIn(clean, white, (all.from + y) * luma.width, out);
  }
};

/** Whether light was lifted anywhere in a band. */
const isLifted = (photo: Frame, lifted: Frame, { rows }: Band): boolean => {
  // With what lies around it, on which the mean of its first row depends.
  const from = Math.max(0, rows.from - AROUND);
  const seen = { from, to: Math.min(lifted.height, rows.to + AROUND) };
  const means = (of: Frame): RowSource => boxMean(lumaRows(of, seen), AROUND);
  const lift = liftOf(means(photo), means(lifted));
  for (let y = 0; y < rows.to - from; y++)
    if (lift.row(y).some((share) => share > 0) && from + y >= rows.from) return true;
  return false;
};

/**
 * A lifted picture without the noise that came up with the light. How strong the noise is, is measured in the picture by brightness;
 * luma is smoothed by a guided filter of itself, then the colours by one of that luma, so that edges stay. What was not
 * lifted stays bit for bit. Errors: `picture/sizes-differ`, `run/cancelled`.
 *
 * @param photo as it was before its light was lifted
 * @param strength multiplies the noise that is found; 0 changes nothing
 * @param band rows that are worked on at once. Default: 256
 */
export const withoutNoise =
  (
    photo: Frame,
    lifted: Frame,
    strength: number,
    signal: AbortSignal,
    band = BAND,
  ): TaskEither<Diagnostics, Frame> =>
  async () => {
    const { width, height, samples } = lifted;
    if (photo.width !== width || photo.height !== height)
      return E.left([
        failure(
          'picture/sizes-differ',
          `The photo has ${photo.width}x${photo.height} pixels, and its edit ${width}x${height}.`,
        ),
      ]);
    if (strength === 0) return E.right(lifted);
    const noise = noiseOf(lifted).map((level) => strength * level);
    const out = emptyLike(samples.data as Raw, samples.data.length);
    out.set(samples.data);
    for (let from = 0; from < height; from += band) {
      const to = Math.min(height, from + band);
      const around = { from: Math.max(0, from - HALO), to: Math.min(height, to + HALO) };
      const part: Band = { rows: { from, to }, around };
      if (isLifted(photo, lifted, part)) denoiseBand(photo, lifted, part, noise, out);
      await setImmediate();
      if (signal.aborted) return E.left([failure('run/cancelled', 'Stopped before it was finished.')]);
    }
    return E.right({ ...lifted, samples: samplesOf(out) });
  };
