import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { warning } from '../../diagnostics/index.js';
import { defineOp } from '../../operator/define.js';
import { defaulted, listOf, oneOf } from '../../operator/params/index.js';
import { frame, measure, pair } from '../../ports/index.js';

export const compare = defineOp({
  name: 'compare',
  about: 'Measure how like two pictures are: PSNR, SSIM and others',
  params: {
    figures: defaulted(
      listOf(oneOf('psnr', 'ssim', 'mse', 'mae', 'delta-e')),
      ['psnr', 'ssim'],
      'What to measure: psnr in dB, ssim, mean squared and mean absolute difference (of values 0..1), CIEDE2000',
    ),
    on: defaulted(
      oneOf('colour', 'luma'),
      'colour',
      'Whether all channels are compared and averaged, or their luma (BT.601)',
    ),
  },
  main: 'figures',
  input: pair(frame, frame),
  output: measure,
  cost: { millisecondsPerMegapixel: 300, bytesPerPixel: 0 },
  laws: { equivariant: () => ['flip-x', 'flip-y', 'rotate-90'] },
  map:
    ({ figures, on }, { warn }) =>
    ({ key, value: photos }, signal) =>
      pipe(
        TE.fromTask(() => import('./compare.js')),
        TE.chain(({ compareFrames, hasWindows }) => {
          const { width, height } = photos.from;
          if (figures.includes('ssim') && !hasWindows(photos.from))
            warn(
              key,
              warning(
                'picture/too-small',
                `SSIM has no value for ${width}x${height} pixels: its window is larger.`,
              ),
            )();
          return compareFrames(photos, figures, on, signal);
        }),
      ),
});
