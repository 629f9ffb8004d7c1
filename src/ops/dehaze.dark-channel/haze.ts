import { boxMean } from '../../picture/filters/box.js';
import { squareMinimum } from '../../picture/filters/minimum.js';
import type { Tf } from '../../tensor/tf.js';
import type { Tensor1D, Tensor2D, Tensor3D } from '../../tensor/tfjs.js';

/** The share of the dark channel that counts as the haziest part of a picture. */
const HAZIEST = 0.001;

/** The least value that something is divided by: a level of 8 bits. */
const LEAST = 1 / 255;

/**
 * The smallest channel of the pixels around each one: near zero where there is no haze. Equation 5 of the paper.
 *
 * @param picture [height, width, 1 or 3], 0..1
 * @param patch side of the squares, odd
 */
export const darkChannel = (t: Tf, picture: Tensor3D, patch: number): Tensor3D =>
  squareMinimum(t, t.min(picture, 2, true), patch);

/**
 * The colour of the haze, `[1, 1, channels]`: that of the brightest pixel among the thousandth of the pixels that have
 * the brightest dark channel (section 4.3).
 */
export const airlightOf = (t: Tf, picture: Tensor3D, patch: number): Tensor3D => {
  const [height, width, channels] = picture.shape;
  const pixels = height * width;
  const haziness: Tensor1D = t.reshape(darkChannel(t, picture, patch), [pixels]);
  const colours: Tensor2D = t.reshape(picture, [pixels, channels]);
  const count = Math.max(1, Math.floor(pixels * HAZIEST));
  const least = t.slice(t.topk(haziness, count).values, [count - 1], [1]);
  // All that are as hazy as the last one belong to them, so that the order of equals does not matter.
  const belongs = t.cast(t.greaterEqual(haziness, least), 'float32');
  const brightness = t.mul(t.add(t.sum(colours, 1), 1), belongs);
  const brightest = t.gather(colours, t.argMax(brightness));
  return t.reshape(brightest, [1, 1, channels]);
};

/** What is known of the haze before its transmission is estimated. */
export interface Estimate {
  /** Share of the haze that is taken away: the paper's omega. */
  readonly strength: number;
  readonly patch: number;
  /** The least transmission: the paper's t0. */
  readonly floor: number;
  /** Distance to the haze's colour, 0..1, below which a place is thinned out less and less. */
  readonly protect: number;
}

const relativeTo = (t: Tf, picture: Tensor3D, airlight: Tensor3D): Tensor3D =>
  t.div(picture, t.maximum(airlight, LEAST));

/**
 * How much of the light of each place comes through the haze, 0..1 (equation 11), before it is refined.
 *
 * Where there is nothing but haze or sky the prior does not hold: the estimate falls to its floor, and noise, the blocks
 * of JPEG and faint gradients are blown up to blotches. So the nearer a place comes to the haze's colour, within
 * `protect`, the more light is taken to come through: what differs from the haze by nothing stays as it is.
 */
export const transmissionOf = (
  t: Tf,
  picture: Tensor3D,
  airlight: Tensor3D,
  { strength, patch, floor, protect }: Estimate,
): Tensor3D => {
  const dark = darkChannel(t, relativeTo(t, picture, airlight), patch);
  const transmission: Tensor3D = t.sub(1, t.mul(dark, strength));
  if (protect === 0) return transmission;
  const distance = boxMean(t, t.max(t.abs(t.sub(picture, airlight)), 2, true), (patch - 1) / 2);
  const lift = t.maximum(t.div(protect, t.maximum(distance, LEAST)), 1);
  return t.minimum(t.mul(t.maximum(transmission, floor), lift), 1);
};

/** The least transmission that leaves no channel below zero: there is no negative light. */
export const leastTransmission = (
  t: Tf,
  picture: Tensor3D,
  airlight: Tensor3D,
  { strength, floor }: Estimate,
): Tensor3D => {
  const bound = t.sub(1, t.mul(t.min(relativeTo(t, picture, airlight), 2, true), strength));
  return t.maximum(bound, floor);
};

/** The scene without haze (equation 22 of the journal version). */
export const recovered = (t: Tf, picture: Tensor3D, airlight: Tensor3D, transmission: Tensor3D): Tensor3D =>
  t.add(t.div(t.sub(picture, airlight), transmission), airlight);
