import { describe, expect, it } from 'vitest';
import type { Network } from '../network.js';
import { type FitNeeds, fitOf } from './fit.js';
import type { Profile } from './profile.js';

const plain = { parameters: {}, apply: (_, x) => x } as Network;
const byGlobalStatistics: Network = { ...plain, byGlobalStatistics: (_, x) => x };
const ofSixteens: Network = { ...plain, sides: { multiple: 16, least: 64 } };

/** A pixel takes 10 bytes, and the weights 1000. */
const profile: Profile = { receptiveRadius: 8, globalRadius: 0, bytesPerPixel: 10, bytes: 1000, multiple: 1 };

const needs = (width: number, height: number, more: Partial<FitNeeds> = {}): FitNeeds => ({
  size: { width, height },
  edges: 'none',
  memory: 1e12,
  most: Number.POSITIVE_INFINITY,
  more: 0,
  ...more,
});

/** The grid of what is cut, or a failure of the test. */
const tiled = (...given: Parameters<typeof fitOf>) => {
  const fit = fitOf(...given);
  if (fit.kind !== 'tiled') throw new Error('it is not cut');
  const { window } = fit.grid.tiles[0];
  return { ...fit, window, pixels: window.width * window.height };
};

describe('a picture', () => {
  it('is worked on whole as long as there is memory for it', () => {
    expect(fitOf(plain, profile, needs(100, 100, { memory: 101_000 }))).toEqual({
      kind: 'whole',
      bytes: 101_000,
    });
    const { bytes, pixels, room, grid } = tiled(plain, profile, needs(100, 100, { memory: 100_990 }));
    expect(room).toBe(9999);
    expect(pixels).toBeLessThanOrEqual(9999);
    expect(bytes).toBe(1000 + 10 * pixels);
    expect(grid).toMatchObject({ full: { width: 100, height: 100 }, edges: 'none' });
    expect(grid.tiles.length).toBe(2);
  });

  it('is filled up to the sides that the network takes', () => {
    expect(fitOf(ofSixteens, profile, needs(65, 10))).toEqual({ kind: 'whole', bytes: 1000 + 10 * 80 * 64 });
    expect(tiled(ofSixteens, { ...profile, multiple: 16 }, needs(65, 10, { edges: 'x' })).grid.full).toEqual({
      width: 80,
      height: 64,
    });
  });

  it('that goes round is a tile with what lies beyond its edges', () => {
    const { window, grid } = tiled(plain, profile, needs(100, 50, { edges: 'x' }));
    expect(grid.tiles).toHaveLength(1);
    expect([window.width, window.height]).toEqual([116, 50]);
    const round = tiled(plain, profile, needs(100, 50, { edges: 'sphere', more: 4 }));
    expect([round.window.width, round.window.height]).toEqual([124, 74]);
  });

  it('is not worked on at once where that was too much for the engine', () => {
    expect(fitOf(plain, profile, needs(100, 100, { most: 10_000 })).kind).toBe('whole');
    const { room, pixels } = tiled(plain, profile, needs(100, 100, { most: 9000 }));
    expect(room).toBe(9000);
    expect(pixels).toBeLessThanOrEqual(9000);
  });

  it('of more than 25 megapixels is cut, however much memory there is', () => {
    expect(fitOf(plain, profile, needs(6250, 4000)).kind).toBe('whole');
    const { room, pixels } = tiled(plain, profile, needs(6251, 4000));
    expect(room).toBe(25e6);
    expect(pixels).toBeLessThanOrEqual(25e6);
  });

  it('overlaps by what the network looks at, and by what is asked for beyond', () => {
    const overlap = (more: number) => {
      const { grid } = tiled(plain, profile, needs(100, 10, { most: 800, more }));
      const [one, other] = grid.tiles;
      return one.window.left + one.window.width - other!.window.left;
    };
    expect([overlap(0), overlap(3)]).toEqual([16, 22]);
  });
});

describe('a network by means', () => {
  it('takes a picture whole as long as there is memory for it, however large', () => {
    expect(fitOf(byGlobalStatistics, profile, needs(4000, 3000)).kind).toBe('whole');
  });

  it('has smaller tiles than others where a picture must be cut', () => {
    const { room, pixels } = tiled(byGlobalStatistics, profile, needs(4000, 3000, { most: 11e6 }));
    expect(room).toBe(1.05e6);
    expect(pixels).toBeLessThanOrEqual(1.05e6);
    expect(tiled(byGlobalStatistics, profile, needs(4000, 3000, { most: 500_000 })).room).toBe(500_000);
    expect(tiled(plain, profile, needs(4000, 3000, { most: 10e6 })).room).toBe(10e6);
  });

  it('has one tile of a panorama, where there is memory for it', () => {
    const { room, grid } = tiled(byGlobalStatistics, profile, needs(2000, 1000, { edges: 'sphere' }));
    expect([room, grid.tiles.length]).toEqual([99_999_999_900, 1]);
  });
});

describe('a network that looks at everything', () => {
  const everywhere: Profile = { ...profile, receptiveRadius: undefined };

  it('is never cut, whatever memory there is', () => {
    expect(fitOf(plain, everywhere, needs(100, 100, { memory: 1, most: 1 }))).toEqual({
      kind: 'whole',
      bytes: 101_000,
    });
  });

  it('is shown some of the other side of a panorama', () => {
    const { window, grid } = tiled(plain, everywhere, needs(300, 100, { edges: 'x', memory: 1 }));
    expect(grid.tiles).toHaveLength(1);
    expect([window.left, window.width, window.height]).toEqual([-64, 428, 100]);
  });
});
