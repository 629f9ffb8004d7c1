import { concat, fromLatin1, viewOf } from '../bytes.js';
import type { Indexed } from '../samples/indexed.js';

/** A growing array of bytes in GIF's sub-blocks of up to 255, filled bit by bit from the lowest. */
const bitWriter = () => {
  const blocks: Uint8Array[] = [];
  let block = new Uint8Array(256);
  let used = 0;
  let pending = 0;
  let held = 0;
  const flush = () => {
    if (used === 0) return;
    block[0] = used;
    blocks.push(block.subarray(0, used + 1));
    block = new Uint8Array(256);
    used = 0;
  };
  const byte = (value: number) => {
    used += 1;
    block[used] = value;
    if (used === 255) flush();
  };
  return {
    write: (code: number, size: number) => {
      pending |= code << held;
      held += size;
      while (held >= 8) {
        byte(pending & 255);
        pending >>>= 8;
        held -= 8;
      }
    },
    finish: (): Uint8Array => {
      if (held > 0) byte(pending & 255);
      flush();
      return concat([...blocks, Uint8Array.of(0)]);
    },
  };
};

const maxCodes = 4096;

// LZW with codes that grow from one bit more than an index to twelve bits (GIF89a, appendix F).
const compress = (indices: Uint8Array, indexBits: number): Uint8Array => {
  const writer = bitWriter();
  const clear = 1 << indexBits;
  let size = indexBits + 1;
  let next = clear + 2;
  // The code of each known string followed by each index; 0 for none.
  const table = new Uint16Array(maxCodes * 256);
  writer.write(clear, size);
  let code = indices[0] ?? 0;
  for (let i = 1; i < indices.length; i++) {
    const index = indices[i] as number;
    const longer = table[code * 256 + index] as number;
    if (longer !== 0) {
      code = longer;
      continue;
    }
    writer.write(code, size);
    if (next < maxCodes) {
      table[code * 256 + index] = next;
      if (next === 1 << size) size += 1;
      next += 1;
    } else {
      writer.write(clear, size);
      table.fill(0);
      size = indexBits + 1;
      next = clear + 2;
    }
    code = index;
  }
  writer.write(code, size);
  // The decoder has by now one string more, and may expect a wider code.
  if (next === 1 << size && size < 12) size += 1;
  writer.write(clear + 1, size);
  return writer.finish();
};

/** Whether GIF can hold the palette as it is: one colour at most is transparent, and wholly. */
export const fitsGif = ({ palette }: Indexed): boolean => {
  const translucent = palette.filter(([, , , opacity]) => opacity < 255);
  return translucent.length <= 1 && translucent.every(([, , , opacity]) => opacity === 0);
};

/** A GIF with exactly this palette; libvips would choose one of its own, and change colours to fit it. */
export const writeIndexedGif = (
  { palette, indices }: Indexed,
  width: number,
  interlaced: boolean,
): Uint8Array => {
  const height = indices.length / width;
  const bits = Math.max(1, Math.ceil(Math.log2(palette.length)));
  const table = new Uint8Array(3 * 2 ** bits);
  palette.forEach(([r, g, b], i) => {
    table.set([r, g, b], i * 3);
  });
  const screen = new Uint8Array(7);
  viewOf(screen).setUint16(0, width, true);
  viewOf(screen).setUint16(2, height, true);
  screen[4] = 0x80 | (7 << 4) | (bits - 1);
  const transparent = palette[0]?.[3] === 0;
  const control = transparent ? Uint8Array.of(0x21, 0xf9, 4, 1, 0, 0, 0, 0) : new Uint8Array(0);
  const image = new Uint8Array(10);
  image[0] = 0x2c;
  viewOf(image).setUint16(5, width, true);
  viewOf(image).setUint16(7, height, true);
  image[9] = interlaced ? 0x40 : 0;
  const codeBits = Math.max(2, bits);
  return concat([
    fromLatin1('GIF89a'),
    screen,
    table,
    control,
    image,
    Uint8Array.of(codeBits),
    compress(interlaced ? interlace(indices, width) : indices, codeBits),
    Uint8Array.of(0x3b),
  ]);
};

// Four passes: every eighth row, those between, and so on (GIF89a, appendix E).
const interlace = (indices: Uint8Array, width: number): Uint8Array => {
  const height = indices.length / width;
  const rows = [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ].flatMap(([from = 0, step = 1]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - from) / step)) }, (_, i) => from + i * step),
  );
  return concat(rows.map((row) => indices.subarray(row * width, (row + 1) * width)));
};
