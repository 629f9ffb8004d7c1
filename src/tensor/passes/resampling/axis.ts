import type { Fold } from '../convolution/rows.js';

export interface Tap {
  /** Which input, counted from the first of its round; it may lie beyond the border. */
  readonly at: number;
  readonly weight: number;
}

/**
 * A linear map along one axis that repeats itself: each round of outputs, one a phase, reads the inputs of the round
 * before moved on by `step`. Enlarging by a whole factor has as many phases, and a step of one; a strided filter has one
 * phase, and its stride as step.
 */
export interface AxisMap {
  readonly input: number;
  readonly output: number;
  readonly step: number;
  readonly phases: readonly (readonly Tap[])[];
  /** Where inputs beyond the border are read; -1 for a zero. */
  readonly fold: Fold;
}

/** The inputs of one output and their weights, as they lie before folding. */
export const tapsOf = ({ phases, step }: AxisMap, output: number): readonly Tap[] => {
  const first = Math.floor(output / phases.length) * step;
  return phases[output % phases.length]!.map(({ at, weight }) => ({ at: first + at, weight }));
};

const clamp: Fold = (i, size) => Math.min(Math.max(i, 0), size - 1);

/** Linear interpolation along one axis by a whole factor, up or down; undefined where it is none. */
export const interpolation = (
  input: number,
  output: number,
  coordinates: 'asymmetric' | 'half-pixel',
): AxisMap | undefined => {
  const ratio = input / output;
  const factor = output / input;
  if (!Number.isInteger(ratio) && !Number.isInteger(factor)) return undefined;
  const [step, count] = ratio >= 1 ? [ratio, 1] : [1, factor];
  const phases = Array.from({ length: count }, (_, i): readonly Tap[] => {
    const at = coordinates === 'half-pixel' ? (i + 0.5) * ratio - 0.5 : i * ratio;
    const low = Math.floor(at);
    return [
      { at: low, weight: low + 1 - at },
      { at: low + 1, weight: at - low },
    ].filter(({ weight }) => weight > 0);
  });
  return { input, output, step, phases, fold: clamp };
};
