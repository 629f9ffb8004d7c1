import { maxOf } from '../../../image/samples/samples.js';
import { channelsOf, type Data, layersOn, PLACE, type Prepared, rowsFor, type SliceJob } from './job.js';

/** Deviation between members, of values 0..1, at which an edit is trusted by half: ten of 255 levels. */
const DOUBT = 0.04;

/** The luma of Rec. 709. */
const LUMA = [0.2126, 0.7152, 0.0722] as const;

/** Values of 0..1 that are neither rounded nor clipped, as samples. */
const stored = (white: number, value: number): number => {
  if (white === 1) return value;
  return value > 0 ? (value < white ? value + 0.5 : white) : 0;
};

/**
 * Slices rows of any kind of samples, in plain JavaScript: floats, grey ones, and where several members are told apart.
 * `source` and `target` hold the rows from `from` on alone.
 */
export const anyRows = (job: SliceJob, ready: Prepared) => {
  const { width, channels, layers, depth, grids, strength, trust, gives } = job;
  const white = maxOf(depth);
  const half = grids.length === 1 && white > 1 ? 0.5 : 0;
  const members = grids.length;
  const mixed = ready.members.map(() => new Float32Array(ready.rowLength));
  const results = new Float64Array(3 * members);
  const given = channelsOf(job);

  /** What a member makes of a pixel, into `results`. */
  const slice = (member: number, x: number, pixel: readonly [number, number, number], u: number): void => {
    const k = Math.min(Math.floor(u), layers - 2);
    const [f, t] = [u - k, ready.shares[x] as number];
    const cells = mixed[member]!;
    const o = (ready.places[x] as number) + k * PLACE;
    for (let row = 0; row < 3; row++) {
      let sum = -half;
      for (let column = 0; column < 4; column++) {
        const at = o + 4 * column + row;
        const near = (cells[at] as number) + t * (cells[at + 16] as number);
        const far = (cells[at + PLACE] as number) + t * (cells[at + PLACE + 16] as number);
        sum += (near + f * (far - near)) * (column < 3 ? pixel[column]! : 1);
      }
      results[3 * member + row] = sum;
    }
  };

  /** The mean of the members' results for a channel, and how far they deviate over all channels, of values 0..1. */
  const meanOf = (channel: number): number => {
    let sum = 0;
    for (let m = 0; m < members; m++) sum += results[3 * m + channel] as number;
    return sum / members;
  };
  const deviation = (means: readonly number[]): number => {
    let sum = 0;
    for (let m = 0; m < members; m++)
      for (let c = 0; c < 3; c++) sum += ((results[3 * m + c] as number) - means[c]!) ** 2;
    return Math.sqrt(sum / (3 * members)) / white;
  };

  return (source: Data, target: Data, from: number, to: number): void => {
    for (let y = from; y < to; y++) {
      const { first, second, share } = rowsFor(job, ready, y);
      for (const [m, rows] of ready.members.entries())
        for (let i = 0; i < ready.rowLength; i++) {
          const value = rows[first + i] as number;
          mixed[m]![i] = value + share * ((rows[second + i] as number) - value);
        }
      for (let x = 0; x < width; x++) {
        const p = ((y - from) * width + x) * channels;
        const pixel = [0, 1, 2].map((c) => source[p + (channels === 3 ? c : 0)] as number) as [
          number,
          number,
          number,
        ];
        const place = pixel.reduce((sum, value, c) => sum + layersOn(job, c, value / white), 0);
        const u = place > 0 ? Math.min(place, layers - 1) : 0;
        for (let m = 0; m < members; m++) slice(m, x, pixel, u);
        const means = [meanOf(0), meanOf(1), meanOf(2)];
        const away = members === 1 ? 0 : deviation(means);
        const confidence = 1 / (1 + (away / DOUBT) ** 2);
        const out = ((y - from) * width + x) * given;
        if (gives === 'trust') {
          target[out] = stored(white, confidence * white);
          continue;
        }
        const kept = members === 1 ? 1 : strength * (1 - trust + trust * confidence);
        const edited = means.map((mean, c) => pixel[c]! + kept * (mean - pixel[c]!));
        if (gives === 'luma')
          target[out] = stored(
            white,
            edited.reduce((sum, value, c) => sum + value * LUMA[c]!, 0),
          );
        else for (let c = 0; c < 3; c++) target[out + c] = stored(white, edited[c]!);
      }
    }
  };
};
