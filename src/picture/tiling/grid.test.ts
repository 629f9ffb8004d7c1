import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GridNeeds, gridWithin, type Tile, upTo } from './grid.js';

const needs: fc.Arbitrary<GridNeeds> = fc
  .record({
    multiple: fc.constantFrom(1, 4, 16),
    wide: fc.integer({ min: 1, max: 60 }),
    high: fc.integer({ min: 1, max: 60 }),
    receptiveRadius: fc.integer({ min: 0, max: 150 }),
    edges: fc.constantFrom('none' as const, 'x' as const, 'sphere' as const),
  })
  .map(({ wide, high, ...rest }) => ({
    ...rest,
    full: { width: wide * rest.multiple, height: high * rest.multiple },
  }));

const room = fc.integer({ min: 1, max: 2 ** 20 });

/** What a tile sees before and after its core, along both axes. */
const margins = ({ core, window }: Tile): readonly number[] => [
  core.left - window.left,
  core.top - window.top,
  window.left + window.width - core.left - core.width,
  window.top + window.height - core.top - core.height,
];

describe('gridWithin', () => {
  it('makes every pixel the business of one tile', () => {
    fc.assert(
      fc.property(needs, room, (given, pixels) => {
        const { full } = given;
        const times = new Uint8Array(full.width * full.height);
        for (const { core } of gridWithin(given, pixels).tiles)
          for (let y = core.top; y < core.top + core.height; y++)
            for (let x = core.left; x < core.left + core.width; x++) times[y * full.width + x]!++;
        expect(times.every((n) => n === 1)).toBe(true);
      }),
    );
  });

  it('lets each tile see all around it, up to the edges of what has no beyond', () => {
    fc.assert(
      fc.property(needs, room, (given, pixels) => {
        const { full, receptiveRadius, edges } = given;
        const { tiles } = gridWithin(given, pixels);
        for (const tile of tiles) {
          const { window } = tile;
          const atEdge = [
            edges === 'none' && window.left === 0,
            edges !== 'sphere' && window.top === 0,
            edges === 'none' && window.left + window.width === full.width,
            edges !== 'sphere' && window.top + window.height === full.height,
          ];
          margins(tile).forEach((margin, side) => {
            expect(margin).toBeGreaterThanOrEqual(atEdge[side] ? 0 : receptiveRadius);
          });
        }
      }),
    );
  });

  it('gives all windows one size, at multiples', () => {
    fc.assert(
      fc.property(needs, room, (given, pixels) => {
        const { tiles } = gridWithin(given, pixels);
        const { width, height } = tiles[0].window;
        for (const { window } of tiles) {
          expect([window.width, window.height]).toEqual([width, height]);
          for (const place of Object.values(window)) expect(Math.abs(place % given.multiple)).toBe(0);
        }
      }),
    );
  });

  it('keeps to the room, but for tiles that would be for less than what they look at', () => {
    fc.assert(
      fc.property(needs, room, (given, pixels) => {
        const { multiple, receptiveRadius } = given;
        const { width, height } = gridWithin(given, pixels).tiles[0].window;
        const least = Math.max(upTo(receptiveRadius, multiple), 2 * multiple);
        // A core of less than twice the least could not be cut in two.
        const small = 2 * least + 2 * upTo(receptiveRadius, multiple) + multiple;
        expect(width * height <= pixels || (width <= small && height <= small)).toBe(true);
      }),
    );
  });

  it('looks twice at as little as it can: a photo of 24 megapixels at less than a tenth', () => {
    const full = { width: 6000, height: 4000 };
    const { tiles } = gridWithin({ full, receptiveRadius: 117, multiple: 16, edges: 'none' }, 10e6);
    const seen = tiles.reduce((sum, { window }) => sum + window.width * window.height, 0);
    expect(seen / (6000 * 4000)).toBeLessThan(1.1);
  });
});
