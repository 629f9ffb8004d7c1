/** Samples of fewer than eight bits, as PNG and TIFF store them: the first in the upper bits, rows on whole bytes. */

/** The levels of 8-bit grey as numbers of `bits` bits; undefined when some level lies between those. */
export const levelsOf = (grey: Uint8Array, bits: 1 | 2 | 4): Uint8Array | undefined => {
  const step = 255 / (2 ** bits - 1);
  const out = new Uint8Array(grey.length);
  for (let i = 0; i < grey.length; i++) {
    const value = grey[i] as number;
    if (value % step !== 0) return undefined;
    out[i] = value / step;
  }
  return out;
};

/** Packs rows of small numbers. */
export const packBits = (values: Uint8Array, width: number, bits: 1 | 2 | 4 | 8): Uint8Array => {
  if (bits === 8) return values;
  const rows = values.length / width;
  const stride = Math.ceil((width * bits) / 8);
  const perByte = 8 / bits;
  const out = new Uint8Array(rows * stride);
  for (let y = 0, i = 0; y < rows; y++)
    for (let x = 0; x < width; x++, i++) {
      const at = y * stride + Math.floor(x / perByte);
      const shift = 8 - bits * ((x % perByte) + 1);
      out[at] = (out[at] as number) | ((values[i] as number) << shift);
    }
  return out;
};
