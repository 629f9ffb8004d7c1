import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { createEngine } from '../../tensor/index.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { paramsOf } from '../testing/run.js';
import { runTensor } from '../testing/run-tensor.js';
import { adjust } from './index.js';

type Params = Exclude<Parameters<typeof adjust>[0], number | undefined>;

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const adjusted = async (params: Params, photo: Frame): Promise<Frame> => {
  const result = await runTensor(adjust(params), photo, engine);
  if (E.isLeft(result)) throw new Error(result.left.map(({ message }) => message).join());
  return result.right;
};

/** What becomes of a few colours or greys, in float. */
const become = async (params: Params, ...colours: readonly (readonly number[])[]) => {
  const channels = colours[0]?.length === 1 ? 1 : 3;
  const photo = frameFrom(
    { width: colours.length, height: 1, channels, depth: 'float32' },
    (x, _, c) => colours[x]?.[c] ?? 0,
  );
  const values = valuesOf(await adjusted(params, photo));
  return colours.map((_, x) => values.slice(x * channels, (x + 1) * channels));
};

const ramp = (count: number) => Array.from({ length: count }, (_, i) => [i / (count - 1)]);

const toLight = (v: number): number =>
  Math.sign(v) * (Math.abs(v) <= 0.04045 ? Math.abs(v) / 12.92 : ((Math.abs(v) + 0.055) / 1.055) ** 2.4);
const fromLight = (l: number): number =>
  Math.sign(l) * (Math.abs(l) <= 0.0031308 ? Math.abs(l) * 12.92 : 1.055 * Math.abs(l) ** (1 / 2.4) - 0.055);

const expectClose = (actual: readonly number[], expected: readonly number[], digits = 5): void => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, digits);
};

/** Everything at once, off neutral. */
const everything: Params = {
  exposure: 0.7,
  temperature: 5200,
  tint: -20,
  highlights: -60,
  shadows: 50,
  contrast: 30,
  gamma: 1.2,
  curve: [
    [0, 0.02],
    [0.4, 0.5],
    [1, 0.95],
  ],
  saturation: 20,
  vibrance: 30,
};

describe('adjust', () => {
  it('changes not a bit when everything is neutral', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFrame(), async (photo) => {
        expect(await adjusted({}, photo)).toEqual(photo);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps shape, depth and transparency, and gives numbers, whatever it is given', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFrame({ maxSide: 5 }), async (photo) => {
        const { samples, ...rest } = await adjusted(everything, photo);
        const { samples: before, ...expected } = photo;
        expect(rest).toEqual(expected);
        expect([samples.depth, samples.data.length]).toEqual([before.depth, before.data.length]);
        expect(samples.data.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('works on large pictures as on small ones', async () => {
    const photo = frameFrom({ width: 700, height: 600 }, (x, y, c) => ((x * 3 + y * 7 + c * 50) % 256) / 255);
    const whole = await adjusted({ exposure: 0.5, contrast: 20 }, photo);
    const row = frameFrom({ width: 700, height: 1 }, (x, _, c) => ((x * 3 + 599 * 7 + c * 50) % 256) / 255);
    const last = await adjusted({ exposure: 0.5, contrast: 20 }, row);
    expect([...whole.samples.data.slice(-2100)]).toEqual([...last.samples.data]);
  });
});

describe('exposure', () => {
  it('multiplies light by a power of two, beyond white and outside the gamut too', async () => {
    const value = fc.double({ min: -0.5, max: 1.5, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(value, value, value),
        fc.double({ min: -3, max: 3, noNaN: true }),
        async (colour, exposure) => {
          const [actual = []] = await become({ exposure }, colour);
          expectClose(
            actual,
            colour.map((v) => fromLight(toLight(v) * 2 ** exposure)),
            4,
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps what is beyond white for later steps', async () => {
    const [there] = await become({ exposure: 2 }, [0.8, 0.9, 1]);
    const [back] = await become({ exposure: -2 }, there ?? []);
    expectClose(back ?? [], [0.8, 0.9, 1]);
  });
});

describe('tone', () => {
  it('follows a gamma, black and white kept', async () => {
    const values = await become({ gamma: 2 }, ...ramp(11));
    expectClose(
      values.flat(),
      ramp(11).map(([v = 0]) => Math.sqrt(v)),
      4,
    );
  });

  it('turns contrast around middle grey and always rises', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -100, max: 100 }), async (contrast) => {
        const values = (await become({ contrast }, ...ramp(101))).flat();
        expectClose([values[0] ?? 1, values[50] ?? 1, values[100] ?? 0], [0, 0.5, 1]);
        for (const [i, value] of values.slice(1).entries())
          expect(value).toBeGreaterThanOrEqual(values[i] ?? 1);
        const slope = ((values[51] ?? 0) - (values[49] ?? 0)) / 0.02;
        expect(slope).toBeCloseTo(1 + contrast / 200, 2);
      }),
      { numRuns: 20 },
    );
  });

  it('passes through the points of a curve, level beyond them', async () => {
    const curve = [
      [0.2, 0.1],
      [0.5, 0.6],
      [0.8, 0.9],
    ];
    const values = await become({ curve }, [0], [0.2], [0.5], [0.8], [1]);
    expectClose(values.flat(), [0.1, 0.1, 0.6, 0.9, 0.9]);
  });

  it('keeps hues: the middle channel stays at its place between the others', async () => {
    const level = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.tuple(level, level, level), async (colour) => {
        const [[r = 0, g = 0, b = 0] = []] = await become({ contrast: 80, gamma: 0.8 }, colour);
        const place = ([x, y, z]: readonly [number, number, number], i: number) => {
          const [low, high] = [Math.min(x, y, z), Math.max(x, y, z)];
          return high - low < 0.01 ? 0 : ([x, y, z][i]! - low) / (high - low);
        };
        const after = [r, g, b] as const;
        if (
          Math.max(...after) - Math.min(...after) > 0.02 &&
          Math.max(...colour) - Math.min(...colour) > 0.02
        )
          for (const i of [0, 1, 2]) expect(place(after, i)).toBeCloseTo(place(colour, i), 3);
      }),
    );
  });

  it('treats greys in colour pictures as in grey ones', async () => {
    const grey = (await become({ contrast: 50, gamma: 1.3 }, ...ramp(9))).flat();
    const colour = await become({ contrast: 50, gamma: 1.3 }, ...ramp(9).map(([v = 0]) => [v, v, v]));
    for (const c of [0, 1, 2])
      expectClose(
        colour.map((each) => each[c] ?? 0),
        grey,
      );
  });
});

/** Oklab in float64, as its author gives it. */
const oklab = ([r = 0, g = 0, b = 0]: readonly number[]): readonly [number, number, number] => {
  const [x, y, z] = [toLight(r), toLight(g), toLight(b)];
  const l = Math.cbrt(0.4122214708 * x + 0.5363325363 * y + 0.0514459929 * z);
  const m = Math.cbrt(0.2119034982 * x + 0.6806995451 * y + 0.1073969566 * z);
  const s = Math.cbrt(0.0883024619 * x + 0.2817188376 * y + 0.6299787005 * z);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};
const chroma = (colour: readonly number[]): number => Math.hypot(oklab(colour)[1], oklab(colour)[2]);

describe('saturation and vibrance', () => {
  const colours = [
    [0.8, 0.3, 0.2],
    [0.2, 0.4, 0.9],
    [0.5, 0.55, 0.45],
    [0.1, 0.6, 0.3],
  ];

  it('scale chroma in Oklab, lightness and hue kept', async () => {
    for (const saturation of [-100, -40, 50]) {
      const factor = 1 + saturation / 100;
      for (const [i, after] of (await become({ saturation }, ...colours)).entries()) {
        const [l, a, b] = oklab(colours[i] ?? []);
        expectClose(oklab(after), [l, a * factor, b * factor], 3);
      }
    }
  });

  it('give a grey picture without saturation', async () => {
    for (const [r = 0, g = 0, b = 0] of await become({ saturation: -100 }, ...colours))
      expectClose([g, b], [r, r], 4);
  });

  it('change pale colours more than vivid ones', async () => {
    const gains = (await become({ vibrance: 60 }, [0.52, 0.5, 0.48], [0.9, 0.1, 0.1])).map(
      (after, i) =>
        chroma(after) /
        chroma(
          [
            [0.52, 0.5, 0.48],
            [0.9, 0.1, 0.1],
          ][i] ?? [],
        ),
    );
    expect(gains[0]).toBeCloseTo(1.59, 1);
    expect(gains[1]).toBeGreaterThan(1);
    expect(gains[1]).toBeLessThan(1.15);
  });

  it('leave greys grey and grey pictures alone', async () => {
    const greys = ramp(9).map(([v = 0]) => [v, v, v]);
    expectClose((await become({ saturation: 60, vibrance: 60 }, ...greys)).flat(), greys.flat(), 4);
    expect(await become({ saturation: 60, temperature: 3000 }, [0.25], [0.5])).toEqual([[0.25], [0.5]]);
  });
});

describe('white balance', () => {
  const [low, high] = [3500, 10_000];

  it('warms with a higher temperature, turns to magenta with a higher tint, and keeps luminance', async () => {
    const luminance = ([r = 0, g = 0, b = 0]: readonly number[]) =>
      0.2126 * toLight(r) + 0.7152 * toLight(g) + 0.0722 * toLight(b);
    for (const params of [{ temperature: low }, { temperature: high }, { tint: 80 }, { tint: -80 }]) {
      const [[r = 0, g = 0, b = 0] = []] = await become(params, [0.5, 0.5, 0.5]);
      expect(luminance([r, g, b])).toBeCloseTo(toLight(0.5), 4);
      if ('temperature' in params) expect(r > b).toBe(params.temperature === high);
      else expect(g < Math.min(r, b)).toBe(params.tint === 80);
    }
  });

  it('is undone by the light on the other side of neutral, nearly', async () => {
    // 6500 K is 154 mired; 5000 and 9290 K lie 46 mired to both sides.
    const [warm = []] = await become({ temperature: 9290 }, [0.6, 0.5, 0.4]);
    const [back = []] = await become({ temperature: 5000 }, warm);
    expectClose(back, [0.6, 0.5, 0.4], 1);
  });
});

describe('highlights and shadows', () => {
  it('keep black and white, and move even surfaces as far as they say', async () => {
    const flat = (value: number) => frameFrom({ width: 9, height: 7, depth: 'float32' }, () => value);
    for (const value of [0, 0.2, 0.5, 0.8, 1]) {
      const after = valuesOf(await adjusted({ highlights: -100, shadows: 60 }, flat(value)));
      const expected = value + 0.12 * 6.75 * value * (1 - value) * (0.6 * (1 - value) - value);
      expectClose(after, Array(9 * 7 * 3).fill(expected), 4);
    }
  });

  it('keep the contrast of fine texture on a surface, and put no halo along an edge', async () => {
    // A dark and a bright half with the same fine texture, relative to their brightness.
    const photo = frameFrom({ width: 240, height: 60, channels: 1, depth: 'float32' }, (x, y) => {
      const surface = x < 120 ? 0.15 : 0.8;
      return surface * (1 + 0.04 * ((x + y) % 2 === 0 ? 1 : -1));
    });
    const after = valuesOf(await adjusted({ highlights: -100, shadows: 100 }, photo));
    const row = Array.from(
      { length: 240 },
      (_, x) => ((after[30 * 240 + x] ?? 0) + (after[31 * 240 + x] ?? 0)) / 2,
    );
    for (const side of [row.slice(2, 118), row.slice(122, 238)]) {
      const [least, most] = [Math.min(...side), Math.max(...side)];
      expect(most / least).toBeLessThan(1.06);
    }
    expect((after[30 * 240 + 60] ?? 0) / (after[30 * 240 + 61] ?? 1)).toBeCloseTo(1.04 / 0.96, 1);
  });
});

describe('the parameters', () => {
  it.each([
    [{ exposure: 11 }, 'between -10 and 10'],
    [{ temperature: 1000 }, 'between 2000'],
    [{ gamma: 0 }, 'between 0.1'],
    [{ contrast: 101 }, 'between -100'],
    [
      {
        curve: [
          [0.5, 0.5],
          [0.2, 0.8],
        ],
      },
      'must rise',
    ],
    [{ curve: [[0, 0]] }, 'entries'],
    [
      {
        curve: [
          [0, 0, 0],
          [1, 1, 1],
        ],
      },
      'entries',
    ],
  ] as const)('%j are refused', (params, message) => {
    const read = paramsOf(adjust(params as Params));
    expect(E.isLeft(read) && read.left.join()).toContain(message);
  });
});
