import { threefryBlock } from '../random/threefry.js';
import * as tf from '../tfjs.js';
import { type CustomKernel, input } from './custom.js';

/** key int32 [2], counter int32 [2,N] → int32 [2,N] */
export const threefry: CustomKernel = {
  name: 'Threefry2x32',
  compute: (inputs) => {
    const [k0 = 0, k1 = 0] = input(inputs, 'key').dataSync();
    const counter = input(inputs, 'counter');
    const count = counter.shape[1] ?? 0;
    const words = counter.dataSync();
    const result = new Int32Array(2 * count);
    for (let i = 0; i < count; i++) {
      const [x, y] = threefryBlock(k0, k1, words[i]!, words[count + i]!);
      result[i] = x;
      result[count + i] = y;
    }
    return tf.tensor2d(result, [2, count], 'int32');
  },
};
