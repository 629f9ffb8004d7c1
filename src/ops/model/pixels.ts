import { sources } from '../../image/samples/window.js';
import type { HostTensor, Size } from '../../ports/index.js';
import { axesOf } from './axes.js';
import { channelsOf, type Interface } from './interface.js';

/** Interleaved values, black 0 and white 1, that may go beyond. */
export interface Values extends Size {
  readonly channels: number;
  readonly data: Float32Array;
}

/** Weights of red, green and blue in brightness (ITU-R BT.601, as JPEG and most networks for super-resolution have it). */
const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114] as const;

/** The brightness of a picture, one channel: Y of YCbCr in full range. */
export const brightnessOf = ({ width, height, channels, data }: Values): Values => {
  if (channels === 1) return { width, height, channels, data };
  const out = new Float32Array(width * height);
  for (let i = 0, at = 0; i < out.length; i++, at += 3)
    out[i] = RED * (data[at] as number) + GREEN * (data[at + 1] as number) + BLUE * (data[at + 2] as number);
  return { width, height, channels: 1, data: out };
};

/** A picture with another brightness and the colours that it has: Cb and Cr of YCbCr stay, so every channel moves by as much. */
export const withBrightness = (picture: Values, brightness: Values): Values => {
  const before = brightnessOf(picture).data;
  const { channels } = picture;
  const data = picture.data.map((value, i) => {
    const pixel = Math.floor(i / channels);
    return value + (brightness.data[pixel] as number) - (before[pixel] as number);
  });
  return { ...picture, data };
};

/** Steps from one neighbour to the next along each axis of a contiguous tensor. */
const stridesOf = (shape: readonly number[]): readonly number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));

/**
 * The tensor that a model takes: the picture at the top left, mirrored beyond its edges up to `full`, in the model's
 * layout, order of channels, range and kind of numbers. Of grey pictures all channels are equal; for a model of brightness the picture
 * holds that alone (`brightnessOf`).
 */
export const toTensor = (
  { layout, batched, element, range: [black, white], mean, std, order }: Interface,
  { width, height, channels, data }: Values,
  full: Size,
): HostTensor => {
  const { c, h, w } = axesOf(layout, 3);
  const planes = channelsOf(order);
  const picture: number[] = [planes, planes, planes];
  picture[h] = full.height;
  picture[w] = full.width;
  const strides = stridesOf(picture);
  const [alongC, alongH, alongW] = [strides[c] ?? 1, strides[h] ?? 1, strides[w] ?? 1];
  const columns = sources(0, full.width, width, 'reflect');
  const rows = sources(0, full.height, height, 'reflect');
  const count = full.width * full.height * planes;
  const out = element === 'uint8' ? new Uint8ClampedArray(count) : new Float32Array(count);
  for (let channel = 0; channel < planes; channel++) {
    const place = order === 'bgr' ? 2 - channel : channel;
    const gain = (white - black) / (std[place] ?? 1);
    const offset = (black - (mean[place] ?? 0)) / (std[place] ?? 1);
    const source = channels === 1 ? 0 : channel;
    for (let y = 0; y < full.height; y++) {
      const from = (rows[y] as number) * width;
      const to = place * alongC + y * alongH;
      for (let x = 0; x < full.width; x++)
        out[to + x * alongW] =
          (data[(from + (columns[x] as number)) * channels + source] as number) * gain + offset;
    }
  }
  const shape = batched ? [1, ...picture] : picture;
  // Clamped arrays round to the nearest and never wrap around.
  return out instanceof Uint8ClampedArray
    ? { dtype: 'uint8', shape, data: new Uint8Array(out.buffer) }
    : { dtype: 'float32', shape, data: out };
};

/** Size and channels of a result, and the layout it has: the input's, unless its channels are plainly elsewhere. */
export const resultShape = (
  { layout }: Pick<Interface, 'layout'>,
  shape: readonly number[],
): (Size & { readonly channels: number; readonly layout: Interface['layout'] }) | undefined => {
  const rank = shape.length;
  if ((rank !== 3 && rank !== 4) || (rank === 4 && shape[0] !== 1)) return undefined;
  const layouts = layout === 'nchw' ? (['nchw', 'nhwc'] as const) : (['nhwc', 'nchw'] as const);
  const isPicture = (each: Interface['layout']): boolean => [1, 3].includes(shape[axesOf(each, rank).c] ?? 0);
  const found = layouts.find(isPicture) ?? layout;
  const { c, h, w } = axesOf(found, rank);
  return { layout: found, channels: shape[c] ?? 0, height: shape[h] ?? 0, width: shape[w] ?? 0 };
};

/** The top left `part` of a result as interleaved values in red, green, blue. */
export const fromTensor = (
  { outputRange: [black, white], order }: Interface,
  { data }: HostTensor,
  result: NonNullable<ReturnType<typeof resultShape>>,
  part: Size,
): Values => {
  const { channels } = result;
  const { c, h, w } = axesOf(result.layout, 3);
  const picture = [channels, channels, channels];
  picture[h] = result.height;
  picture[w] = result.width;
  const strides = stridesOf(picture);
  const [alongC, alongH, alongW] = [strides[c] ?? 1, strides[h] ?? 1, strides[w] ?? 1];
  const out = new Float32Array(part.width * part.height * channels);
  const span = white - black;
  for (let channel = 0; channel < channels; channel++) {
    const place = order === 'bgr' ? channels - 1 - channel : channel;
    for (let y = 0; y < part.height; y++) {
      const from = place * alongC + y * alongH;
      const to = y * part.width;
      for (let x = 0; x < part.width; x++)
        out[(to + x) * channels + channel] = ((data[from + x * alongW] as number) - black) / span;
    }
  }
  return { ...part, channels, data: out };
};
