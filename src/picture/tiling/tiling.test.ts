import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Edges } from '../edges.js';
import { type GridNeeds, gridWithin } from './grid.js';
import { emptyPicture, pasteCore, type Values, windowOf } from './windows.js';

const edges = fc.constantFrom<Edges>('none', 'x', 'sphere');

const needs: fc.Arbitrary<GridNeeds> = fc
  .record({
    multiple: fc.constantFrom(1, 2, 4, 8),
    across: fc.integer({ min: 1, max: 24 }),
    down: fc.integer({ min: 1, max: 24 }),
    receptiveRadius: fc.nat(20),
    edges,
  })
  .map(({ multiple, across, down, ...rest }) => ({
    ...rest,
    multiple,
    full: { width: multiple * across, height: multiple * down },
  }));

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
      fc.property(
        needs,
        fc.integer({ min: 1, max: 2 ** 14 }),
        fc.nat(7),
        fc.nat(7),
        fc.constantFrom(1, 3),
        (need, room, less, lower, channels) => {
          const width = Math.max(1, need.full.width - (less % need.multiple));
          const height = Math.max(1, need.full.height - (lower % need.multiple));
          const picture = marked(width, height, channels);
          const into = emptyPicture(picture, { width, height });
          expect([into.shape, into.data.length]).toEqual([picture.shape, picture.data.length]);
          const { tiles, full } = gridWithin(need, room);
          for (const { core, window } of tiles)
            pasteCore(into, windowOf(picture, full, window, need.edges), core, window);
          expect(into.data).toEqual(picture.data);
        },
      ),
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
