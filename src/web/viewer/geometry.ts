/** Where a photo lies in a pane: pure functions of sizes in CSS pixels. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect extends Point, Size {}

/**
 * What part of the photo is looked at. `free`: a photo's pixel is `scale` CSS pixels, and the point (`x`, `y`), from 0 to 1 of the photo,
 * lies in the middle of the pane.
 */
export type View =
  | { readonly kind: 'fit' }
  | { readonly kind: 'free'; readonly scale: number; readonly x: number; readonly y: number };

export const FIT: View = { kind: 'fit' };

/** Photo's pixels are shown as large as this many CSS pixels at most. */
const LARGEST = 8;

/** Room around a photo that fits, in CSS pixels. */
const MARGIN = 20;

/** Scale at which a photo fits into a pane; small photos are not blown up beyond their pixels' size. */
export const fitScale = (photo: Size, pane: Size): number => {
  const margin = Math.min(MARGIN, pane.width / 16, pane.height / 16);
  const fit = Math.min((pane.width - 2 * margin) / photo.width, (pane.height - 2 * margin) / photo.height);
  return Math.max(1e-4, Math.min(1, fit));
};

export const scaleOf = (view: View, photo: Size, pane: Size): number =>
  view.kind === 'fit' ? fitScale(photo, pane) : view.scale;

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** A centre such that no empty room is shown where the photo could fill it; what is smaller than the pane is centred. */
const centre = (wanted: number, shown: number, room: number): number =>
  shown <= room ? 0.5 : clamp(wanted, room / 2 / shown, 1 - room / 2 / shown);

/** The view with its scale and centre within bounds. What is as small as the fit is the fit. */
export const bounded = (view: View, photo: Size, pane: Size): View => {
  if (view.kind === 'fit') return FIT;
  const least = fitScale(photo, pane);
  if (view.scale <= least * 1.001) return FIT;
  const scale = Math.min(view.scale, Math.max(LARGEST, least));
  return {
    kind: 'free',
    scale,
    x: centre(view.x, photo.width * scale, pane.width),
    y: centre(view.y, photo.height * scale, pane.height),
  };
};

/** Where the whole photo lies, in the pane's coordinates; most of it may be outside. */
export const photoRect = (view: View, photo: Size, pane: Size): Rect => {
  const scale = scaleOf(view, photo, pane);
  const [width, height] = [photo.width * scale, photo.height * scale];
  const [x, y] = view.kind === 'fit' ? [0.5, 0.5] : [view.x, view.y];
  return { x: pane.width / 2 - x * width, y: pane.height / 2 - y * height, width, height };
};

/** The part of the pane that shows photo. */
export const visibleRect = (view: View, photo: Size, pane: Size): Rect => {
  const { x, y, width, height } = photoRect(view, photo, pane);
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  return {
    x: left,
    y: top,
    width: Math.max(0, Math.min(pane.width, x + width) - left),
    height: Math.max(0, Math.min(pane.height, y + height) - top),
  };
};

/** The view enlarged by `factor`, what is under `at` (the pane's coordinates) staying where it is. */
export const zoomedBy = (view: View, factor: number, at: Point, photo: Size, pane: Size): View => {
  const { x, y, width, height } = photoRect(view, photo, pane);
  const scale = clamp(scaleOf(view, photo, pane) * factor, fitScale(photo, pane), LARGEST);
  const [u, v] = [(at.x - x) / width, (at.y - y) / height];
  const [w, h] = [photo.width * scale, photo.height * scale];
  return bounded(
    { kind: 'free', scale, x: u - (at.x - pane.width / 2) / w, y: v - (at.y - pane.height / 2) / h },
    photo,
    pane,
  );
};

/** The view at a scale, with what is under `at` staying where it is. */
export const zoomedTo = (view: View, scale: number, at: Point, photo: Size, pane: Size): View =>
  zoomedBy(view, scale / scaleOf(view, photo, pane), at, photo, pane);

/** The view after the photo was dragged by (`dx`, `dy`) CSS pixels. */
export const pannedBy = (view: View, dx: number, dy: number, photo: Size, pane: Size): View => {
  if (view.kind === 'fit') return view;
  const { width, height } = photoRect(view, photo, pane);
  return bounded({ ...view, x: view.x - dx / width, y: view.y - dy / height }, photo, pane);
};

/** Long side of the photo, in device pixels, that a view needs to be sharp. */
export const neededPixels = (view: View, photo: Size, pane: Size, density: number): number => {
  const longest = Math.max(photo.width, photo.height);
  return Math.min(longest, Math.ceil(longest * scaleOf(view, photo, pane) * density));
};
