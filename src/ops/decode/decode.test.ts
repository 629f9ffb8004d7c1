import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { firstKey, runMap } from '../testing/run.js';
import { decode } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-decode-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'photo.jpg');
const cut = join(folder, 'cut.jpg');
let bytes: Buffer;
beforeAll(async () => {
  const noise = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7919) % 251));
  bytes = await sharp(noise, { raw: { width: 40, height: 30, channels: 3 } })
    .jpeg()
    .toBuffer();
  writeFileSync(path, bytes);
  writeFileSync(cut, bytes.subarray(0, bytes.length / 2));
});

type Params = Parameters<typeof decode>[0];

interface Tried {
  readonly warnings: readonly string[];
  readonly size?: readonly number[];
  readonly code?: string;
  readonly message?: string;
}

const decoded = async (file: string, params: Params = {}): Promise<Tried> => {
  const warnings: string[] = [];
  const result = await runMap<Frame>(decode(params), { path: file }, {}, warnings);
  return {
    warnings,
    ...(E.isRight(result)
      ? { size: [result.right.width, result.right.height] }
      : { code: result.left[0].code, message: result.left[0].message }),
  };
};

describe('decode', () => {
  it('reads a picture, and names it by its place below the source', async () => {
    expect(await decoded(path)).toEqual({ size: [40, 30], warnings: [] });
    const missing = await decoded(join(folder, 'nowhere.jpg'));
    expect(missing.code).toBe('image/not-found');
    writeFileSync(join(folder, 'text.jpg'), 'no picture at all');
    expect((await decoded(join(folder, 'text.jpg'))).message).toContain(firstKey.path);
  });

  it('reads no more pixels and bytes than it may', async () => {
    expect(await decoded(path, { maxPixels: 1200 })).toMatchObject({ size: [40, 30] });
    expect((await decoded(path, { maxPixels: 1199 })).code).toBeDefined();
    expect(await decoded(path, { maxBytes: bytes.length })).toMatchObject({ size: [40, 30] });
    expect((await decoded(path, { maxBytes: bytes.length - 1 })).code).toBeDefined();
  });

  it('refuses what is cut off, unless it is to be kept, and then says so', async () => {
    expect((await decoded(cut)).code).toBeDefined();
    expect((await decoded(cut, { damaged: 'refuse' })).code).toBeDefined();
    const kept = await decoded(cut, { damaged: 'keep' });
    expect(kept.size).toEqual([40, 30]);
    expect(kept.warnings).toHaveLength(1);
  });
});
