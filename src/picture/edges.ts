import * as tf from '../tensor/tfjs.js';

/**
 * What lies beyond the edges of a picture. `none`: whatever a network pads itself with. `x`: left and right meet, as on a
 * cylinder. `sphere`: the picture is an equirectangular panorama, where left and right meet, and over a pole it goes on
 * half a turn away, upside down.
 */
export type Edges = 'none' | 'x' | 'sphere';

/** The place in 0…n-1 that a place on a circle of n has. */
export const onCircle = (i: number, n: number): number => ((i % n) + n) % n;

/** The row that stands at place `y` of a sphere of `height` rows, and whether it is reached over a pole. */
export const overPole = (y: number, height: number): { readonly row: number; readonly turned: boolean } => {
  const at = onCircle(y, 2 * height);
  return at < height ? { row: at, turned: false } : { row: 2 * height - 1 - at, turned: true };
};

const gathered = (x: tf.Tensor4D, axis: 1 | 2, places: readonly number[]): tf.Tensor4D =>
  tf.gather(x, tf.tensor1d([...places], 'int32'), axis);

const places = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);

/**
 * A picture [N,H,W,C] with a margin of what lies beyond its edges: on the left and right, and for a sphere above and below
 * too. `none` adds nothing.
 */
export const withMargin = (x: tf.Tensor4D, margin: number, edges: Edges): tf.Tensor4D => {
  if (edges === 'none' || margin === 0) return x;
  const [, height, width] = x.shape;
  const wide = gathered(
    x,
    2,
    places(-margin, width + margin).map((i) => onCircle(i, width)),
  );
  if (edges === 'x') return wide;
  const turn = Math.floor(width / 2);
  const turned = gathered(
    x,
    2,
    places(-margin, width + margin).map((i) => onCircle(i + turn, width)),
  );
  const rows = (from: number, to: number): tf.Tensor4D =>
    tf.concat(
      places(from, to).map((y) => {
        const { row, turned: over } = overPole(y, height);
        const [n, , w, c] = wide.shape;
        return tf.slice(over ? turned : wide, [0, row, 0, 0], [n, 1, w, c]);
      }),
      1,
    );
  return tf.concat([rows(-margin, 0), wide, rows(height, height + margin)], 1);
};

/** The picture without its margin. */
export const withoutMargin = (x: tf.Tensor4D, margin: number, edges: Edges): tf.Tensor4D => {
  if (edges === 'none' || margin === 0) return x;
  const [n, h, w, c] = x.shape;
  const top = edges === 'sphere' ? margin : 0;
  return tf.slice(x, [0, top, margin, 0], [n, h - 2 * top, w - 2 * margin, c]);
};
