import { maxOf } from '../../image/samples/samples.js';
import type { Frame } from '../../ports/index.js';

/** One channel of a picture, read row by row as numbers 0..1. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly readRow: (y: number, into: Float64Array) => void;
}

/** What of two pictures is compared: every channel, or their luma. */
export type Channels = 'colour' | 'luma';

/** Weights of ITU-R BT.601, as in most published figures. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** What is looked at of a picture. */
type Pixels = Pick<Frame, 'width' | 'height' | 'channels' | 'samples'>;

const channelOf = (
  { width, height, channels, samples: { data, depth } }: Pixels,
  channel: number,
): Plane => ({
  width,
  height,
  readRow: (y, into) => {
    const scale = 1 / maxOf(depth);
    for (let x = 0, i = y * width * channels + channel; x < width; x++, i += channels)
      into[x] = (data[i] as number) * scale;
  },
});

const lumaOf = ({ width, height, samples: { data, depth } }: Pixels): Plane => ({
  width,
  height,
  readRow: (y, into) => {
    const scale = 1 / maxOf(depth);
    for (let x = 0, i = y * width * 3; x < width; x++, i += 3)
      into[x] =
        (LUMA[0] * (data[i] as number) +
          LUMA[1] * (data[i + 1] as number) +
          LUMA[2] * (data[i + 2] as number)) *
        scale;
  },
});

/** The channels that are compared; a grey picture stands for a colour one with three equal channels. */
export const planesOf = (photo: Pixels, which: Channels): readonly Plane[] => {
  if (photo.channels === 1)
    return Array.from({ length: which === 'luma' ? 1 : 3 }, () => channelOf(photo, 0));
  return which === 'luma' ? [lumaOf(photo)] : [0, 1, 2].map((channel) => channelOf(photo, channel));
};
