/**
 * A picture of one number a pixel that is made row by row. Rows are asked for from the first on, each at most once (but see `shared`),
 * and one is good until the next is asked for: so no more than some rows of any picture are ever held, and they stay in the cache.
 */
export interface RowSource {
  readonly width: number;
  readonly height: number;
  readonly row: (y: number) => Float32Array;
}

type Size = Pick<RowSource, 'width' | 'height'>;

/** Rows that are written by a function. */
export const rowsOf = (
  { width, height }: Size,
  write: (y: number, into: Float32Array) => void,
): RowSource => {
  const into = new Float32Array(width);
  return {
    width,
    height,
    row: (y) => {
      write(y, into);
      return into;
    },
  };
};

/** Rows that several ask for, none of them more than `depth` rows behind another. */
export const shared = (source: RowSource, depth: number): RowSource => {
  const { width, height } = source;
  const kept = Array.from({ length: Math.min(depth, height) }, () => new Float32Array(width));
  let next = 0;
  return {
    width,
    height,
    row: (y) => {
      for (; next <= y; next++) kept[next % kept.length]?.set(source.row(next));
      if (y < next - kept.length) throw new Error(`Row ${y} is not kept any more: ${next} were asked for.`);
      return kept[y % kept.length] as Float32Array;
    },
  };
};

// The loops below are written out, each for itself: a function called for each pixel takes ten times as long as what it works out.

/** Means of a row over `2 radius + 1` pixels by a running sum; at the edges, of what lies inside. */
const meansOf = (values: Float32Array, radius: number, means: Float32Array): void => {
  const width = values.length;
  const ahead = Math.min(radius, width);
  let [sum, count] = [0, ahead];
  for (let x = 0; x < ahead; x++) sum += values[x] as number;
  const begin = Math.min(radius + 1, width);
  for (let x = 0; x < begin; x++) {
    if (x + radius < width) {
      sum += values[x + radius] as number;
      count++;
    }
    means[x] = sum / count;
  }
  const end = Math.max(begin, width - radius);
  for (let x = begin; x < end; x++) {
    sum += values[x + radius] as number;
    sum -= values[x - radius - 1] as number;
    means[x] = sum / count;
  }
  for (let x = end; x < width; x++) {
    sum -= values[x - radius - 1] as number;
    count--;
    means[x] = sum / count;
  }
};

const add = (sums: Float64Array, row: Float32Array): void => {
  for (let x = 0; x < sums.length; x++) sums[x] = (sums[x] as number) + (row[x] as number);
};

/** Adds a row to sums, takes another away, and writes the share of what comes out. */
const moved = (
  sums: Float64Array,
  comes: Float32Array,
  goes: Float32Array,
  share: number,
  into: Float32Array,
): void => {
  for (let x = 0; x < sums.length; x++) {
    const sum = (sums[x] as number) + (comes[x] as number) - (goes[x] as number);
    sums[x] = sum;
    into[x] = sum * share;
  }
};

/** Means over squares of `2 radius + 1` pixels by running sums; at the edges, of what lies inside. */
export const boxMean = (source: RowSource, radius: number): RowSource => {
  const { width, height } = source;
  // From the row that comes in to the one that goes; without either, to one of nothing.
  const across = Array.from({ length: 2 * radius + 2 }, () => new Float32Array(width));
  const nothing = new Float32Array(width);
  const sums = new Float64Array(width);
  const meansAt = (y: number): Float32Array => {
    const means = across[y % across.length] as Float32Array;
    meansOf(source.row(y), radius, means);
    return means;
  };
  const before = Math.min(radius, height);
  return rowsOf(source, (y, into) => {
    if (y === 0) for (let above = 0; above < before; above++) add(sums, meansAt(above));
    const comes = y + radius < height ? meansAt(y + radius) : nothing;
    const goes = y > radius ? (across[(y - radius - 1) % across.length] as Float32Array) : nothing;
    const count = Math.min(height - 1, y + radius) - Math.max(0, y - radius) + 1;
    moved(sums, comes, goes, 1 / count, into);
  });
};

/** Products of two pictures, pixel by pixel. */
export const product = (a: RowSource, b: RowSource): RowSource =>
  rowsOf(a, (y, into) => {
    const [first, second] = [a.row(y), b.row(y)];
    for (let x = 0; x < into.length; x++) into[x] = (first[x] as number) * (second[x] as number);
  });
