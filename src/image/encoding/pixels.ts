import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { Frame, Samples } from '../../ports/index.js';
import { throughLab, throughLight } from '../colour/conversion.js';
import { toInks, toTabled } from '../colour/managed.js';
import { originOf } from '../samples/origin.js';
import { depthOf, overWhite, type Raw, samplesOf, toDepth } from '../samples/samples.js';
import type { Target } from './target.js';

/** Samples ready for an encoder: in the target's depth, model and colours. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly colours: Raw;
  readonly alpha: Raw | undefined;
}

const floats = (samples: Samples): Float32Array =>
  samples.depth === 'float32' ? samples.data : (toDepth(samples, 'float32') as Float32Array);

// The file's own samples, if no operator touched the picture and they fit the target as they are.
const untouched = (frame: Frame, target: Target): TE.TaskEither<Diagnostics, Raw | undefined> => {
  const origin = originOf(frame.samples);
  const same = frame.metadata.format !== undefined && target.model === frame.metadata.model;
  const flattened = frame.alpha !== undefined && !target.alpha;
  if (origin === undefined || origin.channels !== target.channels || !same || flattened)
    return TE.right(undefined);
  return target.space === 'srgb' && frame.samples.depth === 'float32' ? TE.right(undefined) : origin.raw;
};

// Most samples scale to another depth. The signed numbers of CIELAB do not, and floats stand for light.
const fits = (raw: Raw, target: Target): boolean =>
  depthOf(raw) === target.depth || (target.model !== 'lab' && !(raw instanceof Float32Array));

const converted = (frame: Frame, samples: Samples, target: Target): TE.TaskEither<Diagnostics, Raw> => {
  const { width, height } = frame;
  if (target.model === 'cmyk')
    return pipe(
      toInks(samples, width, height, target.icc),
      TE.map((inks) => toDepth(samplesOf(inks), target.depth)),
    );
  if (target.model === 'lab') return TE.right(throughLab.fromSrgb(floats(samples), target.depth));
  const { space } = target;
  if (space !== 'srgb' && space.kind === 'converted')
    return TE.right(space.conversion.fromSrgb(floats(samples), target.depth));
  if (space !== 'srgb' && space.kind === 'managed' && target.icc !== undefined)
    return pipe(
      toTabled(samples, width, height, target.icc),
      TE.map((raw) => toDepth(samplesOf(raw), target.depth)),
    );
  // Floating-point files hold light.
  return TE.right(
    target.depth === 'float32'
      ? throughLight.fromSrgb(floats(samples), 'float32')
      : toDepth(samples, target.depth),
  );
};

const whiteBehind = (frame: Frame): Samples =>
  frame.alpha === undefined
    ? frame.samples
    : samplesOf(overWhite(frame.samples.data, frame.channels, toDepth(frame.alpha, frame.samples.depth)));

/**
 * A frame's samples as the target wants them. Those of a photo that nobody edited are the file's own, without a
 * rounding in between; all others go from sRGB into the target's colours.
 * Error: `image/encode-failed`.
 */
export const pixelsFor = (frame: Frame, target: Target): TE.TaskEither<Diagnostics, Pixels> => {
  const { width, height } = frame;
  const alpha = frame.alpha && target.alpha ? toDepth(frame.alpha, target.depth) : undefined;
  const samples = target.alpha ? frame.samples : whiteBehind(frame);
  return pipe(
    untouched(frame, target),
    TE.chain((raw) =>
      raw !== undefined && fits(raw, target)
        ? TE.right(toDepth(samplesOf(raw), target.depth))
        : converted(frame, samples, target),
    ),
    TE.map((colours) => ({ width, height, channels: target.channels, colours, alpha })),
  );
};
