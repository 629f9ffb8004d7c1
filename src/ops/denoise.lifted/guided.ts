import { boxMean, product, type RowSource, rowsOf, shared } from './rows.js';

/** What squares of a guide come to, for all that are filtered by it. */
export interface Guide {
  readonly picture: RowSource;
  readonly radius: number;
  /** Mean of the squares' pixels, and of their second powers. */
  readonly mean: RowSource;
  readonly squares: RowSource;
}

/** @param picture is asked for by others as well: see `shared` */
export const guideOf = (picture: RowSource, radius: number): Guide => ({
  picture,
  radius,
  mean: shared(boxMean(picture, radius), 2 * radius + 2),
  squares: shared(boxMean(product(picture, picture), radius), 2 * radius + 2),
});

/** Rows of the lines' slopes and offsets, which are worked out together. */
interface Lines {
  readonly slope: RowSource;
  readonly offset: RowSource;
}

/** The lines `slope guide + offset` that are nearest to a picture in each square. An offset is there once its slope was asked for. */
const linesOf = (
  { mean, squares, radius }: Guide,
  level: RowSource,
  products: RowSource,
  epsilon: RowSource,
): Lines => {
  const offsets = Array.from({ length: radius + 1 }, () => new Float32Array(mean.width));
  const offsetAt = (y: number): Float32Array => offsets[y % offsets.length] as Float32Array;
  const slope = rowsOf(mean, (y, a) => {
    const b = offsetAt(y);
    const [m, s, l] = [mean.row(y), squares.row(y), level.row(y)];
    const [p, e] = [products.row(y), epsilon.row(y)];
    for (let x = 0; x < a.length; x++) {
      const [middle, own] = [m[x] as number, l[x] as number];
      const variance = (s[x] as number) - middle * middle;
      const line = ((p[x] as number) - middle * own) / ((variance > 0 ? variance : 0) + (e[x] as number));
      a[x] = line;
      b[x] = own - line * middle;
    }
  });
  return { slope, offset: { ...slope, row: offsetAt } };
};

/**
 * Guided filter (He, Sun, Tang, TPAMI 2013, equations 5, 6 and 8) of a picture by a guide, whose variance counts as that of something
 * flat below `epsilon` of each pixel.
 *
 * @param own the picture that is filtered. Default: the guide itself
 */
export const guided = (guide: Guide, epsilon: RowSource, own?: RowSource): RowSource => {
  const { picture, radius, mean, squares } = guide;
  const level = own === undefined ? mean : boxMean(own, radius);
  const products = own === undefined ? squares : boxMean(product(picture, own), radius);
  const lines = linesOf(guide, level, products, epsilon);
  const slopes = boxMean(lines.slope, radius);
  const offsets = boxMean(lines.offset, radius);
  return rowsOf(picture, (y, into) => {
    const [slope, offset, light] = [slopes.row(y), offsets.row(y), picture.row(y)];
    for (let x = 0; x < into.length; x++)
      into[x] = (slope[x] as number) * (light[x] as number) + (offset[x] as number);
  });
};
