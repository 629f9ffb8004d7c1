import { deflateSync } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { MAX_PIECES } from './containers/container.js';
import { pngFile } from './containers/png.js';
import { decode } from './decoding/decode.js';
import { bytesOf } from './decoding/extent.js';
import { readHeader } from './decoding/header.js';
import { asMemoryOption, encodingBytes, extentFrom } from './memory.js';
import { pngOf } from './testing/pieces.js';

const extentIn = async (bytes: Uint8Array) => {
  const header = await readHeader(bytes, 'png', 'a.png')();
  if (E.isLeft(header)) throw new Error(header.left[0].message);
  return extentFrom(header.right);
};

describe('what a file needs, by its header', () => {
  it('is its samples, twice where transparency is parted from them, and the file', async () => {
    const bytes = pngOf(1000, 500, 6, 16);
    const extent = await extentIn(bytes);
    expect(extent).toMatchObject({ width: 1000, height: 500, channels: 3, depth: 'uint16', alpha: true });
    expect(bytesOf(extent)).toBe(1000 * 500 * 8);
    expect(extent.source?.decoding).toBe(2 * 1000 * 500 * 8 + bytes.length);
  });

  it('is more for a file that is interlaced', async () => {
    const plain = await extentIn(pngOf(1000, 500, 2, 8));
    const interlaced = await extentIn(pngOf(1000, 500, 2, 8, true));
    expect(interlaced.source!.decoding - plain.source!.decoding).toBe(3 * 1000 * 500);
  });

  it('is less to encode for a photo that goes back as it came', async () => {
    const extent = await extentIn(pngOf(1000, 500, 6, 16));
    const edited = { ...extent, untouched: false, depth: 'float32' } as const;
    expect(encodingBytes(extent)).toBeLessThan(encodingBytes(edited));
  });
});

describe('decoding within a limit', () => {
  it('refuses before any pixel is decoded, and says how much is needed', async () => {
    const result = await decode({ bytes: pngOf(20_000, 19_999, 6, 16), name: 'b.png' }, { maxMemory: 1e9 })();
    expect(result).toMatchObject({
      left: [
        {
          code: 'image/memory-limit',
          message: 'b.png needs about 6400 MB of memory for decoding, and the limit is 1000 MB.',
        },
      ],
    });
  });

  it('takes what is within it', async () => {
    const rows = deflateSync(Buffer.alloc(3 * 301));
    const file = pngOf(100, 3, 2, 8, false, rows);
    expect(E.isRight(await decode({ bytes: file }, { maxMemory: 1e5 })())).toBe(true);
    expect(E.isLeft(await decode({ bytes: file }, { maxMemory: 100 })())).toBe(true);
  });
});

describe('metadata in absurd amounts', () => {
  it('are refused where a file is all small pieces', async () => {
    const piece = { type: 'tEXt', data: new Uint8Array(0) };
    const head = { type: 'IHDR', data: pngOf(1, 1, 0, 8).slice(16, 29) };
    const file = pngFile([head, ...Array.from({ length: MAX_PIECES + 1 }, () => piece)]);
    expect(await readHeader(file, 'png', 'a.png')()).toMatchObject({
      left: [{ code: 'image/corrupt', message: expect.stringContaining('chunks') }],
    });
  });
});

it.each([
  [1, '1M'],
  [500 * 2 ** 20, '500M'],
  [1000 * 2 ** 20, '1.0G'],
  [1.51 * 2 ** 30, '1.6G'],
])('%d bytes are --memory %s', (bytes, option) => {
  expect(asMemoryOption(bytes)).toBe(option);
});
