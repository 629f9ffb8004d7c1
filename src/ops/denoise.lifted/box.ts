/** A picture of one number a pixel. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** A plane of the same size, worked out pixel by pixel. */
export const planeOf = ({ width, height }: Omit<Plane, 'data'>, value: (pixel: number) => number): Plane => {
  const data = new Float32Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = value(i);
  return { width, height, data };
};

/** Means over squares of `2 radius + 1` pixels by running sums; at the edges, of what lies inside. */
export const boxMean = ({ width, height, data }: Plane, radius: number): Plane => {
  const across = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let [sum, count] = [0, 0];
    for (let x = 0; x < Math.min(radius, width); x++) {
      sum += data[row + x] as number;
      count++;
    }
    for (let x = 0; x < width; x++) {
      if (x + radius < width) {
        sum += data[row + x + radius] as number;
        count++;
      }
      if (x > radius) {
        sum -= data[row + x - radius - 1] as number;
        count--;
      }
      across[row + x] = sum / count;
    }
  }
  const out = new Float32Array(data.length);
  const sums = new Float64Array(width);
  const add = (y: number, sign: number): void => {
    for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + sign * (across[y * width + x] as number);
  };
  for (let y = 0; y < Math.min(radius, height); y++) add(y, 1);
  for (let y = 0; y < height; y++) {
    if (y + radius < height) add(y + radius, 1);
    if (y > radius) add(y - radius - 1, -1);
    const count = Math.min(height - 1, y + radius) - Math.max(0, y - radius) + 1;
    for (let x = 0; x < width; x++) out[y * width + x] = (sums[x] as number) / count;
  }
  return { width, height, data: out };
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
  const g = guide.data;
  const mean = boxMean(guide, radius).data;
  const squares = boxMean(
    planeOf(guide, (i) => (g[i] as number) ** 2),
    radius,
  ).data;
  return planes.map((plane) => {
    const own = plane === guide;
    const p = plane.data;
    const level = own ? mean : boxMean(plane, radius).data;
    const products = own
      ? squares
      : boxMean(
          planeOf(guide, (i) => (g[i] as number) * (p[i] as number)),
          radius,
        ).data;
    const slope = planeOf(guide, (i) => {
      const variance = Math.max(0, (squares[i] as number) - (mean[i] as number) ** 2);
      const covariance = (products[i] as number) - (mean[i] as number) * (level[i] as number);
      return covariance / (variance + (epsilon.data[i] as number));
    });
    const offset = planeOf(
      guide,
      (i) => (level[i] as number) - (slope.data[i] as number) * (mean[i] as number),
    );
    const [a, b] = [boxMean(slope, radius).data, boxMean(offset, radius).data];
    return planeOf(guide, (i) => (a[i] as number) * (g[i] as number) + (b[i] as number));
  });
};
