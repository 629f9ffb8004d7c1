import type { Frame } from '../../ports/index.js';
import { toDepth } from '../samples/samples.js';

/** Levels of 255 from which on a channel counts as clipped at white, and up to which at black. */
const WHITE = 254;
const BLACK = 1;

type Colour = readonly [red: number, green: number, blue: number];

const HIGH: Colour = [230, 40, 60];
const LOW: Colour = [40, 90, 230];
const DOUBT: Colour = [230, 40, 60];

/** The most that an overlay hides of the picture below it. */
const OPAQUE = 200;

/** A picture of one colour at each place, clear where `paint` gives nothing. */
const painted = (
  { width, height, metadata }: Frame,
  paint: (pixel: number) => readonly [Colour, number] | undefined,
): Frame => {
  const colours = new Uint8Array(width * height * 3);
  const alpha = new Uint8Array(width * height);
  for (let i = 0; i < alpha.length; i++) {
    const found = paint(i);
    if (found === undefined) continue;
    colours.set(found[0], i * 3);
    alpha[i] = found[1];
  }
  const samples = { depth: 'uint8', data: colours } as const;
  return { width, height, channels: 3, samples, alpha: { depth: 'uint8', data: alpha }, metadata };
};

/** What lies over a picture to show where it is clipped: red where a channel is white, blue where all are black, clear elsewhere. */
export const clippingOverlay = (frame: Frame): Frame => {
  const data = toDepth(frame.samples, 'uint8');
  const { channels } = frame;
  return painted(frame, (pixel) => {
    let [most, least] = [0, 255];
    for (let k = 0; k < channels; k++) {
      const sample = data[pixel * channels + k] as number;
      most = Math.max(most, sample);
      least = Math.min(least, sample);
    }
    if (most >= WHITE) return [HIGH, OPAQUE];
    return most <= BLACK && least <= BLACK ? [LOW, OPAQUE] : undefined;
  });
};

/** What lies over a picture to show where an ensemble's members disagree. @param trust grey, white where they agree */
export const trustOverlay = (trust: Frame): Frame => {
  const data = toDepth(trust.samples, 'uint8');
  return painted(trust, (pixel) => [DOUBT, Math.round(((255 - (data[pixel] as number)) * OPAQUE) / 255)]);
};
