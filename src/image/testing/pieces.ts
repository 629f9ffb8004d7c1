import { pngFile } from '../containers/png.js';

/** A PNG file whose header says what it is asked to, whatever its pixels are. Colour types: 0 grey, 2 RGB, 6 RGBA. */
export const pngOf = (
  width: number,
  height: number,
  colourType: 0 | 2 | 6,
  bits: 8 | 16,
  interlaced = false,
  pixels: Uint8Array = new Uint8Array(0),
): Uint8Array => {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([bits, colourType, 0, 0, interlaced ? 1 : 0], 8);
  return pngFile([
    { type: 'IHDR', data: head },
    { type: 'IDAT', data: pixels },
  ]);
};
