import * as tf from '../../tensor/tfjs.js';
import { AFFINE } from '../bilateral-grid.js';

/**
 * How unlike neighbouring cells of bilateral grids `[N,rows,columns,depth*12]` are: the mean squared difference along each of
 * the three axes, summed up. A smooth grid neither bands nor shows its cells.
 */
export const smoothness = (grids: tf.Tensor4D): tf.Scalar => {
  const [n, rows, columns, numbers] = grids.shape;
  const depth = numbers / AFFINE;
  const cells = tf.reshape(grids, [n, rows, columns, depth, AFFINE]);
  const along = (axis: 1 | 2 | 3): tf.Scalar => {
    const size = [...cells.shape];
    size[axis] = (size[axis] as number) - 1;
    const first = tf.slice(cells, [0, 0, 0, 0, 0], size);
    const second = tf.slice(
      cells,
      [0, 1, 2, 3, 4].map((i) => (i === axis ? 1 : 0)),
      size,
    );
    return tf.mean<tf.Scalar>(tf.square(tf.sub(second, first)));
  };
  return tf.add(tf.add(along(1), along(2)), along(3));
};
