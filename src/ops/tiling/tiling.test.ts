import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Edges } from '../../nn/edges.js';
import { type Grid, type GridNeeds, gridOf, reducedPlace } from './grid.js';
import { emptyPicture, pasteCore, type Values, windowOf } from './windows.js';

const edges = fc.constantFrom<Edges>('none', 'x', 'sphere');

const needs: fc.Arbitrary<GridNeeds> = fc
  .record({
    multiple: fc.constantFrom(1, 2, 4, 8),
    across: fc.integer({ min: 1, max: 24 }),
    down: fc.integer({ min: 1, max: 24 }),
    core: fc.record({ width: fc.integer({ min: 1, max: 70 }), height: fc.integer({ min: 1, max: 70 }) }),
    reach: fc.nat(20),
    edges,
  })
  .map(({ multiple, across, down, ...rest }) => ({
    ...rest,
    multiple,
    full: { width: multiple * across, height: multiple * down },
  }));

/** Along an axis: what is for a core, what is looked at, and whether there is a beyond. */
const axes = ({ tiles, edges, full }: Grid) => [
  {
    whole: full.width,
    beyond: edges !== 'none',
    parts: tiles.map(({ core, window }) => ({
      start: core.left,
      length: core.width,
      from: window.left,
      seen: window.width,
    })),
  },
  {
    whole: full.height,
    beyond: edges === 'sphere',
    parts: tiles.map(({ core, window }) => ({
      start: core.top,
      length: core.height,
      from: window.top,
      seen: window.height,
    })),
  },
];

describe('a grid of tiles', () => {
  it('has cores that together are the picture, each with all that is looked at around it', () => {
    fc.assert(
      fc.property(needs, (need) => {
        const grid = gridOf(need);
        const most = [need.core.width, need.core.height];
        axes(grid).forEach(({ whole, beyond, parts }, axis) => {
          const halo = Math.ceil(need.reach / need.multiple) * need.multiple;
          for (const { start, length, from, seen } of parts) {
            expect([start, length, from, seen].map((each) => Math.abs(each) % need.multiple)).toEqual([
              0, 0, 0, 0,
            ]);
            expect(length).toBeLessThanOrEqual(Math.max(need.multiple, most[axis]!));
            expect(start >= 0 && start + length <= whole).toBe(true);
            expect([length, seen]).toEqual([parts[0]!.length, parts[0]!.seen]);
            if (beyond) expect([from, seen]).toEqual([start - halo, length + 2 * halo]);
            else {
              expect(from >= 0 && from + seen <= whole).toBe(true);
              expect(from).toBeLessThanOrEqual(Math.max(0, start - halo));
              expect(from + seen).toBeGreaterThanOrEqual(Math.min(whole, start + length + halo));
              expect(seen).toBe(Math.min(whole, length + 2 * halo));
            }
          }
          const starts = [...new Set(parts.map(({ start }) => start))].toSorted((a, b) => a - b);
          // No gap, and no tile more than are needed.
          starts.forEach((start, i) => {
            expect(start).toBeLessThanOrEqual(i * parts[0]!.length);
          });
          expect(starts.at(-1)! + parts[0]!.length).toBe(whole);
          const fewest = Math.ceil(
            whole / Math.max(need.multiple, Math.floor(most[axis]! / need.multiple) * need.multiple),
          );
          expect(starts.length).toBeLessThanOrEqual(fewest);
        });
        expect(new Set(grid.tiles.map(({ core }) => `${core.left} ${core.top}`)).size).toBe(
          grid.tiles.length,
        );
      }),
    );
  });

  it('is moved as a whole', () => {
    fc.assert(
      fc.property(needs, fc.nat(5), fc.nat(5), (need, x, y) => {
        const [width, height] = [x * need.multiple, y * need.multiple];
        const moved = gridOf({ ...need, edges: 'sphere', shift: { width, height } });
        const still = gridOf({ ...need, edges: 'sphere' });
        const by = <P extends { left: number; top: number }>(place: P): P => ({
          ...place,
          left: place.left + width,
          top: place.top + height,
        });
        expect(moved.tiles).toEqual(
          still.tiles.map(({ core, window }) => ({ core: by(core), window: by(window) })),
        );
      }),
    );
  });

  it('has a place in the picture at a part of its size', () => {
    expect(reducedPlace({ left: -8, top: 16, width: 24, height: 32 }, 8)).toEqual({
      left: -1,
      top: 2,
      width: 3,
      height: 4,
    });
  });
});

/** A picture whose values tell their row, column and channel. */
const marked = (width: number, height: number, channels: number): Values => ({
  dtype: 'float32',
  shape: [height, width, channels],
  data: Float32Array.from({ length: width * height * channels }, (_, i) => i),
});

const mirrored = (i: number, length: number): number => {
  const period = Math.max(1, 2 * (length - 1));
  const at = ((i % period) + period) % period;
  return length === 1 ? 0 : Math.min(at, period - at);
};

const around = (i: number, length: number): number => ((i % length) + length) % length;

/** Which pixel stands at a place, beyond the picture too. Over a pole one goes down on the other side. */
const pixelAt = (x: number, y: number, width: number, height: number, kind: Edges): [number, number] => {
  if (kind === 'none') return [mirrored(x, width), mirrored(y, height)];
  if (kind === 'x') return [around(x, width), mirrored(y, height)];
  const turn = around(y, 2 * height);
  return turn < height
    ? [around(x, width), turn]
    : [around(x + Math.floor(width / 2), width), 2 * height - 1 - turn];
};

describe('a window', () => {
  it('shows what stands there, and beyond the picture what its edges say', () => {
    const side = fc.integer({ min: 2, max: 9 });
    const place = fc.record({
      left: fc.integer({ min: -12, max: 12 }),
      top: fc.integer({ min: -12, max: 12 }),
      width: fc.integer({ min: 1, max: 14 }),
      height: fc.integer({ min: 1, max: 14 }),
    });
    fc.assert(
      fc.property(
        side,
        side,
        fc.constantFrom(1, 3),
        place,
        edges,
        (width, height, channels, window, kind) => {
          const picture = marked(width, height, channels);
          const seen = windowOf(picture, { width, height }, window, kind);
          expect(seen.shape).toEqual([window.height, window.width, channels]);
          const expected = Array.from(seen.data, (_, i) => {
            const [c, x, y] = [
              i % channels,
              Math.floor(i / channels) % window.width,
              Math.floor(i / channels / window.width),
            ];
            const [column, row] = pixelAt(window.left + x, window.top + y, width, height, kind);
            return (row * width + column) * channels + c;
          });
          expect([...seen.data]).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('of a panorama that is filled up begins the turn again behind it', () => {
    const seen = windowOf(
      marked(5, 1, 1),
      { width: 8, height: 1 },
      { left: -2, top: 0, width: 12, height: 1 },
      'x',
    );
    expect([...seen.data]).toEqual([1, 2, 0, 1, 2, 3, 4, 0, 1, 2, 0, 1]);
  });

  it('is pasted so that the tiles together are the picture', () => {
    fc.assert(
      fc.property(needs, fc.nat(7), fc.nat(7), fc.constantFrom(1, 3), (need, less, lower, channels) => {
        const width = Math.max(1, need.full.width - (less % need.multiple));
        const height = Math.max(1, need.full.height - (lower % need.multiple));
        const picture = marked(width, height, channels);
        const into = emptyPicture(picture, { width, height });
        expect([into.shape, into.data.length]).toEqual([picture.shape, picture.data.length]);
        const { tiles, full } = gridOf(need);
        for (const { core, window } of tiles)
          pasteCore(into, windowOf(picture, full, window, need.edges), core, window);
        expect(into.data).toEqual(picture.data);
      }),
    );
  });

  it('leaves what is beyond its core alone', () => {
    const into = emptyPicture(marked(6, 5, 1), { width: 6, height: 5 });
    const result = { ...marked(4, 4, 1), data: new Float32Array(16).fill(7) } as Values;
    pasteCore(
      into,
      result,
      { left: 2, top: 1, width: 2, height: 3 },
      { left: 1, top: 0, width: 4, height: 4 },
    );
    const columns = [0, 0, 7, 7, 0, 0];
    const none = [0, 0, 0, 0, 0, 0];
    expect([...into.data]).toEqual([none, columns, columns, columns, none].flat());
  });
});
