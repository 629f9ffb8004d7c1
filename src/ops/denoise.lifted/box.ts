/** A picture of one number a pixel. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

const like = ({ width, height }: Omit<Plane, 'data'>): Plane => ({
  width,
  height,
  data: new Float32Array(width * height),
});

// The loops below are written out, each for itself: a function called for each pixel takes ten times as long as what it works out.

/** Means of rows over `2 radius + 1` pixels by running sums; at the edges, of what lies inside. */
const rowMeans = ({ width, height, data }: Plane, radius: number): Float32Array => {
  const means = new Float32Array(data.length);
  const ahead = Math.min(radius, width);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let [sum, count] = [0, ahead];
    for (let x = 0; x < ahead; x++) sum += data[row + x] as number;
    for (let x = 0; x < width; x++) {
      if (x + radius < width) {
        sum += data[row + x + radius] as number;
        count++;
      }
      if (x > radius) {
        sum -= data[row + x - radius - 1] as number;
        count--;
      }
      means[row + x] = sum / count;
    }
  }
  return means;
};

/** Means over squares of `2 radius + 1` pixels by running sums; at the edges, of what lies inside. */
export const boxMean = (plane: Plane, radius: number): Plane => {
  const { width, height } = plane;
  const across = rowMeans(plane, radius);
  const out = like(plane);
  const sums = new Float64Array(width);
  const add = (y: number, sign: number): void => {
    const row = y * width;
    for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + sign * (across[row + x] as number);
  };
  for (let y = 0; y < Math.min(radius, height); y++) add(y, 1);
  for (let y = 0; y < height; y++) {
    if (y + radius < height) add(y + radius, 1);
    if (y > radius) add(y - radius - 1, -1);
    const count = Math.min(height - 1, y + radius) - Math.max(0, y - radius) + 1;
    const row = y * width;
    for (let x = 0; x < width; x++) out.data[row + x] = (sums[x] as number) / count;
  }
  return out;
};

/** Products of two planes, pixel by pixel. */
const product = (a: Plane, b: Plane): Plane => {
  const out = like(a);
  const [first, second, data] = [a.data, b.data, out.data];
  for (let i = 0; i < data.length; i++) data[i] = (first[i] as number) * (second[i] as number);
  return out;
};

/** What a square of the guide and of a plane comes to. */
interface Squares {
  readonly mean: Plane;
  /** Mean of the guide's squares. */
  readonly squares: Plane;
  /** Mean of the plane. */
  readonly level: Plane;
  /** Mean of the products of both. */
  readonly products: Plane;
}

/** The lines `slope guide + offset` that are nearest to a plane in each square. */
const linesOf = ({ mean, squares, level, products }: Squares, epsilon: Plane): readonly [Plane, Plane] => {
  const [slope, offset] = [like(mean), like(mean)];
  const [m, s, l, p, e] = [mean.data, squares.data, level.data, products.data, epsilon.data];
  const [a, b] = [slope.data, offset.data];
  for (let i = 0; i < a.length; i++) {
    const [middle, own] = [m[i] as number, l[i] as number];
    const variance = (s[i] as number) - middle * middle;
    const line = ((p[i] as number) - middle * own) / ((variance > 0 ? variance : 0) + (e[i] as number));
    a[i] = line;
    b[i] = own - line * middle;
  }
  return [slope, offset];
};

/**
 * Guided filter (He, Sun, Tang, TPAMI 2013, equations 5, 6 and 8) of planes by one guide, whose variance counts as that of something
 * flat below `epsilon` of each pixel.
 */
export const guided = (
  guide: Plane,
  planes: readonly Plane[],
  radius: number,
  epsilon: Plane,
): readonly Plane[] => {
  const mean = boxMean(guide, radius);
  const squares = boxMean(product(guide, guide), radius);
  return planes.map((plane) => {
    const isOwn = plane === guide;
    const level = isOwn ? mean : boxMean(plane, radius);
    const products = isOwn ? squares : boxMean(product(guide, plane), radius);
    const [slope, offset] = linesOf({ mean, squares, level, products }, epsilon);
    const out = product(boxMean(slope, radius), guide);
    const add = boxMean(offset, radius).data;
    for (let i = 0; i < add.length; i++) out.data[i] = (out.data[i] as number) + (add[i] as number);
    return out;
  });
};
