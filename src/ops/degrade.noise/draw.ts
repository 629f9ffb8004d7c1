import type { Interval } from '../../operator/params/index.js';
import type { Random } from '../../operator/random.js';
import type { HostTensor, PictureShape } from '../../ports/index.js';

/** The operator's parameters. */
export interface Noise {
  readonly iso: Interval;
  readonly colour: Interval;
  readonly grain: Interval;
  readonly sigma: Interval;
}

// A full-frame sensor of 24 megapixels: electrons that a pixel of white holds at ISO 100, and the noise of reading one
// out, in electrons (photonstophotos.net measures 50,000 to 90,000 and 2 to 5).
const FULL_WELL = 60_000;
const READ_NOISE = 3.5;

/** Side of the kernel that makes noise coarser. */
export const GRAIN = 7;

/**
 * What is random about the noise of one item, as tensors of the compiled program: `key` [2] of the noise itself;
 * `variance` [2], by how much that of linear light grows with the light (photons), and what it is in the dark (reading);
 * `mix` [channels, channels + 1] of the noise of each channel and of the grey one; `grain` [7, 7, 1, 1];
 * `sigma` [1], 0..1.
 */
export const drawOf = (
  params: Noise,
  random: Random,
  { channels }: PictureShape,
): Readonly<Record<string, HostTensor>> => {
  const electrons = (FULL_WELL * 100) / Math.max(isoOf(params, random), 1e-6);
  const share = channels === 1 ? 0 : random.uniform('colour', ...params.colour);
  const mix = Array.from({ length: channels }, (_, i) => [
    ...Array.from({ length: channels }, (__, j) => (i === j ? Math.sqrt(share) : 0)),
    Math.sqrt(1 - share),
  ]);
  return {
    key: {
      dtype: 'int32',
      shape: [2],
      data: Int32Array.of(random.integer('high', 0, 2 ** 31 - 1), random.integer('low', 0, 2 ** 31 - 1)),
    },
    variance: floats([2], [1 / electrons, (READ_NOISE / electrons) ** 2]),
    mix: floats([channels, channels + 1], mix.flat()),
    grain: floats([GRAIN, GRAIN, 1, 1], grainOf(random.uniform('grain', ...params.grain))),
    sigma: floats([1], [random.uniform('sigma', ...params.sigma) / 255]),
  };
};

const floats = (shape: readonly number[], values: readonly number[]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});

/** Evenly in stops, as sensitivities are; a range from 0 begins far below what can be seen. */
const isoOf = ({ iso: [from, to] }: Noise, random: Random): number =>
  25 * (Math.exp(random.uniform('iso', Math.log1p(from / 25), Math.log1p(to / 25))) - 1);

/** A bell that spreads noise over its neighbours; squares add up to 1, so that it stays as strong. */
const grainOf = (size: number): readonly number[] => {
  const deviation = Math.sqrt(size ** 2 - 1) / 2;
  const middle = (GRAIN - 1) / 2;
  const bell = Array.from({ length: GRAIN * GRAIN }, (_, i) => {
    const squared = ((i % GRAIN) - middle) ** 2 + (Math.floor(i / GRAIN) - middle) ** 2;
    return deviation < 0.1 ? Number(squared === 0) : Math.exp(-squared / (2 * deviation ** 2));
  });
  const norm = Math.sqrt(bell.reduce((sum, value) => sum + value ** 2, 0));
  return bell.map((value) => value / norm);
};
