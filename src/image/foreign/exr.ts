import { UndecodableError } from './fault.js';
import type { Decoding, Pixels } from './pixels.js';

/** The largest number that half precision holds: brighter light is noted as infinite. */
const BRIGHTEST = 65_504;

/** Asks parse-exr for floats. */
const FLOAT = 1015;

/**
 * OpenEXR by parse-exr, in JavaScript: light as floats, from the top left; grey, or RGB with transparency, by which colours are no
 * longer multiplied.
 */
export const decodeExr: Decoding<Pixels> = async (bytes) => {
  const { default: parse } = await import('parse-exr');
  const file = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
  // It writes what it does not know to the console, which is nobody's here.
  console.warn = () => undefined;
  console.error = () => undefined;
  const { width, height, data, header } = parse(file.buffer as ArrayBuffer, FLOAT);
  if (!(data instanceof Float32Array)) throw new UndecodableError('unsupported', 'it holds no floats');
  const given = data.length === width * height ? 1 : 4;
  const named = (header as { readonly channels: readonly { readonly name: string }[] }).channels;
  // Without transparency it gives a channel that is opaque.
  const channels = given === 4 && !named.some(({ name }) => name === 'A') ? 3 : given;
  const out = new Float32Array(width * height * channels);
  // Its rows come from the bottom up.
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let k = 0; k < channels; k++) {
        const value = data[((height - 1 - y) * width + x) * given + k] as number;
        if (Number.isNaN(value)) throw new UndecodableError('refused', 'it has samples that are no numbers');
        out[(y * width + x) * channels + k] = Math.max(-BRIGHTEST, Math.min(BRIGHTEST, value));
      }
  if (channels === 4) divide(out);
  return { width, height, channels, bits: 32, data: out };
};

// Colours are stored as they lie over black; where nothing covers, they are light that is added, and stay.
const divide = (pixels: Float32Array): void => {
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = Math.min(1, Math.max(0, pixels[at + 3] as number));
    pixels[at + 3] = alpha;
    if (alpha > 0 && alpha < 1)
      for (let k = 0; k < 3; k++) pixels[at + k] = (pixels[at + k] as number) / alpha;
  }
};
