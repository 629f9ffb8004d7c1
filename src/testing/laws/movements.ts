import { emptyLike, type Raw, samplesOf } from '../../image/samples/samples.js';
import type { Symmetry } from '../../operator/promises.js';
import type { Frame } from '../../ports/index.js';

/** For a place of the result, the place of the source. */
type Source = (x: number, y: number) => readonly [x: number, y: number];

interface Movement {
  readonly width: number;
  readonly height: number;
  readonly from: Source;
}

const modulo = (a: number, n: number): number => ((a % n) + n) % n;

/** @param shift columns that `shift-x` moves by */
const movementOf = (
  symmetry: Symmetry,
  { width, height }: Pick<Frame, 'width' | 'height'>,
  shift: number,
): Movement => {
  switch (symmetry) {
    case 'flip-x':
      return { width, height, from: (x, y) => [width - 1 - x, y] };
    case 'flip-y':
      return { width, height, from: (x, y) => [x, height - 1 - y] };
    case 'rotate-180':
      return { width, height, from: (x, y) => [width - 1 - x, height - 1 - y] };
    case 'rotate-90':
      return { width: height, height: width, from: (x, y) => [y, height - 1 - x] };
    case 'shift-x':
      return { width, height, from: (x, y) => [modulo(x - shift, width), y] };
  }
};

const movedSamples = (data: Raw, channels: number, width: number, to: Movement): Raw => {
  const out = emptyLike(data, data.length);
  for (let y = 0, at = 0; y < to.height; y++)
    for (let x = 0; x < to.width; x++) {
      const [column, row] = to.from(x, y);
      for (let c = 0; c < channels; c++) out[at++] = data[(row * width + column) * channels + c] as number;
    }
  return out;
};

/** A picture with its pixels moved, transparency included. */
export const moved = (frame: Frame, symmetry: Symmetry, shift = 1): Frame => {
  const to = movementOf(symmetry, frame, shift);
  const { samples, alpha, channels, width } = frame;
  return {
    ...frame,
    width: to.width,
    height: to.height,
    samples: samplesOf(movedSamples(samples.data, channels, width, to)),
    ...(alpha && { alpha: samplesOf(movedSamples(alpha.data, 1, width, to)) }),
  };
};
