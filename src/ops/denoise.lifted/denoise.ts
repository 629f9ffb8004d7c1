import { setImmediate } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { emptyLike, maxOf, type Raw, samplesOf } from '../../image/samples/samples.js';
import type { Frame } from '../../ports/index.js';
import { boxMean, guided, type Plane } from './box.js';
import { inside, LUMA, lumaPlane, type NoiseLevel, noiseOf, type Rows } from './noise.js';

/** Pixels to each side that light, luma and colour are smoothed over. */
const AROUND = 4;
const LUMA_RADIUS = 2;
const COLOUR_RADIUS = 4;

/** Rows above and below a band that its pixels depend on. */
const HALO = AROUND + 2 * LUMA_RADIUS + 2 * COLOUR_RADIUS;

/** Pixels of a band without its halo. */
const BAND = 1 << 18;

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
const liftOf = (before: Plane, after: Plane): Plane => {
  const data = new Float32Array(after.data.length);
  for (let i = 0; i < data.length; i++) {
    const gain = ((after.data[i] as number) + LEAST) / ((before.data[i] as number) + LEAST);
    data[i] = inside((gain - LIFTED[0]) / (LIFTED[1] - LIFTED[0]));
  }
  return { ...after, data };
};

/** Variances below which a place counts as flat: of the noise at its brightness, `times` as strong. */
const flatnessOf = (around: Plane, noise: NoiseLevel, times: number): Plane => {
  const data = new Float32Array(around.data.length);
  for (let i = 0; i < data.length; i++) data[i] = (times * noise(around.data[i] as number)) ** 2 + NOTHING;
  return { ...around, data };
};

/** How much more than its luma a pixel has of a channel. */
const tintOf = ({ samples }: Frame, rows: Rows, luma: Plane, channel: number): Plane => {
  const { data: from } = samples;
  const scale = 1 / maxOf(samples.depth);
  const data = new Float32Array(luma.data.length);
  for (let i = 0, at = 3 * rows.from * luma.width + channel; i < data.length; i++, at += 3)
    data[i] = inside((from[at] as number) * scale) - (luma.data[i] as number);
  return { ...luma, data };
};

/** A band of rows that is worked on, with those around it that its pixels depend on. */
interface Band {
  readonly rows: Rows;
  readonly around: Rows;
}

/** What pixels of a band, and those around it, are without noise, and how far they were lifted. */
interface Clean {
  readonly lift: Plane;
  readonly luma: Plane;
  /** How red and how blue; what is left of green follows from luma. None for grey. */
  readonly tints: readonly Plane[];
}

/** Mixes what is clean into a band's pixels, as far as each was lifted. */
const mixIn = ({ lift, luma, tints: [red, blue] }: Clean, { rows, around }: Band, out: Raw): void => {
  const { width } = luma;
  const white = maxOf(samplesOf(out).depth);
  const scale = 1 / white;
  const put = (at: number, share: number, made: number): void => {
    const sample = out[at] as number;
    const mixed = sample + share * (white * made - white * inside(sample * scale));
    out[at] = white === 1 ? mixed : Math.round(inside(mixed / white) * white);
  };
  const [first, last] = [(rows.from - around.from) * width, (rows.to - around.from) * width];
  for (let i = first; i < last; i++) {
    const share = lift.data[i] as number;
    if (share === 0) continue;
    const light = luma.data[i] as number;
    const pixel = around.from * width + i;
    if (red === undefined || blue === undefined) {
      put(pixel, share, light);
      continue;
    }
    const [r, b] = [red.data[i] as number, blue.data[i] as number];
    put(3 * pixel, share, light + r);
    put(3 * pixel + 1, share, light - (LUMA[0] * r + LUMA[2] * b) / LUMA[1]);
    put(3 * pixel + 2, share, light + b);
  }
};

/** Replaces a band's lifted pixels by what they are without noise. */
const denoiseBand = (photo: Frame, lifted: Frame, band: Band, noise: NoiseLevel, out: Raw): void => {
  const luma = lumaPlane(lifted, band.around);
  const around = boxMean(luma, AROUND);
  const lift = liftOf(boxMean(lumaPlane(photo, band.around), AROUND), around);
  if (!lift.data.some((share) => share > 0)) return;
  const [smooth] = guided(luma, [luma], LUMA_RADIUS, flatnessOf(around, noise, LUMA_NOISE)) as readonly [
    Plane,
  ];
  const tints =
    lifted.channels === 1
      ? []
      : guided(
          smooth,
          [0, 2].map((channel) => tintOf(lifted, band.around, luma, channel)),
          COLOUR_RADIUS,
          flatnessOf(around, noise, COLOUR_NOISE),
        );
  mixIn({ lift, luma: smooth, tints }, band, out);
};

/**
 * A lifted picture without the noise that came up with the light. How strong the noise is, is measured in the picture by brightness;
 * luma is smoothed by a guided filter of itself, then the colours by one of that luma, so that edges stay. What was not
 * lifted stays bit for bit. Errors: `picture/sizes-differ`, `run/cancelled`.
 *
 * @param photo as it was before its light was lifted
 * @param strength multiplies the noise that is found; 0 changes nothing
 * @param band pixels that are worked on at once, in whole rows. Default: 262,144
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
    const measured = noiseOf(lifted);
    const noise: NoiseLevel = (brightness) => strength * measured(brightness);
    const out = emptyLike(samples.data as Raw, samples.data.length);
    out.set(samples.data);
    const rows = Math.max(1, Math.floor(band / width));
    for (let from = 0; from < height; from += rows) {
      const to = Math.min(height, from + rows);
      const around = { from: Math.max(0, from - HALO), to: Math.min(height, to + HALO) };
      denoiseBand(photo, lifted, { rows: { from, to }, around }, noise, out);
      await setImmediate();
      if (signal.aborted) return E.left([failure('run/cancelled', 'Stopped before it was finished.')]);
    }
    return E.right({ ...lifted, samples: samplesOf(out) });
  };
