import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SampleRow } from '../../ports/index.js';
import { gridOf } from './grid.js';
import { spread } from './journal.js';

const picture = (height: number, width: number, level: number) => ({
  dtype: 'uint8' as const,
  shape: [height, width, 3],
  data: new Uint8Array(height * width * 3).fill(level),
});

describe('a grid of samples', () => {
  it('has each picture at its row and column, of whatever sizes, with background around', () => {
    const size = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }));
    const row = fc.dictionary(fc.constantFrom('input', 'output', 'target', 'back', 'a', 'z'), size, {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 3 }), (sizes) => {
        let level = 100;
        const rows: readonly SampleRow[] = sizes.map((each, i) => ({
          name: `${i}`,
          pictures: Object.fromEntries(
            Object.entries(each).map(([name, [height, width]]) => [name, picture(height, width, level++)]),
          ),
        }));
        const { width, height, pixels, columns } = gridOf(rows);
        const all = rows.flatMap(({ pictures }) => Object.values(pictures));
        if (all.length === 0) return;
        const [tallest, widest] = [0, 1].map((axis) => Math.max(...all.map(({ shape }) => shape[axis]!)));
        expect([width, height]).toEqual([
          columns.length * (widest! + 4) - 4,
          rows.length * (tallest! + 4) - 4,
        ]);
        const wanted = new Uint8Array(width * height).fill(24);
        rows.forEach(({ pictures }, i) => {
          columns.forEach((name, j) => {
            const { shape: [h = 0, w = 0] = [], data } = pictures[name] ?? {};
            for (let y = 0; y < h; y++)
              for (let x = 0; x < w; x++)
                wanted[(i * (tallest! + 4) + y) * width + j * (widest! + 4) + x] = data![0]!;
          });
        });
        expect(pixels.filter((_, i) => i % 3 === 2)).toEqual(wanted);
      }),
    );
  });

  it('has the columns that people know first, in their order, and the others by name', () => {
    const pictures = Object.fromEntries(
      ['z', 'back', 'target', 'a', 'output', 'input'].map((name) => [name, picture(1, 1, 0)]),
    );
    expect(gridOf([{ name: '', pictures }]).columns).toEqual(['input', 'output', 'target', 'back', 'a', 'z']);
  });

  it('of nothing is a pixel', () => {
    expect(gridOf([])).toMatchObject({ width: 1, height: 1, columns: [] });
  });
});

describe('spread', () => {
  it('takes so many steps, the first and the last among them, about evenly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 2, max: 12 }), (length, count) => {
        const steps = Array.from({ length }, (_, i) => 10 * i);
        const some = spread(steps, count);
        if (length <= count) {
          expect(some).toEqual(steps);
          return;
        }
        expect(some).toHaveLength(count);
        expect([some[0], some.at(-1)]).toEqual([0, steps.at(-1)]);
        const gap = (10 * (length - 1)) / (count - 1);
        some.forEach((step, i) => void expect(Math.abs(step - i * gap)).toBeLessThanOrEqual(5));
      }),
    );
  });
});
