import * as tf from '../tfjs.js';
import { type CustomKernel, input } from './custom.js';

/** How many elements go before and after, for each axis. */
export type Paddings = ReadonlyArray<readonly [number, number]>;

export interface PadAttrs {
  readonly mode: 'edge' | 'wrap';
  readonly paddings: Paddings;
}

export interface PadGradientAttrs {
  readonly mode: 'reflect' | 'symmetric' | 'edge' | 'wrap';
  readonly paddings: Paddings;
}

/** `length` elements from `start` along one axis. */
const part = (x: tf.Tensor, axis: number, start: number, length: number): tf.Tensor =>
  tf.slice(
    x,
    x.shape.map((_, i) => (i === axis ? start : 0)),
    x.shape.map((d, i) => (i === axis ? length : d)),
  );

const repeated = (x: tf.Tensor, axis: number, times: number): tf.Tensor =>
  tf.tile(
    x,
    x.shape.map((_, i) => (i === axis ? times : 1)),
  );

const padAxis = (
  x: tf.Tensor,
  axis: number,
  mode: PadAttrs['mode'],
  before: number,
  after: number,
): tf.Tensor => {
  const size = x.shape[axis]!;
  const [front, back] =
    mode === 'wrap'
      ? [part(x, axis, size - before, before), part(x, axis, 0, after)]
      : [repeated(part(x, axis, 0, 1), axis, before), repeated(part(x, axis, size - 1, 1), axis, after)];
  return tf.concat([...(before > 0 ? [front] : []), x, ...(after > 0 ? [back] : [])], axis);
};

/** x → x with its border repeated outwards, or joined to the opposite one. At most one length is added on a side. */
export const borderPad: CustomKernel = {
  name: 'BorderPad',
  compute: (inputs, { mode, paddings }: PadAttrs) =>
    paddings.reduce(
      (x, [before, after], axis) => (before + after > 0 ? padAxis(x, axis, mode, before, after) : x),
      input(inputs, 'x'),
    ),
};

/** Where the elements in front of and behind the middle came from: the first source, and whether they run backwards. */
export const padSources = (
  mode: PadGradientAttrs['mode'],
  size: number,
  before: number,
  after: number,
): { readonly front: number; readonly back: number; readonly reversed: boolean } => {
  switch (mode) {
    case 'reflect':
      return { front: 1, back: size - 1 - after, reversed: true };
    case 'symmetric':
      return { front: 0, back: size - after, reversed: true };
    case 'wrap':
      return { front: size - before, back: 0, reversed: false };
    case 'edge':
      return { front: 0, back: size - 1, reversed: false };
  }
};

/** Adds the gradient of one side's padding to the elements that it was copied from. */
const foldAxis = (
  dy: tf.Tensor,
  axis: number,
  mode: PadGradientAttrs['mode'],
  before: number,
  after: number,
): tf.Tensor => {
  const size = dy.shape[axis]! - before - after;
  const sources = padSources(mode, size, before, after);
  const fold = (side: tf.Tensor, source: number): tf.Tensor => {
    const turned = sources.reversed ? tf.reverse(side, axis) : side;
    const folded = mode === 'edge' ? tf.sum(turned, axis, true) : turned;
    const rest = size - source - folded.shape[axis]!;
    return tf.pad(
      folded,
      dy.shape.map((_, i): [number, number] => (i === axis ? [source, rest] : [0, 0])),
    );
  };
  const middle = part(dy, axis, before, size);
  const front = before > 0 ? [fold(part(dy, axis, 0, before), sources.front)] : [];
  const back = after > 0 ? [fold(part(dy, axis, before + size, after), sources.back)] : [];
  return [...front, ...back].reduce((sum, side) => tf.add(sum, side), middle);
};

/** dy of a padded tensor → the gradient of the tensor before it was padded. */
export const padGradient: CustomKernel = {
  name: 'PadGradient',
  compute: (inputs, { mode, paddings }: PadGradientAttrs) =>
    paddings.reduce(
      (dy, [before, after], axis) => (before + after > 0 ? foldAxis(dy, axis, mode, before, after) : dy),
      input(inputs, 'dy'),
    ),
};
