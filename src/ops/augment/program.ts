import type { TensorInputs, TransparentPicture } from '../../operator/behaviour.js';
import type { Tf } from '../../tensor/tf.js';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '../../tensor/tfjs.js';
import { type Augmenting, lights, moves, quarters } from './draw.js';
import { amplified } from './gain.js';

/** Rows, turned into new rows by a matrix. */
const mixed = (t: Tf, matrix: Tensor, x: Tensor3D): Tensor3D => {
  const [rows, columns, channels] = x.shape;
  return t.reshape(t.matMul(matrix as Tensor2D, t.reshape(x, [rows, columns * channels])), x.shape);
};

const onItsSide = (t: Tf, x: Tensor3D): Tensor3D => t.transpose(x, [1, 0, 2]);

/** Moves the pixels of a picture [height, width, channels]. */
const moved = (t: Tf, params: Augmenting, x: Tensor3D, { rows, columns, turn }: TensorInputs): Tensor3D => {
  if (!moves(params)) return x;
  const [height, width] = x.shape;
  const laid: Tensor3D = quarters(params, { height, width })
    ? t.add(t.mul(x, t.sub(1, turn as Tensor1D)), t.mul(onItsSide(t, x), turn as Tensor1D))
    : x;
  return onItsSide(t, mixed(t, columns!, onItsSide(t, mixed(t, rows!, laid))));
};

/** Multiplies the light of a picture; what becomes brighter than white is white, as in a photo. */
const lit = (t: Tf, params: Augmenting, x: Tensor3D, { gain }: TensorInputs): Tensor3D =>
  lights(params) ? t.minimum(amplified(t, x, gain as Tensor3D), t.maximum(x, 1)) : x;

/** The variations as programs: for pictures, and for those with transparency. */
export const augmented = (t: Tf, params: Augmenting) => ({
  opaque: (picture: Tensor3D, inputs: TensorInputs): Tensor3D =>
    lit(t, params, moved(t, params, picture, inputs), inputs),
  transparent: (picture: Tensor3D, alpha: Tensor3D, inputs: TensorInputs): TransparentPicture => {
    if (!moves(params)) return { picture: lit(t, params, picture, inputs), alpha };
    const opacity = moved(t, params, alpha, inputs);
    const colours = moved(t, params, t.mul(picture, alpha), inputs);
    // What is fully transparent has no colour.
    return {
      picture: lit(t, params, t.div(colours, t.maximum(opacity, 1e-5)), inputs),
      alpha: opacity,
    };
  },
});
