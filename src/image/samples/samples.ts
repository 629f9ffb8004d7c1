import type { Samples } from '../../ports/index.js';

/** A typed array that holds the samples of a file, in the file's own colour space. */
export type Raw = Uint8Array | Uint16Array | Float32Array;

/** How samples are kept. */
export type Depth = Samples['depth'];

/** The depth of samples that a typed array holds. */
export const depthOf = (data: Raw): Depth =>
  data instanceof Uint8Array ? 'uint8' : data instanceof Uint16Array ? 'uint16' : 'float32';

/** The typed array as a frame's samples. */
export const samplesOf = (data: Raw): Samples => {
  if (data instanceof Uint8Array) return { depth: 'uint8', data };
  return data instanceof Uint16Array ? { depth: 'uint16', data } : { depth: 'float32', data };
};

/** The value that stands for white, or opaque. */
export const maxOf = (depth: Depth): number => (depth === 'uint8' ? 255 : depth === 'uint16' ? 65535 : 1);

const quantiseFloats = (data: Float32Array, out: Uint8Array | Uint16Array, max: number): void => {
  for (let i = 0; i < data.length; i++) {
    const x = (data[i] as number) * max;
    // The comparison is false for NaN, which becomes black.
    out[i] = x > 0 ? (x < max ? x + 0.5 : max) : 0;
  }
};

/**
 * Samples at another depth: rounded to the nearest level and clipped when levels become fewer, exact when they become
 * more (8 bits to 16: times 257). The same array when the depth is already right.
 */
export const toDepth = (samples: Samples, depth: Depth): Raw => {
  if (samples.depth === depth) return samples.data;
  const { data } = samples;
  if (depth === 'float32') {
    const out = new Float32Array(data.length);
    const scale = maxOf(samples.depth);
    for (let i = 0; i < data.length; i++) out[i] = (data[i] as number) / scale;
    return out;
  }
  const out = depth === 'uint8' ? new Uint8Array(data.length) : new Uint16Array(data.length);
  if (samples.depth === 'float32') quantiseFloats(samples.data, out, maxOf(depth));
  else if (samples.depth === 'uint8')
    for (let i = 0; i < data.length; i++) out[i] = (data[i] as number) * 257;
  else for (let i = 0; i < data.length; i++) out[i] = ((data[i] as number) + 128) / 257;
  return out;
};

/** A new array of the same type. */
export const emptyLike = <A extends Raw>(data: A, length: number): A =>
  new (data.constructor as new (length: number) => A)(length);

/**
 * Parts interleaved samples: the first `keep` of every `channels`, and the last one (transparency) by itself. The
 * others are dropped: grey with transparency comes as four channels of which three are equal.
 */
export const split = <A extends Raw>(data: A, channels: number, keep: number): readonly [A, A] => {
  const pixels = data.length / channels;
  const colours = emptyLike(data, pixels * keep);
  const alpha = emptyLike(data, pixels);
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += channels) {
    for (let k = 0; k < keep; k++) colours[to++] = data[from + k] as number;
    alpha[i] = data[from + channels - 1] as number;
  }
  return [colours, alpha];
};

/** Keeps the first of every `channels` samples: the grey of a picture whose channels are equal. */
export const firstOf = <A extends Raw>(data: A, channels: number): A => {
  const out = emptyLike(data, data.length / channels);
  for (let i = 0, from = 0; i < out.length; i++, from += channels) out[i] = data[from] as number;
  return out;
};

/** Puts transparency back beside the colours: one interleaved array of `channels + 1`. Both have one type. */
export const interleave = (colours: Raw, channels: number, alpha: Raw): Raw => {
  const out = emptyLike(colours, alpha.length * (channels + 1));
  for (let i = 0, from = 0, to = 0; i < alpha.length; i++) {
    for (let k = 0; k < channels; k++) out[to++] = colours[from++] as number;
    out[to++] = alpha[i] as number;
  }
  return out;
};

/** Three equal channels of one. */
export const spread = (grey: Raw): Raw => {
  const out = emptyLike(grey, grey.length * 3);
  for (let i = 0, to = 0; i < grey.length; i++) {
    const value = grey[i] as number;
    out[to++] = value;
    out[to++] = value;
    out[to++] = value;
  }
  return out;
};

/**
 * Lays a picture over white, in its own encoding, as editors do when a format has no transparency.
 * Colours and alpha have one depth.
 */
export const overWhite = (colours: Raw, channels: number, alpha: Raw): Raw => {
  const max = maxOf(depthOf(colours));
  const round = max === 1 ? 0 : 0.5;
  const out = emptyLike(colours, colours.length);
  for (let i = 0, at = 0; i < alpha.length; i++) {
    const opacity = (alpha[i] as number) / max;
    for (let k = 0; k < channels; k++, at++)
      out[at] = (colours[at] as number) * opacity + max * (1 - opacity) + round;
  }
  return out;
};

/** Spreads samples of fewer than 16 bits, which the decoder puts in the upper bits, over the whole range. */
export const widen = (data: Uint16Array, bits: number): Uint16Array => {
  const out = new Uint16Array(data.length);
  // Repeating the upper bits below: the top level becomes 65535, and shifting back gives the old value.
  for (let i = 0; i < data.length; i++) out[i] = (data[i] as number) | ((data[i] as number) >> bits);
  return out;
};

/** Rounds 16-bit samples to `bits`, left in the upper bits where the encoder looks for them. */
export const narrow = (data: Uint16Array, bits: number): Uint16Array => {
  const out = new Uint16Array(data.length);
  const [max, shift] = [2 ** bits - 1, 16 - bits];
  for (let i = 0; i < data.length; i++) out[i] = Math.round(((data[i] as number) * max) / 65535) << shift;
  return out;
};
