import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { memoryShare } from '../../operator/free-memory.js';
import type { Frame, Samples } from '../../ports/index.js';

/** How two files of a picture compare. */
export type Likeness =
  /** The same bytes. */
  | { readonly kind: 'identical' }
  /** The same pixels within the tolerance: nobody sees the difference. */
  | { readonly kind: 'close'; readonly difference: Difference }
  | { readonly kind: 'different'; readonly difference?: Difference };

/** How far the pixels of two pictures of one size lie apart. */
export interface Difference {
  /** The largest difference of any sample, in levels of 255. */
  readonly largest: number;
  /** Peak signal-to-noise ratio over all samples, in dB; infinite for the same pixels. */
  readonly psnr: number;
}

/** Two pictures are close from this ratio on: engines differ in the last bits, which now and then turn a level over. */
export const CLOSE_DB = 50;

/**
 * Compares a file with another that should hold the same picture. Error: `image/memory-limit`.
 *
 * @param memory bytes that both may take together. Default: half of what is free
 */
export const compareFiles = (
  one: Uint8Array,
  other: Uint8Array,
  memory = memoryShare(),
): TE.TaskEither<Diagnostics, Likeness> =>
  Buffer.compare(one, other) === 0
    ? TE.right({ kind: 'identical' })
    : pipe(
        TE.fromTask(() => import('../../image/index.js')),
        TE.chain(({ decode }) =>
          TE.sequenceArray([
            decode({ bytes: one }, { damaged: 'keep', maxMemory: memory / 2 }),
            decode({ bytes: other }, { damaged: 'keep', maxMemory: memory / 2 }),
          ]),
        ),
        TE.map(([a, b]): Likeness => {
          if (a === undefined || b === undefined || !isSameSize(a.frame, b.frame))
            return { kind: 'different' };
          const difference = differenceOf(a.frame, b.frame);
          return { kind: difference.psnr >= CLOSE_DB ? 'close' : 'different', difference };
        }),
        // What cannot be decoded is not the same picture.
        TE.orElse((diagnostics) =>
          diagnostics.some(({ code }) => code === 'image/memory-limit')
            ? TE.left(diagnostics)
            : TE.right<Diagnostics, Likeness>({ kind: 'different' }),
        ),
      );

const isSameSize = (a: Frame, b: Frame): boolean =>
  a.width === b.width &&
  a.height === b.height &&
  a.channels === b.channels &&
  (a.alpha === undefined) === (b.alpha === undefined);

const scaleOf = ({ depth }: Samples): number => (depth === 'uint8' ? 1 : depth === 'uint16' ? 1 / 257 : 255);

const differenceOf = (a: Frame, b: Frame): Difference => {
  const planes = [
    [a.samples, b.samples] as const,
    ...(a.alpha && b.alpha ? [[a.alpha, b.alpha] as const] : []),
  ];
  let [largest, squares, count] = [0, 0, 0];
  for (const [one, other] of planes) {
    const [scale, otherScale] = [scaleOf(one), scaleOf(other)];
    for (let i = 0; i < one.data.length; i++) {
      const apart = Math.abs((one.data[i] as number) * scale - (other.data[i] as number) * otherScale);
      if (apart > largest) largest = apart;
      squares += apart * apart;
    }
    count += one.data.length;
  }
  return {
    largest,
    psnr: squares === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * count) / squares),
  };
};
