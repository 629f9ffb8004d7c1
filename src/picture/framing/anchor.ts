import type { Size } from '../../ports/index.js';

const places = {
  centre: [0.5, 0.5],
  top: [0.5, 0],
  bottom: [0.5, 1],
  left: [0, 0.5],
  right: [1, 0.5],
  'top-left': [0, 0],
  'top-right': [1, 0],
  'bottom-left': [0, 1],
  'bottom-right': [1, 1],
} as const satisfies Readonly<Record<string, readonly [across: number, down: number]>>;

/** Where something stands within something larger. */
export type Anchor = keyof typeof places;

/** Which share of the room that is left over comes before, 0..1: to the left, and above. */
export const shareBefore = (at: Anchor): { readonly across: number; readonly down: number } => {
  const [across, down] = places[at];
  return { across, down };
};

/** How much of the room that is left over comes before, in whole pixels: to the left, and above. */
export const roomBefore = (
  at: Anchor,
  spareWidth: number,
  spareHeight: number,
): { readonly left: number; readonly top: number } => {
  const { across, down } = shareBefore(at);
  return { left: Math.floor(spareWidth * across), top: Math.floor(spareHeight * down) };
};

/** The flips that go through a change of size around the centre: those along axes with as much room on both sides. */
export const flipsOfCentred = (before: Size, after: Size): readonly ('flip-x' | 'flip-y')[] => [
  ...((before.width - after.width) % 2 === 0 ? (['flip-x'] as const) : []),
  ...((before.height - after.height) % 2 === 0 ? (['flip-y'] as const) : []),
];
