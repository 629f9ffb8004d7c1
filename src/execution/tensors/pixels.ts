import type { Frame, HostTensor, PictureShape, Samples } from '../../ports/index.js';
import type { Tf } from '../../tensor/tf.js';
import type * as tf from '../../tensor/tfjs.js';

/** How many steps there are between black and white: samples divided by it are 0..1. */
const white = { uint8: 255, uint16: 65535, float32: 1 } as const;

/** The samples as a tensor `[height, width, channels]` over the same memory. */
export const toTensor = (
  samples: Samples,
  { height, width }: Pick<PictureShape, 'height' | 'width'>,
  channels: number,
): HostTensor =>
  ({ dtype: samples.depth, shape: [height, width, channels], data: samples.data }) as HostTensor;

/** The samples that a tensor holds, when it is of the given depth. */
export const toSamples = (tensor: HostTensor, depth: Samples['depth']): Samples | undefined =>
  tensor.dtype === depth ? ({ depth, data: tensor.data } as Samples) : undefined;

/** Shape of a frame's picture. */
export const shapeOf = ({ height, width, channels }: Frame): PictureShape => ({ height, width, channels });

/** Samples as they come, to 0..1. */
export const normalised = (t: Tf, samples: tf.Tensor3D, depth: Samples['depth']): tf.Tensor3D =>
  depth === 'float32' ? samples : t.div(samples, white[depth]);

/** 0..1 to samples; rounding and clamping to whole numbers is left to the boundary of the compiled graph. */
export const quantised = (t: Tf, picture: tf.Tensor3D, depth: Samples['depth']): tf.Tensor3D =>
  depth === 'float32' ? picture : t.mul(picture, white[depth]);

/** A grey picture as a colour one; a colour one stays. */
export const coloured = (t: Tf, picture: tf.Tensor3D): tf.Tensor3D =>
  picture.shape[2] === 1 ? t.tile(picture, [1, 1, 3]) : picture;
