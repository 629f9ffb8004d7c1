import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure, messageOf } from '../../diagnostics/index.js';
import type { Samples } from '../../ports/index.js';
import { sharp } from '../libvips.js';
import { type Raw, samplesOf, toDepth } from '../samples/samples.js';
import { displayP3 } from './display-p3.js';

const failed = (cause: unknown): Diagnostics => [
  failure(
    'image/encode-failed',
    `The colours could not be taken back into the profile: ${messageOf(cause)}.`,
    {
      cause,
    },
  ),
];

// Little CMS is reached through libvips, which takes a profile by the name of its file only.
const withProfileFile = <A>(
  icc: Uint8Array | undefined,
  use: (path: string) => Promise<A>,
): TE.TaskEither<Diagnostics, A> =>
  icc === undefined
    ? TE.tryCatch(() => use('cmyk'), failed)
    : TE.bracket(
        TE.tryCatch(() => mkdtemp(join(tmpdir(), 'prismflow-icc-')), failed),
        (folder) =>
          TE.tryCatch(async () => {
            const path = join(folder, 'profile.icc');
            await writeFile(path, icc);
            return use(path);
          }, failed),
        (folder) => TE.tryCatch(() => rm(folder, { recursive: true, force: true }), failed),
      );

/**
 * sRGB samples in the ink of a CMYK profile: four 8-bit channels, perceptual intent. Without a profile, libvips's
 * generic one.
 */
export const toInks = (
  samples: Samples,
  width: number,
  height: number,
  icc: Uint8Array | undefined,
): TE.TaskEither<Diagnostics, Uint8Array> =>
  withProfileFile(icc, async (path) => {
    const input = sharp(toDepth(samples, 'uint8'), { raw: { width, height, channels: 3 } });
    return new Uint8Array(await input.withIccProfile(path, { attach: false }).raw().toBuffer());
  });

/** sRGB samples in the RGB space of a profile that has tables: three 16-bit channels, perceptual intent. */
export const toTabled = (
  samples: Samples,
  width: number,
  height: number,
  icc: Uint8Array,
): TE.TaskEither<Diagnostics, Raw> =>
  pipe(
    withProfileFile(icc, async (path) => {
      // libvips takes 16-bit RGB for Display P3.
      const wide = displayP3.fromSrgb(toDepth(samples, 'float32') as Float32Array, 'uint16');
      const input = sharp(wide, { raw: { width, height, channels: 3 } }).toColourspace('rgb16');
      return input.withIccProfile(path, { attach: false }).raw({ depth: 'ushort' }).toBuffer();
    }),
    TE.map((buffer) => {
      const bytes = new Uint8Array(buffer);
      return samplesOf(new Uint16Array(bytes.buffer)).data;
    }),
  );
