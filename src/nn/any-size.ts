import * as tf from '@tensorflow/tfjs';
import { pad2d } from '../tensor/layers/index.js';
import type { Sides } from './network.js';

/** The side that a network takes for one of so many pixels. */
export const sideFor = ({ multiple, least }: Sides, side: number): number =>
  Math.ceil(Math.max(side, least) / multiple) * multiple;

/** Pictures as large as a network takes them: what is added below and on the right mirrors them, border included. */
export const filledUp = (sides: Sides, pictures: tf.Tensor4D): tf.Tensor4D => {
  const [, height, width] = pictures.shape;
  const [below, beside] = [sideFor(sides, height) - height, sideFor(sides, width) - width];
  if (below === 0 && beside === 0) return pictures;
  // What is too small to be mirrored repeats its border.
  const mode = below <= height && beside <= width ? 'symmetric' : 'edge';
  return pad2d(
    pictures,
    [
      [0, below],
      [0, beside],
    ],
    mode,
  );
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
