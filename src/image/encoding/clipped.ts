import type { Frame } from '../../ports/index.js';
import { spaceOf } from '../colour/space.js';
import type { Target } from './target.js';

/** Half a level of 8 bits: what lies further outside is seen. */
const SEEN = 0.5 / 255;

/**
 * How many of a picture's samples are clipped because its source holds more colours than sRGB, in which it is written; 0 where it is
 * written in the source's own colours.
 */
export const clippedSamples = (frame: Frame, target: Target): number => {
  const { samples, metadata } = frame;
  if (target.space !== 'srgb' || samples.depth !== 'float32' || target.depth === 'float32') return 0;
  if (metadata.format === undefined || spaceOf(metadata).space.kind !== 'converted') return 0;
  let clipped = 0;
  for (const sample of samples.data) if (sample < -SEEN || sample > 1 + SEEN) clipped += 1;
  return clipped;
};
