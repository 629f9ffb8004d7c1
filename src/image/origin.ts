import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../diagnostics/index.js';
import type { Samples } from '../ports/index.js';
import type { Raw } from './samples.js';

/**
 * What samples were in the file they came from, before they became sRGB: the way back to it without any rounding.
 */
export interface Origin {
  /** Colour channels in the file's own space: 4 for CMYK. */
  readonly channels: 1 | 3 | 4;
  /** How many samples the frame has: known without making them. */
  readonly length: number;
  /** The file's own samples, upright, transparency aside. */
  readonly raw: TaskEither<Diagnostics, Raw>;
}

/**
 * Decoded samples and where they came from. It is kept beside the frame and not in it: an operator that makes a frame
 * from another with `{ ...frame, samples }` cannot carry it along by mistake, for it belongs to the samples alone.
 */
const origins = new WeakMap<Samples, Origin>();

/** The same samples, remembered to be untouched. */
export const remember = (samples: Samples, origin: Origin): Samples => {
  origins.set(samples, origin);
  return samples;
};

/** Where samples came from; undefined for those that an operator made. */
export const originOf = (samples: Samples): Origin | undefined => origins.get(samples);
