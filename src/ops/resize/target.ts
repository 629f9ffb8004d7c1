import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { MAX_PIXELS } from '../../image/limits.js';
import { type Anchor, shareBefore } from '../../picture/framing/anchor.js';
import type { Stretch, Target } from '../../picture/resampling/stretch.js';
import type { Size } from '../../ports/index.js';

/** What size a picture should get, as the operator's parameters say it. */
export interface Wanted {
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly longest: number | undefined;
  readonly shortest: number | undefined;
  readonly megapixels: number | undefined;
  readonly scale: number | undefined;
  readonly fit: 'inside' | 'cover' | 'fill' | undefined;
  readonly anchor: Anchor | undefined;
  readonly enlarge: boolean;
}

/** A box that stands for "no bound on this side". */
const boxOf = ({ width, height }: Wanted): Size => ({
  width: width ?? Number.POSITIVE_INFINITY,
  height: height ?? Number.POSITIVE_INFINITY,
});

/** One factor for both sides. */
const factorOf = (wanted: Wanted, { width, height }: Size): number => {
  if (wanted.scale !== undefined) return wanted.scale;
  if (wanted.longest !== undefined) return wanted.longest / Math.max(width, height);
  if (wanted.shortest !== undefined) return wanted.shortest / Math.min(width, height);
  if (wanted.megapixels !== undefined) return Math.sqrt((wanted.megapixels * 1e6) / (width * height));
  const box = boxOf(wanted);
  const factors = [box.width / width, box.height / height] as const;
  return wanted.fit === 'cover' ? Math.max(...factors) : Math.min(...factors);
};

const whole = (length: number, factor: number): Stretch => ({
  from: 0,
  length,
  pixels: Math.max(1, Math.round(length * factor)),
});

/** Where each axis of the result comes from. Error: `picture/too-large` for a result beyond the limit. */
export const targetOf = (wanted: Wanted, picture: Size): E.Either<Diagnostics, Target> => {
  const target = stretches(wanted, picture);
  const [width, height] = [target.across.pixels, target.down.pixels];
  return width * height > MAX_PIXELS
    ? E.left([
        failure(
          'picture/too-large',
          `The picture would become ${width}x${height} pixels; ${MAX_PIXELS / 1e6} megapixels are the limit.`,
          { hint: 'Ask for a smaller size.' },
        ),
      ])
    : E.right(target);
};

const stretches = (wanted: Wanted, picture: Size): Target => {
  const most = wanted.enlarge || wanted.scale !== undefined ? Number.POSITIVE_INFINITY : 1;
  const box = boxOf(wanted);
  if (wanted.fit === 'fill')
    return {
      across: whole(picture.width, Math.min(most, box.width / picture.width)),
      down: whole(picture.height, Math.min(most, box.height / picture.height)),
    };
  const factor = Math.min(most, factorOf(wanted, picture));
  if (wanted.fit !== 'cover')
    return { across: whole(picture.width, factor), down: whole(picture.height, factor) };
  const width = Math.min(picture.width, box.width / factor);
  const height = Math.min(picture.height, box.height / factor);
  const share = shareBefore(wanted.anchor ?? 'centre');
  return {
    across: { ...whole(width, factor), from: share.across * (picture.width - width) },
    down: { ...whole(height, factor), from: share.down * (picture.height - height) },
  };
};
