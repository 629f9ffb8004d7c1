import type { Tf } from '../../tensor/tf.js';
import type { Tensor2D, Tensor3D } from '../../tensor/tfjs.js';

// Engines work on stretches of memory: three numbers set against the three channels of every pixel take several times as
// long as a row set against all rows.

/** A picture [height, width, channels] as [height, width * channels]. */
export const asRows = (t: Tf, picture: Tensor3D): Tensor2D => {
  const [height, width, channels] = picture.shape;
  return t.reshape(picture, [height, width * channels]);
};

/** Numbers for the channels, [1, 1, channels], as a row for pictures of that width: `[1, width * channels]`. */
export const alongRows = (t: Tf, colour: Tensor3D, width: number): Tensor2D =>
  t.reshape(t.tile(colour, [1, width, 1]), [1, width * colour.shape[2]]);
