import type { TensorInputs } from '../../operator/behaviour.js';
import { fromLight, toLight } from '../../picture/colour/transfer.js';
import { boxMean } from '../../picture/filters/box.js';
import { guidedFit } from '../../picture/filters/guided-filter.js';
import { alongRows, asRows } from '../../picture/filters/rows.js';
import { resample } from '../../picture/resampling/resample.js';
import type { PictureShape } from '../../ports/index.js';
import type { Tf } from '../../tensor/tf.js';
import type { Tensor1D, Tensor2D, Tensor3D } from '../../tensor/tfjs.js';
import { type Haze, LAYERS } from './scene.js';

// The depth is made at a quarter of the picture's size: it is smooth but for the edges of things, which the guided
// filter takes from the full picture (He, Sun, "Fast guided filter", 2015).
const SHRINK = 4;
const LONGEST = 96;
const SMOOTHING = { radius: 3, epsilon: 1e-3 };

/** `[height, width]` of the small picture that the depth is made on. */
const smallSize = ({ height, width }: PictureShape): readonly [number, number] => {
  const factor = Math.min(1 / SHRINK, LONGEST / Math.max(height, width));
  return [Math.max(1, Math.round(height * factor)), Math.max(1, Math.round(width * factor))];
};

const resized = (
  t: Tf,
  x: Tensor3D,
  [height, width]: readonly [number, number],
  method: 'area' | 'bilinear' | 'bicubic',
): Tensor3D =>
  resample(
    t,
    x,
    {
      down: { from: 0, length: x.shape[0], pixels: height },
      across: { from: 0, length: x.shape[1], pixels: width },
    },
    method,
  );

/** Places from -1 to 1, to the right and downwards, and a 1: `[height * width, 3]`. */
const places = (t: Tf, [height, width]: readonly [number, number]): Tensor2D => {
  const place = (i: number, length: number) => (2 * i + 1) / length - 1;
  const rows = Array.from({ length: height * width }, (_, i) => [
    place(i % width, width),
    place(Math.floor(i / width), height),
    1,
  ]);
  return t.tensor2d(Float32Array.from(rows.flat()), [height * width, 3]);
};

/** Values stretched to 0..1; where all are the same, 0. */
const stretched = (t: Tf, x: Tensor3D): Tensor3D => {
  const least = t.min(x);
  return t.div(t.sub(x, least), t.add(t.sub(t.max(x), least), 1e-6));
};

// Zero has no logarithm, and powers are made of them.
const LEAST = 1e-4;

/**
 * How far away each place is, from 0, the nearest, to 1, the farthest: `[height, width, channels]`, all channels alike. A
 * sum of soft steps of random functions of place and colour, smooth within things and with edges where the photo has them.
 */
export const depthMap = (t: Tf, picture: Tensor3D, inputs: TensorInputs): Tensor3D => {
  const [height, width, channels] = picture.shape;
  const size = smallSize({ height, width, channels: channels === 1 ? 1 : 3 });
  const pixels = size[0] * size[1];
  const guide = resized(t, picture, size, 'area');
  const colours: Tensor2D = t.reshape(t.sub(boxMean(t, guide, 1), 0.5), [pixels, channels]);
  const hills = resized(t, inputs.hills as Tensor3D, size, 'bicubic');
  const functions: Tensor2D = t.add(
    t.matMul(t.concat([colours, places(t, size)], 1), inputs.weights as Tensor2D),
    t.reshape(hills, [pixels, LAYERS]),
  );
  const sum: Tensor3D = t.reshape(t.matMul(t.sigmoid(functions), inputs.shares as Tensor2D), [...size, 1]);
  const rough = t.pow(t.maximum(stretched(t, sum), LEAST), inputs.exponent as Tensor1D) as Tensor3D;
  const { slope, offset } = guidedFit(t, guide, rough, SMOOTHING);
  const enlarged = (x: Tensor3D): Tensor3D => resized(t, x, [height, width], 'bilinear');
  // The sum over the channels, in every channel: a product with ones is quicker than spreading it afterwards.
  const along: Tensor2D = t.matMul(
    t.reshape(t.mul(enlarged(slope), picture), [height * width, channels]),
    t.ones([channels, channels]),
  );
  const depth: Tensor3D = t.add(t.reshape(along, picture.shape), enlarged(t.tile(offset, [1, 1, channels])));
  return t.clipByValue(depth, 0, 1);
};

/**
 * A photo in haze: I = J t + A (1 - t) with the transmission t = exp(-density * depth) (Koschmieder 1924; McCartney 1976).
 */
export const hazed = (
  t: Tf,
  { density, linear }: Haze,
): ((picture: Tensor3D, inputs: TensorInputs) => Tensor3D) => {
  if (density[1] === 0) return (picture) => picture;
  const [open, close] = linear ? [toLight, fromLight] : [keep, keep];
  return (picture, inputs) => {
    const [near, range] = t.split(inputs.depth as Tensor1D, 2) as [Tensor1D, Tensor1D];
    const depth = asRows(t, t.add(near, t.mul(range, depthMap(t, picture, inputs))));
    const airlight = alongRows(t, open(t, inputs.airlight as Tensor3D), picture.shape[1]);
    const scene = asRows(t, open(t, picture));
    const mixed: Tensor2D = t.add(airlight, t.mul(t.sub(scene, airlight), t.exp(t.neg(depth))));
    return close(t, t.reshape(mixed, picture.shape));
  };
};

const keep = (_: Tf, x: Tensor3D): Tensor3D => x;
