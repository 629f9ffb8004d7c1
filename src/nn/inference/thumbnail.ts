import { sources } from '../../image/samples/window.js';
import type { Values } from '../../picture/tiling/windows.js';
import type { Size } from '../../ports/index.js';

/** What a thumbnail is made for. */
export interface ThumbnailNeeds {
  /** What its sides are multiples of. */
  readonly multiple: number;
  /** The least that a side is. */
  readonly least: number;
  /** Pixels that it may have. */
  readonly room: number;
}

/** A picture made smaller, and how many times. */
export interface Thumbnail {
  /** [1, height, width, channels] in the values of the picture's samples. */
  readonly picture: Values;
  readonly factor: number;
}

const sideOf = (side: number, factor: number, { multiple, least }: ThumbnailNeeds): number =>
  Math.max(least, Math.floor(side / factor / multiple) * multiple);

/** The least whole number of times, from two on, that a picture must become smaller to fit. */
export const factorFor = ({ width, height }: Size, needs: ThumbnailNeeds): number => {
  const smallest = Math.max(2, Math.ceil(Math.min(width, height) / Math.max(needs.least, needs.multiple)));
  let factor = 2;
  while (factor < smallest && sideOf(width, factor, needs) * sideOf(height, factor, needs) > needs.room)
    factor++;
  return factor;
};

/**
 * A picture made smaller by a whole number of times, each pixel the mean of a square. Sides are cut to multiples, at the
 * right and below; a picture that is too small for that goes on as in a mirror.
 */
export const thumbnailOf = (picture: Values, needs: ThumbnailNeeds): Thumbnail => {
  const [height = 1, width = 1, channels = 1] = picture.shape;
  const factor = factorFor({ width, height }, needs);
  const [rows, columns] = [sideOf(height, factor, needs), sideOf(width, factor, needs)];
  const data = new Float32Array(rows * columns * channels);
  const down = sources(0, rows * factor, height, 'symmetric');
  const across = sources(0, columns * factor, width, 'symmetric');
  const share = 1 / factor ** 2;
  for (let y = 0; y < rows * factor; y++) {
    const from = down[y]! * width;
    const to = Math.floor(y / factor) * columns;
    for (let x = 0; x < columns * factor; x++) {
      const source = (from + across[x]!) * channels;
      const target = (to + Math.floor(x / factor)) * channels;
      for (let c = 0; c < channels; c++)
        data[target + c] = (data[target + c] as number) + share * (picture.data[source + c] as number);
    }
  }
  return { picture: { dtype: 'float32', shape: [1, rows, columns, channels], data }, factor };
};
