import { effect, signal } from '@preact/signals';
import * as client from '../api/client.js';
import { type Clipping, clippingOf, type Histogram, histogramOf } from '../viewer/pixels.js';
import { shown } from './previews.js';
import { chosenInfo, overlay } from './store.js';

/** What is read off the pixels of what is shown: the histogram, and what is clipped. */

export const histogram = signal<Histogram | undefined>(undefined);

export interface ClippingShown {
  readonly clipping: Clipping;
  readonly width: number;
  readonly height: number;
}
export const clipping = signal<ClippingShown | undefined>(undefined);

const HISTOGRAM_SIZE = 256;
const CLIPPING_SIZE = 1600;

const pixelsOf = async (blob: Blob, most: number): Promise<ImageData | undefined> => {
  try {
    const bitmap = await createImageBitmap(blob);
    const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return context?.getImageData(0, 0, canvas.width, canvas.height);
  } catch {
    return undefined;
  }
};

/** The chosen photo as it was, where nothing is done to it. */
const original = async (photo: string, size: number): Promise<Blob | undefined> => {
  try {
    const response = await fetch(client.viewOf(photo, size));
    return response.ok ? await response.blob() : undefined;
  } catch {
    return undefined;
  }
};

export const startPixels = (): void => {
  let turn = 0;
  effect(() => {
    const info = chosenInfo.value;
    const made = shown.value;
    const isClipping = overlay.value === 'clipping';
    const now = ++turn;
    if (!isClipping) clipping.value = undefined;
    if (info === undefined) {
      histogram.value = undefined;
      return;
    }
    // Until the edit is there, the photo as it was stands for it.
    const blob = (size: number): Promise<Blob | undefined> =>
      made === undefined ? original(info.id, size) : Promise.resolve(made.blob);
    const run = async (): Promise<void> => {
      const small = await blob(640);
      const pixels = small && (await pixelsOf(small, HISTOGRAM_SIZE));
      if (pixels !== undefined && now === turn) histogram.value = histogramOf(pixels.data);
      const large = isClipping ? await blob(CLIPPING_SIZE) : undefined;
      const all = large && (await pixelsOf(large, CLIPPING_SIZE));
      if (all !== undefined && now === turn)
        clipping.value = { clipping: clippingOf(all.data), width: all.width, height: all.height };
    };
    void run();
  });
};
