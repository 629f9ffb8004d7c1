import type { Point } from './geometry.js';

/** Pointers on a pane: one drags, two pinch. A pure reducer: pointers before and after give what to do. */

export type Pointers = ReadonlyMap<number, Point>;

export const noPointers: Pointers = new Map();

export interface Movement {
  readonly dx: number;
  readonly dy: number;
  readonly factor: number;
  /** Point that the pinch is around. */
  readonly at: Point;
}

export const pressed = (pointers: Pointers, id: number, at: Point): Pointers =>
  new Map([...pointers, [id, at]]);

export const lifted = (pointers: Pointers, id: number): Pointers =>
  new Map([...pointers].filter(([each]) => each !== id));

const middle = (points: readonly Point[]): Point => ({
  x: points.reduce((sum, { x }) => sum + x, 0) / Math.max(1, points.length),
  y: points.reduce((sum, { y }) => sum + y, 0) / Math.max(1, points.length),
});

const spread = ([one, other]: readonly Point[]): number =>
  one === undefined || other === undefined ? 1 : Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));

/** What the first two pointers did between two moments. */
export const movement = (before: Pointers, after: Pointers): Movement => {
  const [was, is] = [before, after].map((pointers) => [...pointers.values()].slice(0, 2)) as [
    Point[],
    Point[],
  ];
  const [from, to] = [middle(was), middle(is)];
  return { dx: to.x - from.x, dy: to.y - from.y, factor: spread(is) / spread(was), at: to };
};
