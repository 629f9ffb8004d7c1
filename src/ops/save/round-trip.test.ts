import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import type { Encoded, Frame, Saved } from '../../ports/index.js';
import { decode } from '../decode/index.js';
import { encode } from '../encode/index.js';
import { frameFrom } from '../testing/frames.js';
import { runMap } from '../testing/run.js';
import { save } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'prismflow-save-'));
afterAll(() => rmSync(folder, { recursive: true }));

const right = <A>(result: E.Either<readonly { readonly code: string }[], A>): A => {
  if (E.isLeft(result)) throw new Error(result.left.map(({ code }) => code).join());
  return result.right;
};

describe('decode, encode and save', () => {
  const frame = frameFrom({ width: 5, height: 3 }, (x, y, channel) => (x + y + channel) / 10);

  it('write a picture that is read back as it was', async () => {
    const bytes = right(await runMap<Encoded>(encode('png'), frame));
    const saved = right(await runMap<Saved>(save({ to: join(folder, 'sub/{name}.{ext}') }), bytes));
    expect(saved).toEqual({
      path: join(folder, 'sub/photo.png'),
      size: bytes.bytes.byteLength,
      digest: createHash('sha256').update(bytes.bytes).digest('hex'),
    });
    const again = right(await runMap<Frame>(decode(), { path: saved.path }));
    expect([again.width, again.height, again.samples]).toEqual([5, 3, frame.samples]);
  });

  it('write over what was there only where they are told to', async () => {
    const target = join(folder, 'photo.webp');
    writeFileSync(target, 'old');
    const bytes = right(await runMap<Encoded>(encode({ format: 'webp', lossless: true }), frame));
    expect(await runMap<Saved>(save(folder), bytes)).toMatchObject({ left: [{ code: 'file/exists' }] });
    expect(readFileSync(target, 'utf8')).toBe('old');
    right(await runMap<Saved>(save({ to: folder, overwrite: true }), bytes));
    expect(readFileSync(target)).toEqual(Buffer.from(bytes.bytes));
    // What is there already, byte by byte, need not be written.
    right(await runMap<Saved>(save(folder), bytes));
  });

  it('give a result the time of its photo, where that is to be kept', async () => {
    const photo = join(folder, 'taken.png');
    writeFileSync(photo, right(await runMap<Encoded>(encode('png'), frame)).bytes);
    const taken = new Date('2019-05-04T03:02:01.000Z');
    utimesSync(photo, taken, taken);
    const bytes = right(
      await runMap<Encoded>(encode('webp'), right(await runMap<Frame>(decode(), { path: photo }))),
    );
    const time = async (to: string, times?: 'keep') => {
      const { path } = right(
        await runMap<Saved>(save({ to: join(folder, to), ...(times && { times }) }), bytes),
      );
      return statSync(path).mtime;
    };
    expect(await time('kept.webp', 'keep')).toEqual(taken);
    expect((await time('new.webp')).getTime()).toBeGreaterThan(Date.now() - 3_600_000);
    // What was made by the program has no time.
    const own = right(await runMap<Encoded>(encode('png'), frame));
    const { path } = right(await runMap<Saved>(save({ to: join(folder, 'own.png'), times: 'keep' }), own));
    expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - 3_600_000);
  });

  it('tell what is lost on the way', async () => {
    const warnings: string[] = [];
    const see = frameFrom({ width: 2, height: 2, alpha: (x) => x }, () => 0.5);
    right(await runMap<Encoded>(encode('jpeg'), see, {}, warnings));
    expect(warnings).toHaveLength(1);
  });

  it('refuse what is no picture, and a folder that cannot be made', async () => {
    writeFileSync(join(folder, 'text.jpg'), 'not a picture');
    expect(await runMap(decode(), { path: join(folder, 'text.jpg') })).toMatchObject({
      left: [{ code: 'image/unsupported-format' }],
    });
    const bytes = right(await runMap<Encoded>(encode('png'), frame));
    expect(await runMap(save(join(folder, 'text.jpg', 'x')), bytes)).toMatchObject({
      left: [{ code: 'image/not-found' }],
    });
  });

  it('declare the extension that they write', () => {
    const { facts, params } = encode.operator;
    const extension = (written: unknown) => {
      const read = params.codec.decode(written);
      return E.isRight(read) ? facts.extension?.(read.right, 'a.jpg') : 'refused';
    };
    expect([extension('jpeg'), extension('tiff'), extension(undefined)]).toEqual(['jpg', 'tif', undefined]);
  });

  it('read files of other programs', async () => {
    const path = join(folder, 'grey.tif');
    await sharp({ create: { width: 4, height: 2, channels: 3, background: '#808080' } })
      .toColourspace('b-w')
      .tiff()
      .toFile(path);
    const read = right(await runMap<Frame>(decode(), { path }));
    expect([read.width, read.height, read.channels]).toEqual([4, 2, 1]);
  });
});
