import type { Interval } from '../../operator/params/index.js';
import type { Random } from '../../operator/random.js';
import type { HostTensor, PictureShape } from '../../ports/index.js';

/** The operator's parameters. */
export interface Exposure {
  readonly stops: Interval;
  readonly shoulder: Interval;
  readonly gamma: Interval;
  readonly balance: number;
  readonly share: number;
}

const floats = (values: readonly number[]): HostTensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});

/** Below this a shoulder is none that could be told from a straight line in float32. */
const STRAIGHT = 1e-3;

/**
 * What is random about the exposure of one item: `gain` [channels], that of each channel's light; `shoulder` [1]; `gamma` [1];
 * `wrong` [1], 1 where the photo is exposed wrongly and 0 where it stays as it is.
 */
export const drawOf = (
  { stops, shoulder, gamma, balance, share }: Exposure,
  random: Random,
  { channels }: PictureShape,
): Readonly<Record<string, HostTensor>> => {
  const light = random.uniform('stops', ...stops);
  const [red, blue] = [random.uniform('red', -balance, balance), random.uniform('blue', -balance, balance)];
  const drifts = channels === 1 ? [0] : [red, 0, blue];
  return {
    gain: floats(drifts.map((drift) => 2 ** (light + drift))),
    shoulder: floats([Math.max(STRAIGHT, random.uniform('shoulder', ...shoulder))]),
    gamma: floats([random.uniform('gamma', ...gamma)]),
    wrong: floats([random.chance('share', share) ? 1 : 0]),
  };
};
