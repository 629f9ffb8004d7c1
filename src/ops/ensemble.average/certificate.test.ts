import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridWithin } from '../tiling/grid.js';
import { windowsOver } from './certificate.js';

const MULTIPLE = 16;
const HALO = 128;

const panorama = (width: number, room: number, edges: 'none' | 'x' | 'sphere') =>
  gridWithin({ full: { width, height: width / 2 }, reach: HALO, multiple: MULTIPLE, edges }, room);

describe('windows of a certificate', () => {
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

  it('have each join in their middle', () => {
    const grid = panorama(4096, 2e6, 'sphere');
    const middles = windowsOver(grid, HALO, MULTIPLE).map(({ left, width }) => left + width / 2);
    const joins = [...new Set(grid.tiles.map(({ core }) => core.left))];
    expect(joins.length).toBeGreaterThan(2);
    for (const join of joins)
      expect(middles.some((middle) => Math.abs(middle - join) <= MULTIPLE)).toBe(true);
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
});
