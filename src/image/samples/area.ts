/** What one axis of a picture shows of another: from where, and how much, in pixels; they need not be whole. */
export interface Stretch {
  readonly from: number;
  readonly length: number;
  readonly pixels: number;
}

interface Share {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Shares of the source's pixels in each pixel: the length of it that each covers. */
const sharesOf = ({ from, length, pixels }: Stretch, source: number): readonly Share[] => {
  const step = length / pixels;
  return Array.from({ length: pixels }, (_, i) => {
    const start = Math.min(Math.max(0, from + i * step), source);
    const end = Math.min(Math.max(start, from + (i + 1) * step), source);
    const first = Math.min(Math.floor(start), source - 1);
    const last = Math.max(first, Math.min(Math.ceil(end), source) - 1);
    const lengths = Array.from({ length: last - first + 1 }, (_, j) =>
      Math.max(0, Math.min(end, first + j + 1) - Math.max(start, first + j)),
    );
    const sum = lengths.reduce((a, b) => a + b, 0);
    return { first, weights: sum > 0 ? lengths.map((each) => each / sum) : [1] };
  });
};

/**
 * A part of an 8-bit picture, whose edges need not fall between pixels: each pixel is the mean of what it covers, so
 * that a part of the same scale is shifted by less than a pixel, and a smaller one is free of aliasing.
 */
export const areaOf = (
  data: Uint8Array,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
  across: Stretch,
  down: Stretch,
): Uint8Array => {
  const columns = sharesOf(across, width);
  const rows = sharesOf(down, height);
  const out = new Uint8Array(across.pixels * down.pixels * channels);
  const line = new Float64Array(width * channels);
  rows.forEach(({ first, weights }, y) => {
    line.fill(0);
    weights.forEach((weight, j) => {
      const at = (first + j) * width * channels;
      for (let i = 0; i < line.length; i++) line[i] = (line[i] as number) + weight * (data[at + i] as number);
    });
    columns.forEach(({ first: left, weights: shares }, x) => {
      for (let c = 0; c < channels; c++) {
        const value = shares.reduce(
          (sum, share, j) => sum + share * (line[(left + j) * channels + c] as number),
          0,
        );
        out[(y * across.pixels + x) * channels + c] = Math.round(value);
      }
    });
  });
  return out;
};
