/** What is counted and marked of a picture's pixels, on the page itself. Pixels are RGBA bytes, row after row. */

type Bytes = Uint8Array | Uint8ClampedArray;

/** A sample counts as clipped from these values on; JPEG moves samples that are clipped by one or two. */
const WHITE = 254;
const BLACK = 1;

export interface Clipping {
  /** RGBA: red where any channel is full, blue where all are empty, transparent elsewhere. */
  readonly marks: Uint8ClampedArray<ArrayBuffer>;
  /** Shares of the pixels, from 0 to 1. */
  readonly lights: number;
  readonly shadows: number;
}

export const clippingOf = (pixels: Bytes): Clipping => {
  const marks = new Uint8ClampedArray(pixels.length);
  const count = Math.max(1, pixels.length / 4);
  let lights = 0;
  let shadows = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const [r = 0, g = 0, b = 0] = [pixels[at], pixels[at + 1], pixels[at + 2]];
    if (Math.max(r, g, b) >= WHITE) {
      lights++;
      marks.set([255, 48, 48, 255], at);
    } else if (Math.max(r, g, b) <= BLACK) {
      shadows++;
      marks.set([64, 128, 255, 255], at);
    }
  }
  return { marks, lights: lights / count, shadows: shadows / count };
};

export const BINS = 64;

export interface Histogram {
  readonly red: readonly number[];
  readonly green: readonly number[];
  readonly blue: readonly number[];
}

/** How many pixels lie in each of `BINS` ranges of a channel, as a share of the fullest inner one; ends may be fuller and are cut at 1. */
export const histogramOf = (pixels: Bytes): Histogram => {
  const counts = [0, 1, 2].map((channel) => {
    const bins = new Array<number>(BINS).fill(0);
    for (let at = channel; at < pixels.length; at += 4) {
      const bin = ((pixels[at] ?? 0) * BINS) >> 8;
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    return bins;
  });
  const most = Math.max(1, ...counts.flatMap((bins) => bins.slice(1, -1)));
  const [red = [], green = [], blue = []] = counts.map((bins) =>
    bins.map((each) => Math.min(1, each / most)),
  );
  return { red, green, blue };
};

/** The outline of a histogram's channel as an SVG path, in a box of 1 by 1 with 0 at the bottom. */
export const outlineOf = (bins: readonly number[]): string => {
  const last = Math.max(1, bins.length - 1);
  const points = bins.map((value, index) => `${(index / last).toFixed(4)} ${(1 - value).toFixed(4)}`);
  return `M0 1L${points.join('L')}L1 1Z`;
};
