import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { toDepth } from '../../image/samples/samples.js';
import type { Frame } from '../../ports/index.js';
import type { Lut } from './table.js';

/** Levels that there are: level 11 has 121 entries a side, and 1331x1331 pixels. */
const LEVELS = { min: 2, max: 11 } as const;

/**
 * The table that a Hald CLUT is: a square picture that shows every colour once, red fastest, as an edit left it (Grégoire
 * Hald; ImageMagick's `hald:`). Level n has n² entries a side and n³ x n³ pixels. Error: `lut/hald`.
 */
export const haldOf = (
  name: string,
  { width, height, channels, samples }: Frame,
): E.Either<Diagnostics, Lut> => {
  const level = Math.round(Math.cbrt(width));
  const wrong = (why: string): E.Either<Diagnostics, never> =>
    E.left([failure('lut/hald', `${name} ${why}.`)]);
  if (width !== height || level ** 3 !== width)
    return wrong(
      `has ${width}x${height} pixels; a Hald CLUT is a square of 8, 27, 64, 125, 216, 343, 512 … a side`,
    );
  if (level < LEVELS.min || level > LEVELS.max)
    return wrong(`is of level ${level}; levels from ${LEVELS.min} to ${LEVELS.max} can be used`);
  if (channels !== 3) return wrong('is grey, and says nothing about colours');
  return E.right({
    title: '',
    kind: '3d',
    size: level ** 2,
    values: toDepth(samples, 'float32') as Float32Array,
    min: [0, 0, 0],
    max: [1, 1, 1],
  });
};
