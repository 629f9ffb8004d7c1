/** Bits of the nearest half-precision numbers (IEEE 754 binary16), ties to even; beyond ±65504 infinity. */
export const toHalf = (data: Float32Array): Uint16Array => {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const out = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const all = bits[i] as number;
    out[i] = ((all >>> 16) & 0x8000) | magnitude(all & 0x7fffffff, data[i] as number);
  }
  return out;
};

const INFINITY = 0x7c00;

const magnitude = (bits: number, value: number): number => {
  if (bits > 0x7f800000) return INFINITY | 0x200;
  // From halfway between the greatest number and the next power of two on.
  if (bits >= 0x477ff000) return INFINITY;
  if (bits < 0x38800000) return roundToEven(Math.abs(value) * 2 ** 24);
  const moved = bits - 0x38000000;
  return (moved + 0xfff + ((moved >>> 13) & 1)) >>> 13;
};

const roundToEven = (value: number): number => {
  const below = Math.floor(value);
  const over = value - below;
  return over > 0.5 || (over === 0.5 && below % 2 === 1) ? below + 1 : below;
};

const single = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

/** Numbers of half-precision bits, exactly. */
export const fromHalf = (bits: Uint16Array): Float32Array => Float32Array.from(bits, single);
