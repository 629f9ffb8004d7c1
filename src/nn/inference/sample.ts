import { type Place, reducedPlace, upTo } from '../../picture/tiling/grid.js';
import { type Values, windowOf } from '../../picture/tiling/windows.js';
import type { HostTensor } from '../../ports/index.js';
import type { Thumbnail } from './thumbnail.js';

/** Sides of the parts of a picture that are looked at as they are, and how many there are at most, along each axis. */
const SIDE = 128;
const PARTS = 4;

/** Parts of one picture, and the same parts of its thumbnail. */
export interface Sample {
  /** [N, height, width, channels]. */
  readonly fine: Values;
  readonly coarse: Values;
}

/** Places of one size, spread evenly over the part of a picture that a thumbnail shows; they begin at pixels of that. */
export const sampledPlaces = ({ picture, factor }: Thumbnail, multiple: number): readonly Place[] => {
  const [, rows = 1, columns = 1] = picture.shape;
  const side = upTo(SIDE, multiple * factor) / factor;
  const along = (length: number): { readonly part: number; readonly starts: readonly number[] } => {
    const part = Math.min(side, length);
    const count = Math.min(PARTS, Math.floor(length / part));
    const middle = (i: number): number => Math.floor(((i + 0.5) * length) / count - part / 2);
    return { part, starts: Array.from({ length: count }, (_, i) => middle(i)) };
  };
  const [across, down] = [along(columns), along(rows)];
  return down.starts.flatMap((top) =>
    across.starts.map((left) => ({
      left: left * factor,
      top: top * factor,
      width: across.part * factor,
      height: down.part * factor,
    })),
  );
};

const stacked = (parts: readonly Values[]): Values => {
  const [first] = parts as readonly [Values];
  const data = Float32Array.from({ length: parts.length * first.data.length }, (_, i) => {
    const part = parts[Math.floor(i / first.data.length)] as Values;
    return part.data[i % first.data.length] as number;
  });
  return { dtype: 'float32', shape: [parts.length, ...first.shape], data };
};

/** Parts of a picture as it is and as its thumbnail shows it. */
export const sampleOf = (picture: Values, thumbnail: Thumbnail, multiple: number): Sample => {
  const places = sampledPlaces(thumbnail, multiple);
  const [height = 1, width = 1] = picture.shape;
  const [, rows = 1, columns = 1, channels = 1] = thumbnail.picture.shape;
  const { factor } = thumbnail;
  const small = { ...thumbnail.picture, shape: [rows, columns, channels] } as Values;
  return {
    fine: stacked(places.map((place) => windowOf(picture, { width, height }, place, 'none'))),
    coarse: stacked(
      places.map((place) =>
        windowOf(small, { width: columns, height: rows }, reducedPlace(place, factor), 'none'),
      ),
    ),
  };
};

/** Of a mean of squares no less than this share is left when it is corrected. */
const LEFT = 0.1;

/**
 * Means over a whole picture, told from those over its thumbnail: corrected by what they differ by where both scales were
 * looked at, as control variates are. A mean that cannot be negative stays positive.
 */
export const corrected = (thumbnail: HostTensor, fine: HostTensor, coarse: HostTensor): HostTensor => {
  const own = thumbnail.data as Float32Array;
  const positive = own.every((value) => value >= 0);
  const data = own.map((value, i) => {
    const better = value + (fine.data[i] as number) - (coarse.data[i] as number);
    return positive ? Math.max(better, LEFT * value) : better;
  });
  return { dtype: 'float32', shape: thumbnail.shape, data };
};
