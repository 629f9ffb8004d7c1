import type { TensorInputs } from '../../operator/behaviour.js';
import { fromLight, toLight } from '../../picture/colour/transfer.js';
import type { Tf } from '../../tensor/tf.js';
import type { Scalar, Tensor3D } from '../../tensor/tfjs.js';
import type { Exposure } from './draw.js';

const isAlways = ([from, to]: readonly [number, number], value: number): boolean =>
  from === value && to === value;

/**
 * A photo exposed wrongly. Its values are taken back to the light of the scene, through the shoulder as well: that of a light x
 * of 0..1 is (1 - e^-kx) / (1 - e^-k). The light is multiplied, clipped as a sensor clips it, and developed again.
 */
export const exposed = (
  t: Tf,
  { stops, shoulder, gamma, balance, share }: Exposure,
): ((picture: Tensor3D, inputs: TensorInputs) => Tensor3D) => {
  const rolls = !isAlways(shoulder, 0);
  const bends = !isAlways(gamma, 1);
  const exposes = !isAlways(stops, 0) || balance > 0;
  if (share === 0 || (!exposes && !bends)) return (picture) => picture;
  const expose = (picture: Tensor3D, inputs: TensorInputs): Tensor3D => {
    const k = inputs.shoulder as Scalar;
    const whole = t.sub(1, t.exp(t.neg(k)));
    const light = toLight(t, t.clipByValue(picture, 0, 1));
    const scene = rolls ? t.neg(t.div(t.log(t.sub(1, t.mul(light, whole))), k)) : light;
    const sensor = t.clipByValue(t.mul(scene, inputs.gain!), 0, 1);
    const rolled = rolls ? t.div(t.sub(1, t.exp(t.neg(t.mul(sensor, k)))), whole) : sensor;
    return t.clipByValue(fromLight(t, rolled as Tensor3D), 0, 1);
  };
  const develop = (picture: Tensor3D, inputs: TensorInputs): Tensor3D => {
    const light = exposes ? expose(picture, inputs) : t.clipByValue(picture, 0, 1);
    return bends ? t.pow(light, inputs.gamma!) : light;
  };
  return (picture, inputs) => {
    const made = develop(picture, inputs);
    return share === 1 ? made : t.add(picture, t.mul(t.sub(made, picture), inputs.wrong!));
  };
};
