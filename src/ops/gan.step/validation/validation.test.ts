import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followed, type Levels } from '../growth.js';
import { isPatient } from '../plan.js';
import { type Judged, lookVerdict, pairVerdict } from './figures.js';
import type { Jury } from './held-out.js';
import { placed } from './judge.js';
import { isOutplayed, signsOf, telling } from './signs.js';
import { isOfStanding, type Standing, standingIn, standingTensors, toldIn, toldTensors } from './standing.js';

const picture = (value: (x: number, y: number, c: number) => number) => ({
  width: 16,
  height: 16,
  data: Uint8Array.from({ length: 3 * 16 * 16 }, (_, i) => {
    const at = Math.floor(i / 3);
    return Math.min(255, Math.max(0, value(at % 16, Math.floor(at / 16), i % 3)));
  }),
});

/** Photos of stripes that differ from one another, each darker than it should be. */
const photos = [0, 1, 2].map((n) => {
  const target = picture((x, y) => 60 + 40 * n + 30 * Math.sin(x + n) + 4 * y);
  return { input: { ...target, data: target.data.map((value) => value >> 1) }, target };
});

const standing: Standing = { best: Math.fround(20), step: 100, loss: Math.fround(0.1), since: 0, print: 7 };
const verdict = (psnr: number, before = 15, variety = 1) => ({
  by: 'psnr',
  figures: { psnr },
  before: { psnr: before },
  variety,
});
const jury: Jury = { photos: [], print: 7 };
const level = (pixel: number): Levels => ({ pixel: { now: pixel, least: pixel } });

describe('figures', () => {
  it('of pairs are best where the result is the target, and those of the photo where it is the photo', async () => {
    const right = await pairVerdict(photos.map((each): Judged => ({ ...each, output: each.target })));
    expect(right.figures).toEqual({ psnr: 60, ssim: expect.closeTo(1, 9), haarPsi: expect.closeTo(1, 9) });
    const same = await pairVerdict(photos.map((each): Judged => ({ ...each, output: each.input })));
    expect(same.figures).toEqual(same.before);
    expect(same.before).toEqual(right.before);
    expect(same.figures.psnr).toBeLessThan(20);
  });

  it('of looks are 0 for the photo itself, and more where the colours of the look are taken on', () => {
    const look = (output: (each: (typeof photos)[number]) => Judged['output']) =>
      lookVerdict(photos.map((each): Judged => ({ ...each, output: output(each) })));
    const same = look(({ input }) => input);
    expect(same.figures).toEqual({
      ...same.before,
      look: expect.closeTo(0, 9),
      structure: expect.closeTo(1, 9),
    });
    const mean = (data: Uint8Array) => data.reduce((sum, value) => sum + value, 0) / data.length;
    const lighter = look(({ input, target }) => {
      const by = Math.round(mean(target.data) - mean(input.data));
      return { ...input, data: input.data.map((value) => value + by) };
    });
    expect(lighter.figures.look).toBeGreaterThan(0.5);
    const flat = look(({ target }) => ({ ...target, data: target.data.map(() => 255) }));
    expect(flat.figures.look).toBeLessThan(0);
    expect(flat.variety).toBeLessThan(0.05);
  });
});

describe('a standing', () => {
  it('is kept by a checkpoint exactly', () => {
    const number = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(
        fc.record({ best: number, step: fc.nat(), loss: fc.float(), since: fc.nat(), print: fc.integer() }),
        fc.uniqueArray(fc.constantFrom('worse', 'collapsed', 'outplayed')),
        (kept, told) => {
          const tensors = { ...standingTensors(kept), ...toldTensors(told) };
          expect(standingIn(tensors)).toEqual(kept);
          expect(toldIn(tensors)).toEqual(told);
          expect(Object.keys(tensors).every(isOfStanding)).toBe(true);
        },
      ),
    );
    expect(standingIn(standingTensors(undefined))).toBeUndefined();
  });

  it('remembers the best, and counts looks without a better one', () => {
    const worse = placed(verdict(19), jury, 200, standing, level(0.09));
    expect(worse).toMatchObject({ isBest: false, standing: { best: 20, step: 100, since: 1 } });
    const better = placed(verdict(21), jury, 300, worse.standing, level(0.08));
    expect(better).toMatchObject({ isBest: true, standing: { best: 21, step: 300, since: 0 } });
    expect(better.validation.best).toEqual({ step: 300, value: 21 });
    expect(placed(verdict(20), jury, 200, standing, level(0.1)).isBest).toBe(false);
  });

  it('begins anew with other photos', () => {
    expect(placed(verdict(3), { ...jury, print: 8 }, 200, standing, level(0.1))).toMatchObject({
      isBest: true,
      standing: { best: 3, step: 200, print: 8 },
    });
  });

  it('ends patience after so many looks', () => {
    const stop = { patience: 3 };
    expect(isPatient({ stop }, { ...standing, since: 2 })).toBe(true);
    expect(isPatient({ stop }, { ...standing, since: 3 })).toBe(false);
    expect(isPatient({ stop: undefined }, { ...standing, since: 99 })).toBe(true);
    expect(isPatient({ stop }, undefined)).toBe(true);
  });
});

describe('signs', () => {
  it('tell a result that is worse than the photo', () => {
    expect(signsOf(verdict(14.9), standing, level(0.1))).toEqual(['worse']);
    expect(signsOf(verdict(15), standing, level(0.1))).toEqual([]);
  });

  it('tell results that are all the same', () => {
    expect(signsOf(verdict(21, 15, 0.1), standing, level(0.1))).toEqual(['collapsed']);
  });

  it('tell overfitting: worse again and again while the loss falls', () => {
    const since = { ...standing, since: 3 };
    expect(signsOf(verdict(19), since, level(0.05))).toEqual(['overfitting']);
    expect(signsOf(verdict(19), since, level(0.1))).toEqual([]);
    expect(signsOf(verdict(19), { ...standing, since: 2 }, level(0.05))).toEqual([]);
    expect(signsOf(verdict(19.9), since, level(0.05))).toEqual([]);
  });

  it('tell a discriminator that has won, once until it has lost again', () => {
    const levelsAfter = (loss: number, count: number, before: Levels = {}): Levels =>
      Array.from({ length: count }).reduce<Levels>(
        (levels) => followed(levels, { discriminator: loss }),
        before,
      );
    const won = levelsAfter(0.001, 80, levelsAfter(0.5, 3));
    expect(isOutplayed(levelsAfter(0.5, 3))).toBe(false);
    expect(isOutplayed(won)).toBe(true);
    expect(isOutplayed({})).toBe(false);
    const first = telling([], { outplayed: isOutplayed(won) });
    expect(first).toEqual({ now: ['outplayed'], told: ['outplayed'] });
    expect(telling(first.told, { outplayed: true }).now).toEqual([]);
    const [between, lost] = [
      telling(first.told, { outplayed: undefined }),
      telling(first.told, { outplayed: false }),
    ];
    expect([between.told, lost.told]).toEqual([['outplayed'], []]);
  });
});
