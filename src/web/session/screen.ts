import { computed, signal } from '@preact/signals';
import { sizePlan } from '../state/sizes.js';
import { fitScale, neededPixels, type Size } from '../viewer/geometry.js';
import { chosen, chosenInfo, isSphere, mode, view } from './store.js';

/** Size of the stage in CSS pixels; two panes share it side by side. */
export const stage = signal<Size>({ width: 800, height: 600 });
/** What the browser says of a photo's size. */
export const localSize = signal<{ readonly key: string; readonly size: Size } | undefined>(undefined);
export const density = signal(globalThis.devicePixelRatio ?? 1);

/** Size of the chosen photo in its own pixels: from the server, and from the browser until that has answered. */
export const photoSize = computed((): Size | undefined => {
  if (chosenInfo.value !== undefined) return chosenInfo.value;
  return localSize.value?.key === chosen.value?.key ? localSize.value?.size : undefined;
});

/** Whether the two panes of "side by side" lie one above the other, where that shows more of the photo. */
export const isStacked = computed(() => {
  const { width, height } = stage.value;
  const photo = photoSize.value ?? { width: 3, height: 2 };
  return fitScale(photo, { width, height: height / 2 }) > fitScale(photo, { width: width / 2, height });
});

export const pane = computed((): Size => {
  const { width, height } = stage.value;
  if (mode.value !== 'side') return { width, height };
  return isStacked.value ? { width, height: height / 2 } : { width: width / 2, height };
});

/** Long side in device pixels that the photo needs to be sharp where it is shown. */
export const needed = computed((): number => {
  const info = chosenInfo.value;
  if (info === undefined) return 0;
  if (isSphere.value) return Math.max(info.width, info.height);
  return neededPixels(view.value, info, pane.value, density.value);
});

/** Whether the photo is looked at so closely that only its full size is sharp. */
export const needsFull = computed((): boolean => {
  const info = chosenInfo.value;
  return info !== undefined && sizePlan(needed.value, Math.max(info.width, info.height)).isFull;
});
