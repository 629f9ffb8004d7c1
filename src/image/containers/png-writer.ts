import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { viewOf } from '../bytes.js';
import { packBits } from '../samples/bit-packing.js';
import type { Indexed } from '../samples/indexed.js';
import { type Chunk, pngFile } from './png.js';

const compress = promisify<Uint8Array, { level: number }, Uint8Array>(deflate);

type Bits = 1 | 2 | 4 | 8;

const header = (width: number, height: number, bits: Bits, colourType: 0 | 3): Chunk => {
  const data = new Uint8Array(13);
  viewOf(data).setUint32(0, width);
  viewOf(data).setUint32(4, height);
  data.set([bits, colourType], 8);
  return { type: 'IHDR', data };
};

// Each row starts with its filter: none, which is best for small numbers (PNG specification, 12.7).
const pixels = async (values: Uint8Array, width: number, bits: Bits, level: number): Promise<Chunk> => {
  const packed = packBits(values, width, bits);
  const height = values.length / width;
  const stride = packed.length / height;
  const rows = new Uint8Array(packed.length + height);
  for (let y = 0; y < height; y++)
    rows.set(packed.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  return { type: 'IDAT', data: await compress(rows, { level }) };
};

/** A PNG of grey levels that fit in fewer than eight bits, which libvips would widen. */
export const writeGreyPng = async (
  levels: Uint8Array,
  width: number,
  bits: 1 | 2 | 4,
  level: number,
): Promise<Uint8Array> =>
  pngFile([header(width, levels.length / width, bits, 0), await pixels(levels, width, bits, level)]);

const bitsFor = (colours: number): Bits => (colours <= 2 ? 1 : colours <= 4 ? 2 : colours <= 16 ? 4 : 8);

/**
 * A PNG with exactly this palette; libvips would choose a palette of its own, and change colours to fit it.
 * `least`: the fewest bits an index may have.
 */
export const writeIndexedPng = async (
  { palette, indices }: Indexed,
  width: number,
  least: number,
  level: number,
): Promise<Uint8Array> => {
  const needed = bitsFor(palette.length);
  const bits = ([1, 2, 4, 8] as const).find((count) => count >= needed && count >= least) ?? 8;
  const opacities = palette.map(([, , , opacity]) => opacity).filter((opacity) => opacity < 255);
  return pngFile([
    header(width, indices.length / width, bits, 3),
    { type: 'PLTE', data: Uint8Array.from(palette.flatMap((colour) => colour.slice(0, 3))) },
    ...(opacities.length > 0 ? [{ type: 'tRNS', data: Uint8Array.from(opacities) }] : []),
    await pixels(indices, width, bits, level),
  ]);
};
