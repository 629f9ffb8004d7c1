import { setImmediate } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { meanDeltaE } from '../../picture/measures/delta-e.js';
import { differences, psnrOf } from '../../picture/measures/differences.js';
import { type Channels, planesOf } from '../../picture/measures/planes.js';
import { SMALLEST_SIDE, ssim } from '../../picture/measures/ssim.js';
import type { Frame, Measure, Pair } from '../../ports/index.js';

/** What can be measured. */
export type Figure = 'psnr' | 'ssim' | 'mse' | 'mae' | 'delta-e';

/** True when both sides are long enough for the windows of SSIM. */
export const hasWindows = ({ width, height }: Pick<Frame, 'width' | 'height'>): boolean =>
  Math.min(width, height) >= SMALLEST_SIDE;

const measure = async (
  { from, to }: Pair<Frame, Frame>,
  figures: readonly Figure[],
  on: Channels,
  breathe: () => Promise<void>,
): Promise<Measure> => {
  const [ones, others] = [planesOf(from, on), planesOf(to, on)];
  const { mse, mae } = await differences(ones, others, breathe);
  const measured: Record<string, number> = {};
  for (const figure of figures) {
    if (figure === 'psnr') measured[figure] = psnrOf(mse);
    if (figure === 'mse') measured[figure] = mse;
    if (figure === 'mae') measured[figure] = mae;
    if (figure === 'delta-e')
      measured[figure] = await meanDeltaE(planesOf(from, 'colour'), planesOf(to, 'colour'), breathe);
    if (figure === 'ssim' && hasWindows(from)) {
      let sum = 0;
      for (const [i, one] of ones.entries()) sum += await ssim(one, others[i]!, breathe);
      measured[figure] = sum / ones.length;
    }
  }
  return { figures: measured };
};

/**
 * Measures how like two pictures of one size are. The figures are computed in float64 on the sRGB-encoded values as they
 * are, 0..1; transparency is left out. SSIM is left out of pictures that are too small for its window. Errors:
 * `picture/sizes-differ`, `run/cancelled`.
 */
export const compareFrames =
  (
    photos: Pair<Frame, Frame>,
    figures: readonly Figure[],
    on: Channels,
    signal: AbortSignal,
  ): TaskEither<Diagnostics, Measure> =>
  async () => {
    const { from, to } = photos;
    if (from.width !== to.width || from.height !== to.height)
      return E.left([
        failure(
          'picture/sizes-differ',
          `One picture has ${from.width}x${from.height} pixels and the other ${to.width}x${to.height}: there is nothing to compare pixel by pixel.`,
        ),
      ]);
    try {
      return E.right(await measure(photos, figures, on, () => setImmediate(undefined, { signal })));
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
      return E.left([failure('run/cancelled', 'Stopped before it was finished.')]);
    }
  };
