import type { Interval } from '../../operator/params/index.js';
import type { Random } from '../../operator/random.js';
import type { HostTensor, PictureShape } from '../../ports/index.js';
import { type Axis, axisMatrix } from './axis.js';

/** The operator's parameters. */
export interface Augmenting {
  readonly flip: boolean;
  readonly rotate: 0 | 90 | 180;
  readonly zoom: Interval;
  readonly light: number;
  readonly colour: number;
  readonly grey: number;
}

/** True when pixels may move. */
export const moves = ({ flip, rotate, zoom }: Augmenting): boolean =>
  flip || rotate > 0 || zoom[0] !== 1 || zoom[1] !== 1;

/** True when pixels may get another brightness or colour. */
export const lights = ({ light, colour }: Augmenting): boolean => light > 0 || colour > 0;

/** True when a picture may lose its colours, which takes one that has some. */
export const greys = ({ grey }: Augmenting, { channels }: Pick<PictureShape, 'channels'>): boolean =>
  grey > 0 && channels === 3;

/** True when a picture may be turned by a quarter, which takes a square one. */
export const quarters = ({ rotate }: Augmenting, { height, width }: Pick<PictureShape, 'height' | 'width'>) =>
  rotate === 90 && height === width;

/**
 * What is random about one item, as tensors of the compiled program: `rows` [height, height] and `columns`
 * [width, width], which make new rows and columns of old ones; `turn` [1], 1 where the picture lies on its side first;
 * `gain` [1, 1, channels], factors of light; `grey` [1], 1 where the picture loses its colours.
 */
export const drawOf = (
  params: Augmenting,
  random: Random,
  shape: PictureShape,
): Readonly<Record<string, HostTensor>> => ({
  ...(moves(params) && movement(params, random, shape)),
  ...(lights(params) && { gain: floats([1, 1, shape.channels], gainsOf(params, random, shape.channels)) }),
  ...(greys(params, shape) && { grey: floats([1], [random.chance('grey', params.grey) ? 1 : 0]) }),
});

const floats = (shape: readonly number[], values: Iterable<number>): HostTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});

/** A quarter turn is the picture lying on its side (rows become columns) and then mirrored one way. */
const movement = (
  params: Augmenting,
  random: Random,
  shape: PictureShape,
): Readonly<Record<string, HostTensor>> => {
  const { height, width } = shape;
  const isMirrored = params.flip && random.chance('flip', 0.5);
  const isQuarter = quarters(params, shape);
  const steps =
    params.rotate === 0 ? 0 : random.integer('rotate', 0, isQuarter ? 3 : 1) * (isQuarter ? 1 : 2);
  // Turning left by a quarter is lying down and then upside down; by a half, both ways round.
  const isUpsideDown = steps === 1 || steps === 2;
  const isReversed = (steps === 2 || steps === 3) !== isMirrored;
  const zoom = Math.exp(random.uniform('zoom', Math.log(params.zoom[0]), Math.log(params.zoom[1])));
  const axis = (length: number, place: string, isTurned: boolean): Axis => {
    const seen = length / zoom;
    // Where part of the picture is seen, any part; where more than it is, the picture stands in the middle.
    const from = seen < length ? random.uniform(place, 0, length - seen) : (length - seen) / 2;
    return { length, from, seen, isTurned };
  };
  return {
    rows: floats([height, height], axisMatrix(axis(height, 'top', isUpsideDown))),
    columns: floats([width, width], axisMatrix(axis(width, 'left', isReversed))),
    ...(isQuarter && { turn: floats([1], [steps % 2]) }),
  };
};

const gainsOf = ({ light, colour }: Augmenting, random: Random, channels: number): readonly number[] => {
  const gain = 1 + random.uniform('light', -light, light);
  if (channels === 1) return [gain];
  return Array.from(
    { length: channels },
    (_, c) => gain * (1 + random.uniform(`colour/${c}`, -colour, colour)),
  );
};
