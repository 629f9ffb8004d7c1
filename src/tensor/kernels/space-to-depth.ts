import * as tf from '../tfjs.js';
import { type CustomKernel, input } from './custom.js';

export interface SpaceToDepthAttrs {
  readonly blockSize: number;
}

/** x [N,H,W,C] → [N,H/b,W/b,b·b·C], the depth in the order row, column, channel: the inverse of tf.depthToSpace. */
export const spaceToDepthKernel: CustomKernel = {
  name: 'SpaceToDepth',
  compute: (inputs, { blockSize: b }: SpaceToDepthAttrs) => {
    const x = input(inputs, 'x');
    const [n, h, w, c] = x.shape as [number, number, number, number];
    const blocks = tf.transpose(tf.reshape(x, [n, h / b, b, w / b, b, c]), [0, 1, 3, 2, 4, 5]);
    return tf.reshape(blocks, [n, h / b, w / b, b * b * c]);
  },
};
