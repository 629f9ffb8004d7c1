import type { HostTensor, SampleRow } from '../../ports/index.js';

/** Pixels between pictures. */
export const GAP = 4;
const BACKGROUND = 24;

/** Columns in the order in which people read them; what is not known comes after. */
const ORDER = ['input', 'output', 'target', 'back'];

/** Pictures in rows of one example each. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  /** RGB, 0..255, row-major. */
  readonly pixels: Uint8Array;
  /** What the columns are. */
  readonly columns: readonly string[];
  readonly rows: number;
  /** The room of one picture, in pixels. */
  readonly cell: { readonly width: number; readonly height: number };
}

/** What the pictures of some rows are, in order. */
const columnsOf = (rows: readonly SampleRow[]): readonly string[] => {
  const names = [...new Set(rows.flatMap(({ pictures }) => Object.keys(pictures)))];
  const place = (name: string) => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1);
  return names.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
};

const paste = (
  grid: Uint8Array,
  width: number,
  picture: HostTensor<'uint8'>,
  left: number,
  top: number,
): void => {
  const [height = 0, across = 0] = picture.shape;
  for (let y = 0; y < height; y++)
    grid.set(picture.data.subarray(y * across * 3, (y + 1) * across * 3), ((top + y) * width + left) * 3);
};

/** Puts the pictures of examples side by side; all of one size, or as large as the largest. */
export const gridOf = (rows: readonly SampleRow[]): Grid => {
  const columns = columnsOf(rows);
  const all = rows.flatMap(({ pictures }) => Object.values(pictures));
  const side = (axis: 0 | 1) => Math.max(0, ...all.map(({ shape }) => shape[axis] ?? 0));
  const [cellHeight, cellWidth] = [side(0), side(1)];
  const width = Math.max(1, columns.length * (cellWidth + GAP) - GAP);
  const height = Math.max(1, rows.length * (cellHeight + GAP) - GAP);
  const pixels = new Uint8Array(width * height * 3).fill(BACKGROUND);
  for (const [i, { pictures }] of rows.entries())
    for (const [j, name] of columns.entries()) {
      const picture = pictures[name];
      if (picture !== undefined) paste(pixels, width, picture, j * (cellWidth + GAP), i * (cellHeight + GAP));
    }
  const cell = { width: cellWidth, height: cellHeight };
  return { width, height, pixels, columns, rows: rows.length, cell };
};
