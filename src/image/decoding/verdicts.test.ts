import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concat, fromLatin1, plain } from '../bytes.js';
import { sharp } from '../libvips.js';
import { decode } from './decode.js';
import { isWhole } from './whole.js';

/** A picture of much detail, so that its rows take up bytes in the file. */
const noisy = (width: number, height: number) => {
  let state = 1;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    state = (state * 48271) % 2147483647;
    return 128 + 90 * Math.sin(i / 700) + (state % 61) - 30;
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
};

const without = (file: Uint8Array, at: number, length: number): Uint8Array =>
  concat([file.subarray(0, at), file.subarray(at + length)]);

const wiped = (file: Uint8Array, at: number, length: number): Uint8Array =>
  file.slice().fill(0, at, at + length);

const inserted = (file: Uint8Array, at: number, bytes: Uint8Array): Uint8Array =>
  concat([file.subarray(0, at), bytes, file.subarray(at)]);

const at = (file: Uint8Array, part: number): number => Math.floor(file.length * part);

interface Case {
  readonly name: string;
  readonly file: Uint8Array;
  readonly sound: boolean;
}

const cases = async (): Promise<readonly Case[]> => {
  const jpeg = plain(await noisy(160, 240).jpeg().toBuffer());
  const progressive = plain(await noisy(160, 240).jpeg({ progressive: true }).toBuffer());
  const png = plain(await noisy(160, 120).png().toBuffer());
  const gif = plain(await noisy(96, 96).gif().toBuffer());
  const webp = plain(await noisy(160, 120).webp().toBuffer());
  const tiff = plain(await noisy(160, 120).tiff({ compression: 'packbits' }).toBuffer());
  const deflated = plain(await noisy(160, 120).tiff({ compression: 'deflate' }).toBuffer());
  const afterHead = 4 + ((jpeg[4] ?? 0) * 256 + (jpeg[5] ?? 0)) - 2 + 2;
  return [
    { name: 'JPEG', file: jpeg, sound: true },
    { name: 'JPEG that lost bytes of its first rows', file: without(jpeg, at(jpeg, 0.3), 300), sound: false },
    {
      name: 'JPEG that lost bytes of its last strip',
      file: without(jpeg, jpeg.length - 120, 80),
      sound: false,
    },
    { name: 'JPEG with a wiped sector', file: wiped(jpeg, at(jpeg, 0.4), 512), sound: false },
    { name: 'JPEG that was cut off', file: jpeg.subarray(0, at(jpeg, 0.8)), sound: false },
    {
      name: 'JPEG with bytes between its segments',
      file: inserted(inserted(jpeg, afterHead, fromLatin1('stray')), afterHead, Uint8Array.of(0, 1, 2)),
      sound: true,
    },
    {
      name: 'JPEG with bytes between its segments that lost others',
      file: inserted(without(jpeg, jpeg.length - 120, 80), afterHead, fromLatin1('stray')),
      sound: false,
    },
    {
      name: 'JPEG with padding before its end',
      file: inserted(jpeg, jpeg.length - 2, new Uint8Array(8)),
      sound: true,
    },
    { name: 'progressive JPEG', file: progressive, sound: true },
    {
      name: 'progressive JPEG that lost bytes',
      file: without(progressive, at(progressive, 0.7), 200),
      sound: false,
    },
    {
      name: 'progressive JPEG with padding before its end',
      file: inserted(progressive, progressive.length - 2, new Uint8Array(8)),
      sound: true,
    },
    { name: 'PNG', file: png, sound: true },
    { name: 'PNG with a wrong byte', file: wiped(png, png.length - 60, 1), sound: false },
    { name: 'GIF', file: gif, sound: true },
    { name: 'GIF that was cut off', file: gif.subarray(0, at(gif, 0.7)), sound: false },
    { name: 'WebP', file: webp, sound: true },
    { name: 'WebP that was cut off', file: webp.subarray(0, at(webp, 0.7)), sound: false },
    { name: 'TIFF', file: tiff, sound: true },
    { name: 'TIFF with a wrong length of a run', file: lengthened(tiff), sound: false },
    { name: 'TIFF of deflated strips', file: deflated, sound: true },
    { name: 'TIFF with a wrong byte', file: wiped(deflated, at(deflated, 0.5), 1), sound: false },
  ];
};

// PackBits: 129 announces one byte 128 times, where the first strip begins with bytes as they are; those become lengths.
const lengthened = (file: Uint8Array): Uint8Array => file.slice().fill(129, 8, 9);

const verdictOf = async (file: Uint8Array, damaged: 'refuse' | 'keep' = 'refuse'): Promise<string> => {
  const result = await decode({ bytes: file }, { damaged })();
  if (result._tag === 'Left') return result.left.map(({ code }) => code).join();
  return result.right.warnings.map(({ code }) => code).join() || 'sound';
};

describe('the verdict on a file', () => {
  let all: readonly Case[] = [];
  let folder = '';
  beforeAll(async () => {
    all = await cases();
    folder = await mkdtemp(join(tmpdir(), 'prismflow-verdicts-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is damage where samples are lost, in every format and with the last strip too', async () => {
    for (const { name, file, sound } of all) {
      const verdict = await verdictOf(file);
      if (sound) expect([name, verdict]).toEqual([name, 'sound']);
      else expect([name, verdict]).toEqual([name, expect.stringMatching(/^image\/(corrupt|truncated)$/)]);
    }
  });

  it('is told where what is there is kept', async () => {
    const kept = await Promise.all(
      all.map(async (each) => [each, await verdictOf(each.file, 'keep')] as const),
    );
    for (const [{ name, sound }, verdict] of kept) {
      if (sound) expect([name, verdict]).toEqual([name, 'sound']);
      else
        expect([name, verdict]).toEqual([name, expect.stringMatching(/^image\/(damaged|corrupt|truncated)/)]);
    }
  });

  it('is the same for a file that is only asked about: whole or not', async () => {
    for (const [i, { name, file, sound }] of all.entries()) {
      const path = join(folder, `${i}`);
      await writeFile(path, file);
      expect([name, await isWhole(path)()]).toEqual([name, sound]);
    }
  });

  it('never depends on what is decoded beside it: 8 at once, 200 times', async () => {
    const alone = await all.reduce<Promise<readonly string[]>>(
      async (before, { file }) => [...(await before), await verdictOf(file)],
      Promise.resolve([]),
    );
    let state = 7;
    const drawn = () => {
      state = (state * 48271) % 2147483647;
      return state % all.length;
    };
    for (let run = 0; run < 200; run++) {
      const picked = Array.from({ length: 8 }, drawn);
      const verdicts = await Promise.all(picked.map((i) => verdictOf((all[i] as Case).file)));
      expect([run, verdicts]).toEqual([run, picked.map((i) => alone[i])]);
    }
  }, 240_000);
});
