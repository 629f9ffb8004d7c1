import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Grid, gridWithin, type Tile } from '../../picture/tiling/grid.js';
import { windowsOver } from './seam-check.js';

const MULTIPLE = 16;
const HALO = 128;

const panorama = (width: number, room: number, edges: 'none' | 'x' | 'sphere') =>
  gridWithin({ full: { width, height: width / 2 }, receptiveRadius: HALO, multiple: MULTIPLE, edges }, room);

describe('windows of a seam check', () => {
  it('compare rows of the picture only, and never what a network made upside down', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 64 }), fc.integer({ min: 1, max: 8e6 }), (halves, room) => {
        const grid = panorama(2 * halves * MULTIPLE, room, 'sphere');
        const { height } = grid.full;
        for (const window of windowsOver(grid, HALO, MULTIPLE)) {
          const [from, to] = [window.top + HALO, window.top + window.height - HALO];
          if (window.height <= height) {
            expect(window.top).toBeGreaterThanOrEqual(0);
            expect(window.top + window.height).toBeLessThanOrEqual(height);
          }
          expect(Math.min(to, height) - Math.max(from, 0)).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('have each seam in their middle', () => {
    const grid = panorama(4096, 2e6, 'sphere');
    const middles = windowsOver(grid, HALO, MULTIPLE).map(({ left, width }) => left + width / 2);
    const seams = [...new Set(grid.tiles.map(({ core }) => core.left))];
    expect(seams.length).toBeGreaterThan(2);
    for (const seam of seams)
      expect(middles.some((middle) => Math.abs(middle - seam) <= MULTIPLE)).toBe(true);
  });

  it('are none where there is nothing to join', () => {
    expect(windowsOver(panorama(2048, 8e6, 'none'), HALO, MULTIPLE)).toEqual([]);
  });

  it('stay small beside the tiles of a large picture', () => {
    const grid = panorama(8192, 8e6, 'x');
    const [{ window }] = grid.tiles;
    for (const { width, height } of windowsOver(grid, HALO, MULTIPLE))
      expect(width * height).toBeLessThan((window.width * window.height) / 20);
  });

  /** A grid of cores that begin at these places, with windows of one size. */
  const gridOf = (
    edges: Grid['edges'],
    full: Grid['full'],
    window: Grid['full'],
    starts: readonly (readonly [left: number, top: number])[],
  ): Grid => ({
    full,
    edges,
    tiles: starts.map(([left, top]): Tile => {
      const place = { left, top, ...window };
      return { core: place, window: place };
    }) as unknown as Grid['tiles'],
  });
  const corners = (grid: Grid) =>
    windowsOver(grid, 8, MULTIPLE).map(({ left, top, width, height }) => {
      expect([width, height]).toEqual([144, 144]);
      return [left, top];
    });

  it('are at four places along each seam, inside of the picture', () => {
    const starts = [
      [0, 0],
      [512, 0],
      [0, 256],
      [512, 256],
    ] as const;
    const full = { width: 1024, height: 512 };
    const window = { width: 600, height: 300 };
    const down = [
      [448, 0],
      [448, 128],
      [448, 256],
      [448, 368],
    ];
    const across = [
      [64, 192],
      [320, 192],
      [576, 192],
      [832, 192],
    ];
    expect(corners(gridOf('none', full, window, starts))).toEqual([...down, ...across]);
    const seam = down.map(([, top]) => [-64, top]);
    expect(corners(gridOf('x', full, window, starts))).toEqual([...seam, ...down, ...across]);
    const narrow = gridOf('none', { width: 1024, height: 512 }, window, [
      [0, 0],
      [16, 0],
      [1008, 0],
    ]);
    expect(corners(narrow).map(([left]) => left)).toEqual([...Array(4).fill(0), ...Array(4).fill(880)]);
  });

  it('are no larger than tiles', () => {
    const grid = gridOf('x', { width: 96, height: 64 }, { width: 112, height: 64 }, [[0, 0]]);
    expect(windowsOver(grid, 8, MULTIPLE)[0]).toEqual({ left: -48, top: 0, width: 112, height: 64 });
  });

  it('that are higher than the picture have it in their middle', () => {
    const grid = gridOf('sphere', { width: 1024, height: 96 }, { width: 1200, height: 300 }, [[0, 0]]);
    expect(corners(grid)).toEqual(Array(4).fill([-64, -16]));
  });

  it('are over eight seams of many', () => {
    const starts = Array.from({ length: 20 }, (_, i) => [160 * i, 0] as const);
    const grid = gridOf('none', { width: 3200, height: 512 }, { width: 600, height: 512 }, starts);
    const lefts = [...new Set(corners(grid).map(([left]) => left! + 64))];
    expect(lefts).toEqual([1, 3, 5, 8, 10, 12, 15, 17].map((i) => 160 * i));
  });
});
