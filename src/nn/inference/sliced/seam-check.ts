import * as E from 'fp-ts/lib/Either.js';
import type { Diagnostics } from '../../../diagnostics/index.js';
import { maxOf } from '../../../image/samples/samples.js';
import type { Values } from '../../../picture/tiling/windows.js';

/** Columns to each side of the seam that are compared. */
const BESIDE = 64;

/** A panorama turned by half: what met at its sides is in the middle. */
const turned = (picture: Values): Values => {
  const [height = 1, width = 1, channels = 1] = picture.shape;
  const half = Math.floor(width / 2) * channels;
  const data = picture.data.slice();
  for (let y = 0; y < height; y++) {
    const row = picture.data.subarray(y * width * channels, (y + 1) * width * channels);
    data.set(row.subarray(half), y * width * channels);
    data.set(row.subarray(0, half), (y + 1) * width * channels - half);
  }
  return { ...picture, data } as Values;
};

/**
 * The largest difference, of values 0..1, between the edit of a panorama and that of the same turned by half, where its sides
 * meet: whether the sides of the edit meet as well.
 */
export const differenceAtSeam = async (
  edit: (picture: Values) => Promise<E.Either<Diagnostics, Values>>,
  picture: Values,
  result: Values,
): Promise<E.Either<Diagnostics, number>> => {
  const other = await edit(turned(picture));
  if (E.isLeft(other)) return other;
  const expected = turned(result);
  const [height = 1, width = 1, channels = 1] = result.shape;
  const middle = width - Math.floor(width / 2);
  const [left, right] = [Math.max(0, middle - BESIDE), Math.min(width, middle + BESIDE)];
  let most = 0;
  for (let y = 0; y < height; y++)
    for (let i = (y * width + left) * channels; i < (y * width + right) * channels; i++)
      most = Math.max(most, Math.abs((expected.data[i] as number) - (other.right.data[i] as number)));
  return E.right(most / maxOf(result.dtype));
};
