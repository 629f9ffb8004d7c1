import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D } from '../../tensor/tfjs.js';
import { type Mix, mixRows } from '../filters/banded.js';
import { isWhole, type Stretch, type Target } from './stretch.js';
import { type Method, mixesOf } from './weights.js';

/** Rows as they stand, in other places. */
const pickRows = (t: Tf, picture: Tensor3D, mixes: readonly Mix[]): Tensor3D => {
  const places = t.tensor1d(
    mixes.map(({ first }) => first),
    'int32',
  );
  return t.gather(picture, places);
};

/**
 * A picture `[height, width, channels]` at another size, one axis after the other: linear in the picture's values.
 */
export const resample = (t: Tf, picture: Tensor3D, { across, down }: Target, method: Method): Tensor3D => {
  const along = (rows: Tensor3D, stretch: Stretch): Tensor3D => {
    const [length] = rows.shape;
    // At its own size every method gives an axis back; the weights of some would do so but for rounding.
    if (isWhole(stretch, length)) return rows;
    const mixes = mixesOf(method, stretch, length);
    return method === 'nearest' ? pickRows(t, rows, mixes) : mixRows(t, rows, mixes);
  };
  const turned = (x: Tensor3D): Tensor3D => t.transpose(x, [1, 0, 2]);
  const sideways = (x: Tensor3D): Tensor3D => turned(along(turned(x), across));
  // Turning is done to the smaller picture, before or after.
  return down.pixels < down.length ? sideways(along(picture, down)) : along(sideways(picture), down);
};
