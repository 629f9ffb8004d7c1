import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D } from '../../tensor/tfjs.js';

/** Places of an axis with so many more at both ends, mirrored back and forth where there are not as many. */
const mirrored = (length: number, more: number): number[] =>
  Array.from({ length: length + 2 * more }, (_, i) => {
    const around = (((i - more) % (2 * length)) + 2 * length) % (2 * length);
    return around < length ? around : 2 * length - 1 - around;
  });

/** A picture [height, width, channels] of any size with so many more pixels on every side, as in a mirror. */
export const mirroredBorder = (t: Tf, picture: Tensor3D, more: number): Tensor3D => {
  const [height, width] = picture.shape;
  const rows = t.gather(picture, t.tensor1d(mirrored(height, more), 'int32'), 0);
  return t.gather(rows, t.tensor1d(mirrored(width, more), 'int32'), 1);
};
