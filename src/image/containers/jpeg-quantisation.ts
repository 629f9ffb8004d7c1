import type { Quantisation } from '../../ports/index.js';
import { viewOf } from '../bytes.js';
import type { Segment } from './jpeg-pieces.js';

/** Places of a block, row by row, in the order in which tables are written (ITU T.81, figure A.6). */
const zigzag: readonly number[] = Array.from({ length: 64 }, (_, place) => place).sort((a, b) => {
  const [rowA, rowB] = [Math.floor(a / 8), Math.floor(b / 8)];
  const [sumA, sumB] = [rowA + (a % 8), rowB + (b % 8)];
  if (sumA !== sumB) return sumA - sumB;
  return sumA % 2 === 0 ? rowB - rowA : rowA - rowB;
});

const SIDE = 8;
const STEPS = SIDE * SIDE;

/** One table at the beginning of these bytes: its number, its steps row by row, and how long it is; undefined where it is cut off. */
const tableAt = (
  bytes: Uint8Array,
): { readonly number: number; readonly steps: readonly number[]; readonly length: number } | undefined => {
  const wide = (bytes[0] ?? 0) >> 4 !== 0;
  const length = 1 + STEPS * (wide ? 2 : 1);
  if (bytes.length < length) return undefined;
  const view = viewOf(bytes);
  const steps = Array<number>(STEPS).fill(0);
  for (const [i, place] of zigzag.entries())
    steps[place] = wide ? view.getUint16(1 + 2 * i) : view.getUint8(1 + i);
  return { number: (bytes[0] ?? 0) & 15, steps, length };
};

/** All tables by number; one that is defined again before the first scan counts as it was defined last. */
const tablesOf = (segments: readonly Segment[]): ReadonlyMap<number, readonly number[]> => {
  const tables = new Map<number, readonly number[]>();
  for (const { marker, payload } of segments) {
    if (marker !== 0xdb) continue;
    let rest = payload;
    for (let table = tableAt(rest); table !== undefined; table = tableAt(rest)) {
      tables.set(table.number, table.steps);
      rest = rest.subarray(table.length);
    }
  }
  return tables;
};

/**
 * How a JPEG was quantised, of its segments before the first scan and the payload of its frame header: the table of its first component, and
 * that of its second one. Undefined where tables are missing, have a step of 0, or where the first component is no brightness: of RGB
 * and CMYK.
 */
export const quantisationOf = (segments: readonly Segment[], frame: Uint8Array): Quantisation | undefined => {
  const count = frame[5] ?? 0;
  // Components of RGB are named by letters where no segment tells.
  if ((count !== 1 && count !== 3) || (count === 3 && frame[6] === 0x52)) return undefined;
  const tables = tablesOf(segments);
  const of = (component: number): readonly number[] | undefined => {
    const steps = tables.get(frame[8 + 3 * component] ?? -1);
    return steps?.every((step) => step > 0) ? steps : undefined;
  };
  const luma = of(0);
  if (luma === undefined || count === 1) return luma && { luma };
  const chroma = of(1);
  return chroma && { luma, chroma };
};
