import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D } from '../../tensor/tfjs.js';

/** Minima over squares of `side` pixels (odd), of what lies inside the picture: along columns, then along rows. */
export const squareMinimum = (t: Tf, picture: Tensor3D, side: number): Tensor3D => {
  const negative: Tensor3D = t.neg(picture);
  const down = t.maxPool(negative, [side, 1], 1, 'same');
  return t.neg(t.maxPool(down, [1, side], 1, 'same'));
};
