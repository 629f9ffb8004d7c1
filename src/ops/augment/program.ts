import type { TensorInputs, TransparentPicture } from '../../operator/behaviour.js';
import type { Tf } from '../../tensor/tf.js';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '../../tensor/tfjs.js';
import { type Augmenting, greys, lights, moves, quarters } from './draw.js';
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

/** Luma of Rec. 601, as in a black and white JPEG. */
const LUMA = [0.299, 0.587, 0.114];

/** A picture without its colours, where `grey` is 1. */
const faded = (t: Tf, params: Augmenting, x: Tensor3D, { grey }: TensorInputs): Tensor3D => {
  if (!greys(params, { channels: x.shape[2] === 1 ? 1 : 3 })) return x;
  const luma = t.sum(t.mul(x, t.tensor1d(LUMA)), 2, true);
  return t.add<Tensor3D>(x, t.mul(t.sub(luma, x), grey as Tensor1D));
};

/** Multiplies the light of a picture; what becomes brighter than white is white, as in a photo. */
const brightened = (t: Tf, params: Augmenting, x: Tensor3D, { gain }: TensorInputs): Tensor3D =>
  lights(params) ? t.minimum(amplified(t, x, gain as Tensor3D), t.maximum(x, 1)) : x;

const lit = (t: Tf, params: Augmenting, x: Tensor3D, inputs: TensorInputs): Tensor3D =>
  faded(t, params, brightened(t, params, x, inputs), inputs);

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
