import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { Samples } from '../../ports/index.js';
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

const ORIGIN = Symbol('origin');

/**
 * The same samples, remembered to be untouched. The origin belongs to this very object: an operator that makes a frame
 * or samples from others by spreading them cannot carry it along, for it is not enumerable. (A WeakMap would do, but
 * keeps pixels alive until a full garbage collection.)
 */
export const remember = (samples: Samples, origin: Origin): Samples =>
  Object.defineProperty(samples, ORIGIN, { value: origin });

/** Where samples came from; undefined for those that an operator made. */
export const originOf = (samples: Samples & { readonly [ORIGIN]?: Origin }): Origin | undefined =>
  samples[ORIGIN];
