import type { Rect } from './geometry.js';

/** The divider between before and after, as a share from 0 to 1 of what is visible of the photo. */

export const dividerAt = (x: number, visible: Rect): number =>
  visible.width <= 0 ? 0.5 : Math.min(1, Math.max(0, (x - visible.x) / visible.width));

export const dividerX = (share: number, visible: Rect): number => visible.x + share * visible.width;

const STEP = 0.01;
const LARGE_STEP = 0.1;

/** Where a key puts the divider, as sliders behave (WAI-ARIA); undefined for keys that are not its own. */
export const dividerAfterKey = (share: number, key: string, isShifted: boolean): number | undefined => {
  const step = isShifted ? LARGE_STEP : STEP;
  const moved = (by: number): number => Math.min(1, Math.max(0, Math.round((share + by) * 1000) / 1000));
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return moved(-step);
    case 'ArrowRight':
    case 'ArrowUp':
      return moved(step);
    case 'PageDown':
      return moved(-LARGE_STEP);
    case 'PageUp':
      return moved(LARGE_STEP);
    case 'Home':
      return 0;
    case 'End':
      return 1;
    default:
      return undefined;
  }
};
