import type { HostTensor } from '../../../ports/index.js';

/** A window for each channel as a column, the same for all, times a row. */
export interface Separated {
  readonly column: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

/** How far a product may be from the window, of its largest value. */
const TOLERANCE = 1e-7;

/** Writes windows [C,1,KH,KW] as products; undefined where they are none, or their columns are not the same direction. */
export const separated = ({ shape, data }: HostTensor): Separated | undefined => {
  const [channels = 0, , height = 1, width = 1] = shape;
  const values = Array.from(data);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (channels === 0 || largest === 0) return undefined;
  const at = (c: number, i: number, j: number): number => data[(c * height + i) * width + j]!;
  const pivot = values.findIndex((value) => Math.abs(value) === largest);
  const [first, row, across] = [
    Math.floor(pivot / (height * width)),
    Math.floor(pivot / width) % height,
    pivot % width,
  ];
  const peak = at(first, row, across);
  const column = Array.from({ length: height }, (_, i) => at(first, i, across) / peak);
  const rows = Array.from({ length: channels }, (_, c) =>
    Array.from({ length: width }, (_, j) => at(c, row, j)),
  );
  const fits = rows.every((taps, c) =>
    taps.every((weight, j) =>
      column.every((scale, i) => Math.abs(at(c, i, j) - scale * weight) <= TOLERANCE * largest),
    ),
  );
  return fits ? { column, rows } : undefined;
};
