/** A stretch of one axis of the source, in pixels, not always whole, and how many pixels it becomes. */
export interface Stretch {
  readonly from: number;
  readonly length: number;
  readonly pixels: number;
}

/** True of an axis that stays as it is. */
export const isWhole = ({ from, length, pixels }: Stretch, axis: number): boolean =>
  from === 0 && length === axis && pixels === axis;

/** What becomes of both axes. */
export interface Target {
  readonly across: Stretch;
  readonly down: Stretch;
}
