import type { TensorInputs } from '../../operator/behaviour.js';
import { fromLight, toLight } from '../../picture/colour/transfer.js';
import { mirroredBorder } from '../../picture/filters/border.js';
import type { Tf } from '../../tensor/tf.js';
import type { Tensor3D, Tensor4D } from '../../tensor/tfjs.js';
import { type Blurring, kernelSide } from './kernel.js';

/** A photo whose points of light become what the kernel says; light is added up and not its encoded values. */
export const blurred = (t: Tf, params: Blurring): ((picture: Tensor3D, inputs: TensorInputs) => Tensor3D) => {
  if (params.size[1] === 0) return (picture) => picture;
  const reach = (kernelSide(params) - 1) / 2;
  return (picture, { kernel }) => {
    const [height, width, channels] = picture.shape;
    const planes = t.transpose(mirroredBorder(t, toLight(t, picture), reach), [2, 0, 1]);
    const [, rows, columns] = planes.shape as [number, number, number];
    // The channels are pictures of their own: one kernel for all.
    const each: Tensor4D = t.reshape(planes, [channels, rows, columns, 1]);
    const sums = t.conv2d(each, kernel as Tensor4D, 1, 'valid');
    const light: Tensor3D = t.transpose(t.reshape(sums, [channels, height, width]), [1, 2, 0]);
    return t.clipByValue(fromLight(t, light), 0, 1);
  };
};
