import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Frame, ItemFailure } from '../../ports/index.js';
import { collect } from '../../streams/testing/probes.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { itemsOf, paramsOf, runJoin, streamOf } from '../testing/run.js';
import { blend } from './index.js';
import { type Mode, type Rgb, wholeColour } from './modes.js';

const step = (params: { readonly mode?: Mode; readonly opacity?: number } = {}) =>
  blend({ base: streamOf('original'), top: streamOf('edited'), ...params });

const blended = async (
  base: Frame,
  top: Frame,
  params: Parameters<typeof step>[0] = {},
): Promise<E.Either<ItemFailure, Frame>> => {
  const [outcome] = await collect(runJoin<Frame>(step(params), { base: itemsOf(base), top: itemsOf(top) }));
  if (outcome === undefined) throw new Error('nothing came');
  return E.isRight(outcome) ? E.right(outcome.right.value) : outcome;
};

const rightOf = <A>(result: E.Either<unknown, A>): A => {
  if (E.isRight(result)) return result.right;
  throw new Error(JSON.stringify(result.left));
};

/** What becomes of one colour over another, in float. */
const over = async (mode: Mode, base: readonly number[], top: readonly number[], opacity = 1) => {
  const dot = (colour: readonly number[]) =>
    frameFrom(
      { width: 1, height: 1, channels: colour.length === 1 ? 1 : 3, depth: 'float32' },
      (_x, _y, c) => colour[c] ?? 0,
    );
  return valuesOf(rightOf(await blended(dot(base), dot(top), { mode, opacity })));
};

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

describe('blend', () => {
  it('is the base at no opacity, and the top one at full opacity', async () => {
    const both = arbitraryFrame({ alpha: false, depths: ['uint8'] }).chain((base) =>
      fc.tuple(
        fc.constant(base),
        fc.constant({
          ...base,
          samples: { depth: 'uint8' as const, data: Uint8Array.from(base.samples.data, (v) => 255 - v) },
        }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(both, async ([base, top]) => {
        expect(rightOf(await blended(base, top, { opacity: 0 }))).toEqual(base);
        expect(rightOf(await blended(base, top)).samples).toEqual(top.samples);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['multiply', 0.4, 0.5, 0.2],
    ['screen', 0.4, 0.5, 0.7],
    ['overlay', 0.25, 0.6, 0.3],
    ['overlay', 0.75, 0.6, 0.8],
    ['darken', 0.4, 0.5, 0.4],
    ['lighten', 0.4, 0.5, 0.5],
    ['colour-dodge', 0.2, 0.5, 0.4],
    ['colour-dodge', 0.2, 1, 1],
    ['colour-dodge', 0, 1, 0],
    ['colour-burn', 0.8, 0.5, 0.6],
    ['colour-burn', 0.8, 0, 0],
    ['colour-burn', 1, 0, 1],
    ['hard-light', 0.6, 0.25, 0.3],
    ['soft-light', 0.5, 0.25, 0.375],
    ['soft-light', 0.64, 0.75, 0.72],
    ['soft-light', 0.2, 1, 0.448],
    ['difference', 0.4, 0.9, 0.5],
    ['exclusion', 0.4, 0.5, 0.5],
  ] as const)('%s of %d and %d is %d', async (mode, base, top, expected) => {
    expect(await over(mode, [base], [top])).toEqual(close([expected]));
  });

  it('takes luminosity, hue and saturation from the one that is named', async () => {
    const [base, top] = [
      [0.8, 0.4, 0.2],
      [0.1, 0.3, 0.6],
    ] as const;
    const luminosity = ([r = 0, g = 0, b = 0]: readonly number[]) => 0.3 * r + 0.59 * g + 0.11 * b;
    const saturation = (colour: readonly number[]) => Math.max(...colour) - Math.min(...colour);
    for (const mode of ['hue', 'saturation', 'colour'] as const)
      expect(luminosity(await over(mode, base, top))).toBeCloseTo(luminosity(base), 5);
    const lit = await over('luminosity', base, top);
    expect(luminosity(lit)).toBeCloseTo(luminosity(top), 5);
    expect([...lit].sort()).toEqual(lit.toReversed());
    // No channel runs into black or white here, so that saturation stays what it was set to.
    expect(saturation(await over('saturation', [0.6, 0.5, 0.4], [0.3, 0.3, 0.6]))).toBeCloseTo(0.3, 5);
    expect(await over('colour', [0.3, 0.3, 0.3], [0.7, 0.7, 0.7])).toEqual(close([0.3, 0.3, 0.3]));
  });

  it('keeps colours inside, whatever the mode', async () => {
    const modes = [
      'multiply',
      'overlay',
      'colour-dodge',
      'colour-burn',
      'soft-light',
      'exclusion',
      'hue',
      'saturation',
      'colour',
      'luminosity',
    ] as const;
    const colour = fc.tuple(...[0, 1, 2].map(() => fc.double({ min: 0, max: 1, noNaN: true })));
    await fc.assert(
      fc.asyncProperty(colour, colour, fc.constantFrom(...modes), async (base, top, mode) => {
        for (const value of await over(mode, base, top)) {
          expect(value).toBeGreaterThanOrEqual(-1e-6);
          expect(value).toBeLessThanOrEqual(1 + 1e-6);
        }
      }),
    );
  });

  it('mixes by opacity, and keeps what is beyond white', async () => {
    expect(await over('normal', [0.2], [1.4], 0.25)).toEqual(close([0.5]));
    expect(await over('multiply', [0.4], [0.5], 0.5)).toEqual(close([0.3]));
  });

  it('lays transparent pictures over each other as the W3C has it', async () => {
    const [base, top] = [
      [0.2, 0.5],
      [0.9, 0.4],
    ].map(([value = 0, alpha = 0]) =>
      frameFrom({ width: 1, height: 1, channels: 1, depth: 'float32', alpha: () => alpha }, () => value),
    );
    const result = rightOf(await blended(base!, top!, { opacity: 0.5 }));
    const alpha = 0.2 + 0.5 * 0.8;
    expect(result.alpha?.data[0]).toBeCloseTo(alpha, 6);
    expect(valuesOf(result)).toEqual(close([(0.2 * 0.9 + 0.8 * 0.5 * 0.2) / alpha]));
    const { alpha: _, ...opaque } = base!;
    const shown = rightOf(await blended(opaque, top!));
    expect([shown.alpha, ...valuesOf(shown)]).toEqual([undefined, ...close([0.4 * 0.9 + 0.6 * 0.2])]);
  });

  it('turns grey into colour where one of them has colour, and keeps the finer depth', async () => {
    const grey = frameFrom({ width: 2, height: 1, channels: 1 }, () => 0.2);
    const colour = frameFrom({ width: 2, height: 1, depth: 'uint16' }, (_x, _y, c) => c / 2);
    const result = rightOf(await blended(grey, colour, { mode: 'screen' }));
    expect([result.channels, result.samples.depth]).toEqual([3, 'uint16']);
    expect(valuesOf(result).slice(0, 3)).toEqual([0.2, 0.6, 1].map((value) => expect.closeTo(value, 4)));
  });

  it('fails an item whose pictures have two sizes', async () => {
    const [small, large] = [2, 3].map((width) => frameFrom({ width, height: 1 }, () => 0));
    const result = await blended(small!, large!);
    expect(E.isLeft(result) && result.left.diagnostics[0].code).toBe('picture/sizes-differ');
  });

  it('refuses an opacity above one', () => {
    expect(E.isLeft(paramsOf(step({ opacity: 2 })))).toBe(true);
  });
});

describe('modes for whole colours', () => {
  const level = fc.integer({ min: 0, max: 20 }).map((n) => n / 20);
  const colour = fc.tuple(level, level, level);
  const brightness = ([r, g, b]: Rgb): number => 0.3 * r + 0.59 * g + 0.11 * b;
  const spread = (rgb: Rgb): number => Math.max(...rgb) - Math.min(...rgb);

  it('stay within what can be shown, and as bright as they are to be', () => {
    fc.assert(
      fc.property(colour, colour, (base, top) => {
        for (const [mode, blend] of Object.entries(wholeColour)) {
          const made = blend(base, top);
          for (const each of made) {
            expect(each).toBeGreaterThan(-1e-9);
            expect(each).toBeLessThan(1 + 1e-9);
          }
          expect(brightness(made)).toBeCloseTo(brightness(mode === 'luminosity' ? top : base), 9);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('bring a colour inside towards its grey', () => {
    // Blue as bright as nine tenths: 0.79 is added to all, which is 0.79 too much for blue.
    const scale = 0.1 / 0.89;
    const made = wholeColour.colour([0.9, 0.9, 0.9], [0, 0, 1]);
    [0.9 - 0.11 * scale, 0.9 - 0.11 * scale, 1].forEach(
      (each, c) => void expect(made[c]).toBeCloseTo(each, 9),
    );
    // Yellow as bright as a tenth: 0.79 is taken from all, which is 0.79 too much for blue's absence.
    const dark = wholeColour.colour([0.1, 0.1, 0.1], [1, 1, 0]);
    const share = 0.1 / 0.89;
    [0.1 + 0.11 * share, 0.1 + 0.11 * share, 0].forEach(
      (each, c) => void expect(dark[c]).toBeCloseTo(each, 9),
    );
  });

  it('take the hue of one and the saturation of the other', () => {
    const base: Rgb = [0.4, 0.5, 0.6];
    expect(spread(wholeColour.hue(base, [0.5, 0.4, 0.4]))).toBeCloseTo(0.2, 9);
    expect(spread(wholeColour.saturation(base, [0.4, 0.5, 0.45]))).toBeCloseTo(0.1, 9);
    expect(spread(wholeColour.colour(base, [0.4, 0.7, 0.45]))).toBeCloseTo(0.3, 9);
    expect(spread(wholeColour.saturation([0.5, 0.5, 0.5], [1, 0, 0]))).toBe(0);
    const [r, g, b] = wholeColour.hue(base, [0.5, 0.4, 0.4]);
    expect([r > g, g - b]).toEqual([true, 0]);
  });
});
