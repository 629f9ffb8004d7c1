import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { ciede2000, labOf, meanDeltaE } from '../../picture/measures/delta-e.js';
import { differences } from '../../picture/measures/differences.js';
import { type Plane, planesOf } from '../../picture/measures/planes.js';
import { ssim } from '../../picture/measures/ssim.js';
import { frameFrom } from '../testing/frames.js';
import { runMap } from '../testing/run.js';
import { compareFrames, hasWindows } from './compare.js';
import { compare } from './index.js';

/** A plane whose values are told by their places. */
const plane = (width: number, height: number, value: (x: number, y: number) => number): Plane => ({
  width,
  height,
  readRow: (y, into) => {
    for (let x = 0; x < width; x++) into[x] = value(x, y);
  },
});

const counted = () => {
  let breaths = 0;
  return { breathe: async () => void breaths++, taken: () => breaths };
};

describe('measuring', () => {
  it('lets others run now and then', async () => {
    const flat = (height: number) => plane(11, height, () => 0.5);
    const breathsOf = async (height: number) => {
      const [a, b, c] = [counted(), counted(), counted()];
      await differences([flat(height)], [flat(height)], a.breathe);
      await ssim(flat(height), flat(height), b.breathe);
      await meanDeltaE(Array(3).fill(flat(height)), Array(3).fill(flat(height)), c.breathe);
      return [a.taken(), b.taken(), c.taken()];
    };
    expect(await breathsOf(15)).toEqual([0, 0, 0]);
    expect(await breathsOf(16)).toEqual([0, 0, 1]);
    expect(await breathsOf(32)).toEqual([0, 1, 2]);
    expect(await breathsOf(512)).toEqual([2, 16, 32]);
  });

  it('takes the mean of differences over all values of all planes', async () => {
    const { breathe } = counted();
    const ones = [plane(2, 2, (x) => x), plane(2, 2, () => 0)];
    const others = [plane(2, 2, () => 0), plane(2, 2, (_, y) => 0.5 * y)];
    expect(await differences(ones, others, breathe)).toEqual({ mse: (2 + 2 * 0.25) / 8, mae: (2 + 1) / 8 });
  });

  it('takes the mean of colour differences over all pixels', async () => {
    const { breathe } = counted();
    const planes = (level: number) => [0, 1, 2].map((c) => plane(3, 2, (x, y) => (x + y + c) / 8 + level));
    const pairs = [0, 1, 2].flatMap((x) =>
      [0, 1].map((y) => {
        const lab = (level: number) =>
          labOf(...([0, 1, 2].map((c) => (x + y + c) / 8 + level) as [number, number, number]));
        return ciede2000(lab(0), lab(0.1));
      }),
    );
    const mean = pairs.reduce((a, b) => a + b) / 6;
    expect(await meanDeltaE(planes(0), planes(0.1), breathe)).toBeCloseTo(mean, 12);
    expect(mean).toBeGreaterThan(1);
  });

  it('reads each channel of each depth, and luma', () => {
    const rowOf = ([first]: readonly Plane[]) => {
      const row = new Float64Array(2);
      first!.readRow(1, row);
      return [...row];
    };
    const photo = frameFrom(
      { width: 2, height: 2, depth: 'uint16' },
      (x, y, c) => (4 * y + 2 * x + (c === 1 ? 1 : 0)) / 10,
    );
    const [red, green, blue] = planesOf(photo, 'colour');
    expect([red, green, blue].map((each) => rowOf([each!]).map((value) => Number(value.toFixed(4))))).toEqual(
      [
        [0.4, 0.6],
        [0.5, 0.7],
        [0.4, 0.6],
      ],
    );
    expect(planesOf(photo, 'luma')).toHaveLength(1);
    expect(rowOf(planesOf(photo, 'luma'))[0]).toBeCloseTo(0.4 + 0.0587, 4);
    const grey = frameFrom({ width: 2, height: 2, channels: 1 }, (x, y) => (2 * y + x) / 5);
    expect(planesOf(grey, 'colour')).toHaveLength(3);
    expect(planesOf(grey, 'luma')).toHaveLength(1);
    for (const each of [...planesOf(grey, 'colour'), ...planesOf(grey, 'luma')])
      expect(rowOf([each])).toEqual([0.4, 0.6].map((value) => expect.closeTo(value, 9)));
  });

  it('has windows from eleven pixels on, along both sides', () => {
    const sizes = [
      [11, 11],
      [10, 20],
      [20, 10],
      [11, 30],
    ] as const;
    expect(sizes.map(([width, height]) => hasWindows({ width, height }))).toEqual([true, false, false, true]);
  });
});

describe('two pictures', () => {
  const photo = (width: number, height: number) => frameFrom({ width, height }, (x, y) => (x + y) / 64);
  const signal = new AbortController().signal;

  it('must be of one size, along both sides', async () => {
    for (const [width, height] of [
      [12, 13],
      [13, 12],
    ] as const) {
      const result = await compareFrames(
        { from: photo(12, 12), to: photo(width, height) },
        ['mse'],
        'colour',
        signal,
      )();
      expect(E.isLeft(result) && result.left).toMatchObject([
        {
          code: 'picture/sizes-differ',
          message: `One picture has 12x12 pixels and the other ${width}x${height}: there is nothing to compare pixel by pixel.`,
        },
      ]);
    }
  });

  it('are measured by what is asked for, and by nothing else', async () => {
    const pictures = { from: photo(12, 12), to: photo(12, 12) };
    for (const figure of ['psnr', 'ssim', 'mse', 'mae', 'delta-e'] as const) {
      const result = await compareFrames(pictures, [figure], 'luma', signal)();
      expect(E.isRight(result) && Object.keys(result.right.figures)).toEqual([figure]);
    }
  });

  it('are not measured any more when that is stopped', async () => {
    const large = photo(11, 300);
    const result = await compareFrames({ from: large, to: large }, ['mse'], 'colour', AbortSignal.abort())();
    expect(E.isLeft(result) && result.left).toMatchObject([
      { code: 'run/cancelled', message: 'Stopped before it was finished.' },
    ]);
  });

  it('are told to be too small for SSIM where it was asked for', async () => {
    const told = async (figures: 'ssim' | 'mse', side: number) => {
      const warnings: string[] = [];
      await runMap(compare(figures), { from: photo(side, 30), to: photo(side, 30) }, {}, warnings);
      return warnings;
    };
    expect(await told('ssim', 10)).toEqual(['SSIM has no value for 10x30 pixels: its window is larger.']);
    expect(await told('ssim', 11)).toEqual([]);
    expect(await told('mse', 10)).toEqual([]);
  });

  it('stay as like when both are flipped, or turned by a quarter', () => {
    const { equivariant } = compare.operator.facts.laws ?? {};
    expect(equivariant?.(undefined as never, { width: 1, height: 1, channels: 3 })).toEqual([
      'flip-x',
      'flip-y',
      'rotate-90',
    ]);
  });
});
