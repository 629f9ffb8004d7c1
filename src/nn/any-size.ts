import { pad2d } from '../tensor/layers/index.js';
import * as tf from '../tensor/tfjs.js';
import type { Sides } from './network.js';

/** The side that a network takes for one of so many pixels. */
export const sideFor = ({ multiple, least }: Sides, side: number): number =>
  Math.ceil(Math.max(side, least) / multiple) * multiple;

/**
 * Pictures as large as a network takes them: what is added below and on the right mirrors them, border left out, as often
 * as it takes; a lone row or column is repeated. So does the operator `model` with what is exported.
 */
export const filledUp = (sides: Sides, pictures: tf.Tensor4D): tf.Tensor4D => {
  const [, height, width] = pictures.shape;
  const missing = [sideFor(sides, height) - height, sideFor(sides, width) - width] as const;
  if (missing[0] === 0 && missing[1] === 0) return pictures;
  const lone = (side: number, more: number): boolean => side === 1 && more > 0;
  const repeats = lone(height, missing[0]) || lone(width, missing[1]);
  const added = ([height, width] as const).map((side, axis) => {
    if (repeats) return side === 1 ? missing[axis]! : 0;
    return Math.min(missing[axis]!, side - 1);
  });
  const padded = pad2d(
    pictures,
    [
      [0, added[0]!],
      [0, added[1]!],
    ],
    repeats ? 'edge' : 'reflect',
  );
  return filledUp(sides, padded);
};

/** Pictures without what was added to fill up to `like`'s size. */
export const cutTo = (like: tf.Tensor4D, pictures: tf.Tensor4D): tf.Tensor4D => {
  const [n, height, width] = like.shape;
  return pictures.shape[1] === height && pictures.shape[2] === width
    ? pictures
    : tf.slice(pictures, 0, [n, height, width, pictures.shape[3]]);
};

/** Applies `f`, which takes certain sizes only, to pictures of any size. */
export const atAnySize = (
  sides: Sides,
  pictures: tf.Tensor4D,
  f: (pictures: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor4D => cutTo(pictures, f(filledUp(sides, pictures)));
