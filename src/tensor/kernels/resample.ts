import type { HostTensor } from '../../ports/index.js';

/** How tfjs's two resizes place the pixels of one axis. */
export interface Placement {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Source pixels a target pixel, along one axis. */
const ratio = (input: number, output: number, { alignCorners }: Placement): number =>
  alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output;

/** The nearest source pixel of each target pixel along one axis, computed as tfjs does. */
export const nearestPixels = (input: number, output: number, placement: Placement): number[] => {
  const scale = ratio(input, output, placement);
  const { alignCorners, halfPixelCenters } = placement;
  return Array.from({ length: output }, (_, i) => {
    const at = halfPixelCenters ? scale * (i + 0.5) : scale * i;
    return Math.max(0, Math.min(input - 1, alignCorners ? Math.round(at) : Math.floor(at)));
  });
};

interface Blend {
  readonly low: number;
  readonly high: number;
  readonly weightOfHigh: number;
}

/** The two source pixels that each target pixel blends along one axis. */
const linearPixels = (input: number, output: number, placement: Placement): Blend[] => {
  const scale = ratio(input, output, placement);
  return Array.from({ length: output }, (_, i) => {
    const at = placement.halfPixelCenters ? scale * (i + 0.5) - 0.5 : scale * i;
    const low = Math.max(0, Math.floor(at));
    return { low, high: Math.min(input - 1, Math.ceil(at)), weightOfHigh: at - low };
  });
};

/** Resizing one axis as a matrix [output, input]; its transpose is the gradient. */
export const resizeMatrix = (
  mode: 'nearest' | 'linear',
  input: number,
  output: number,
  placement: Placement,
): HostTensor<'float32'> => {
  const blends =
    mode === 'nearest'
      ? nearestPixels(input, output, placement).map((source) => ({
          low: source,
          high: source,
          weightOfHigh: 0,
        }))
      : linearPixels(input, output, placement);
  const data = new Float32Array(output * input);
  for (const [row, { low, high, weightOfHigh }] of blends.entries()) {
    data[row * input + low]! += 1 - weightOfHigh;
    data[row * input + high]! += weightOfHigh;
  }
  return { dtype: 'float32', shape: [output, input], data };
};
