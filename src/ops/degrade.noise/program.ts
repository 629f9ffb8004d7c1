import type { TensorInputs } from '../../operator/behaviour.js';
import { fromLight, toLight } from '../../picture/colour/transfer.js';
import { fold, normal } from '../../tensor/random/index.js';
import type { Tf } from '../../tensor/tf.js';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../../tensor/tfjs.js';
import { GRAIN, type Noise } from './draw.js';

/** Noise of deviation 1, as large as a picture: grainy, and in part the same in all channels. */
const grains = (
  t: Tf,
  key: Tensor1D,
  { mix, grain }: TensorInputs,
  [height, width, channels]: Tensor3D['shape'],
): Tensor3D => {
  // Drawn a little beyond the borders, so that grain is as strong there as elsewhere.
  const [rows, columns] = [height + GRAIN - 1, width + GRAIN - 1];
  const planes = t.reshape(normal(key, [(channels + 1) * rows * columns]), [channels + 1, rows * columns]);
  const mixed: Tensor4D = t.reshape(t.matMul(mix as Tensor2D, planes), [channels, rows, columns, 1]);
  const coarse = t.conv2d(mixed, grain as Tensor4D, 1, 'valid');
  return t.transpose(t.reshape(coarse, [channels, height, width]), [1, 2, 0]);
};

/**
 * A photo with the noise of a sensor: linear light whose variance is a straight line of the light (A. Foi et al.,
 * "Practical Poissonian-Gaussian noise modeling and fitting for single-image raw-data", 2008), clipped like the sensor's.
 * Photons are counted in such numbers that a normal distribution stands for Poisson's.
 */
export const noisy = (
  t: Tf,
  { iso, sigma }: Noise,
): ((picture: Tensor3D, inputs: TensorInputs) => Tensor3D) => {
  const sensor = (picture: Tensor3D, inputs: TensorInputs): Tensor3D => {
    const light = t.maximum(toLight(t, picture), 0);
    const [photons, reading] = t.split(inputs.variance as Tensor1D, 2) as [Tensor, Tensor];
    const deviation = t.sqrt(t.add(t.mul(light, photons), reading));
    const noise = grains(t, inputs.key as Tensor1D, inputs, picture.shape);
    return fromLight(t, t.clipByValue(t.add(light, t.mul(deviation, noise)), 0, 1));
  };
  const even = (picture: Tensor3D, inputs: TensorInputs): Tensor3D => {
    const noise = normal(fold(inputs.key as Tensor1D, 1), picture.shape);
    return t.clipByValue(t.add(picture, t.mul(noise, inputs.sigma as Tensor1D)), 0, 1) as Tensor3D;
  };
  const stages = [...(iso[1] > 0 ? [sensor] : []), ...(sigma[1] > 0 ? [even] : [])];
  return (picture, inputs) => stages.reduce((before, stage) => stage(before, inputs), picture);
};
