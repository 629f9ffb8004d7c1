import { setImmediate } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { emptyLike, maxOf, type Raw, samplesOf } from '../../image/samples/samples.js';
import type { Frame } from '../../ports/index.js';
import { boxMean, guided, type Plane, planeOf } from './box.js';
import { inside, lumaOf, type NoiseLevel, noiseOf } from './noise.js';

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
const liftOf = (before: Plane, after: Plane): Plane =>
  planeOf(after, (i) => {
    const gain = ((after.data[i] as number) + LEAST) / ((before.data[i] as number) + LEAST);
    return inside((gain - LIFTED[0]) / (LIFTED[1] - LIFTED[0]));
  });

/** Rows of two pictures of the same size. */
interface Band {
  readonly photo: (pixel: number) => number;
  readonly lifted: Frame;
  readonly from: number;
  readonly to: number;
}

/** Replaces a band's lifted pixels by what they are without noise. */
const denoiseBand = (band: Band, noise: NoiseLevel, strength: number, out: Raw): void => {
  const { photo, lifted, from, to } = band;
  const { width, channels, samples } = lifted;
  const [first, last] = [Math.max(0, from - HALO), Math.min(lifted.height, to + HALO)];
  const size = { width, height: last - first };
  const start = first * width;
  const lumaAt = lumaOf(lifted);
  const luma = planeOf(size, (i) => lumaAt(start + i));
  const around = boxMean(luma, AROUND);
  const lift = liftOf(
    boxMean(
      planeOf(size, (i) => photo(start + i)),
      AROUND,
    ),
    around,
  );
  if (!lift.data.some((share) => share > 0)) return;
  const levels = planeOf(size, (i) => strength * noise(around.data[i] as number));
  const flat = (times: number): Plane =>
    planeOf(size, (i) => (times * (levels.data[i] as number)) ** 2 + NOTHING);
  const [smooth] = guided(luma, [luma], LUMA_RADIUS, flat(LUMA_NOISE)) as readonly [Plane];
  const white = maxOf(samples.depth);
  const value = (i: number): number => inside((samples.data[i] as number) / white);
  // How red and how blue a pixel is; what is left of green follows from luma.
  const tints =
    channels === 1
      ? []
      : guided(
          smooth,
          [0, 2].map((c) => planeOf(size, (i) => value(3 * (start + i) + c) - (luma.data[i] as number))),
          COLOUR_RADIUS,
          flat(COLOUR_NOISE),
        );
  for (let i = (from - first) * width; i < (to - first) * width; i++) {
    const share = lift.data[i] as number;
    if (share === 0) continue;
    const light = smooth.data[i] as number;
    const put = (c: number, made: number): void => {
      const at = channels * (start + i) + c;
      const mixed = (samples.data[at] as number) + share * white * (made - value(at));
      out[at] = white === 1 ? mixed : Math.round(inside(mixed / white) * white);
    };
    const [red, blue] = tints.map(({ data }) => data[i] as number);
    if (red === undefined || blue === undefined) put(0, light);
    else {
      put(0, light + red);
      put(1, light - (0.299 * red + 0.114 * blue) / 0.587);
      put(2, light + blue);
    }
  }
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
    const noise = noiseOf(lifted);
    const out = emptyLike(samples.data as Raw, samples.data.length);
    out.set(samples.data);
    const rows = Math.max(1, Math.floor(band / width));
    const luma = lumaOf(photo);
    for (let from = 0; from < height; from += rows) {
      denoiseBand({ photo: luma, lifted, from, to: Math.min(height, from + rows) }, noise, strength, out);
      await setImmediate();
      if (signal.aborted) return E.left([failure('run/cancelled', 'Stopped before it was finished.')]);
    }
    return E.right({ ...lifted, samples: samplesOf(out) });
  };
