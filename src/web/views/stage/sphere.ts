import { Viewer } from '@photo-sphere-viewer/core';
import '@photo-sphere-viewer/core/index.css';
import type { PhotoInfo } from '../../api/types.js';
import type { Size } from '../../viewer/geometry.js';

/** The 360° viewer; loaded as a part of its own, since it is larger than all of the page beside it. */

export interface SphereView {
  /** Shows another picture of the same panorama, looking in the same direction. */
  readonly show: (url: string) => Promise<void>;
  readonly close: () => void;
}

const loaded = (url: string): Promise<HTMLImageElement> =>
  new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error(url));
    image.src = url;
  });

/** The left eye of a stereo panorama: its upper half, or the left one where the eyes stand side by side (4:1). */
export const leftEye = ({ width, height }: Size): Size =>
  width >= 3 * height ? { width: Math.floor(width / 2), height } : { width, height: Math.floor(height / 2) };

const oneEye = async (url: string): Promise<string> => {
  const image = await loaded(url);
  const eye = leftEye({ width: image.naturalWidth, height: image.naturalHeight });
  const canvas = document.createElement('canvas');
  canvas.width = eye.width;
  canvas.height = eye.height;
  canvas.getContext('2d')?.drawImage(image, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', 0.92);
  });
  return blob === null ? url : URL.createObjectURL(blob);
};

/** The picture to wrap around: of a stereo panorama a copy of one eye, which is given back when the next one is shown. */
const sources = (isStereo: boolean) => {
  let copy: string | undefined;
  return async (url: string): Promise<string> => {
    if (!isStereo) return url;
    const next = await oneEye(url);
    if (copy !== undefined) URL.revokeObjectURL(copy);
    copy = next;
    return next;
  };
};

export const openSphere = async (
  container: HTMLElement,
  url: string,
  info: PhotoInfo,
): Promise<SphereView> => {
  const sourceOf = sources(info.facts.stereo);
  let now = url;
  const viewer = new Viewer({
    container,
    panorama: await sourceOf(url),
    navbar: false,
    keyboard: 'always',
    mousewheelCtrlKey: false,
    touchmoveTwoFingers: false,
    defaultZoomLvl: 20,
  });
  await new Promise<void>((resolve, reject) => {
    viewer.addEventListener('ready', () => resolve(), { once: true });
    viewer.addEventListener('panorama-error', () => reject(new Error(url)), { once: true });
  });
  return {
    show: async (next) => {
      if (next === now) return;
      now = next;
      await viewer.setPanorama(await sourceOf(next), { transition: false, showLoader: false });
    },
    close: () => viewer.destroy(),
  };
};
