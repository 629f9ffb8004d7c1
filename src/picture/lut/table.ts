/** A lookup table of colours. Values are those of sRGB samples, 0..1, and may go beyond. */
export interface Lut {
  /** What it calls itself; empty where it does not say. */
  readonly title: string;
  /** `1d`: a curve for each channel. `3d`: a colour for each colour. */
  readonly kind: '1d' | '3d';
  /** Entries along a side. */
  readonly size: number;
  /** Entries of three numbers: from dark to light, red fastest and blue slowest where there are three sides. */
  readonly values: Float32Array;
  /** The values that the first and the last entry stand for, by channel. */
  readonly min: readonly [number, number, number];
  readonly max: readonly [number, number, number];
}

/** The numbers of entries that a table may have along a side. */
export const SIZES = { '1d': { min: 2, max: 65536 }, '3d': { min: 2, max: 129 } } as const;

/** Entries of a table. */
export const entriesOf = ({ kind, size }: Pick<Lut, 'kind' | 'size'>): number =>
  kind === '1d' ? size : size ** 3;

/** The table of a size that changes nothing. */
export const identity = (kind: Lut['kind'], size: number): Lut => {
  const last = size - 1;
  const values = Float32Array.from({ length: 3 * entriesOf({ kind, size }) }, (_, i) => {
    const [entry, channel] = [Math.floor(i / 3), i % 3];
    return kind === '1d' ? entry / last : (Math.floor(entry / size ** channel) % size) / last;
  });
  return { title: '', kind, size, values, min: [0, 0, 0], max: [1, 1, 1] };
};
