import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../ports/index.js';
import { eagerly, relativeError } from '../tensor/testing/agree.js';
import { floats } from '../tensor/testing/tensors.js';
import * as tf from '../tensor/tfjs.js';
import { FREQUENCIES, fromSlidingDct, slidingDct } from './sliding-dct.js';

beforeAll(() => tf.setBackend('cpu'));

const through = (x: HostTensor, run: (x: tf.Tensor4D) => tf.Tensor4D): HostTensor =>
  eagerly({ inputs: { x }, run: (inputs) => run(inputs.x as tf.Tensor4D) })[0]!;

const sizes = fc.tuple(
  fc.integer({ min: 1, max: 2 }),
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: 1, max: 2 }),
);

describe('the sliding discrete cosine transform', () => {
  it('leads back to the picture, of any planes', () => {
    fc.assert(
      fc.property(
        sizes.chain(([n, rows, columns, planes]) =>
          fc.record({
            // Blocks that begin 6 pixels early mirror as many.
            x: floats([n, 4 * rows + 4, 4 * columns + 4, planes], { min: -1, max: 1 }),
            before: fc.constantFrom(4 as const, 6 as const),
          }),
        ),
        ({ x, before }) => {
          expect(
            relativeError(
              through(x, (y) => fromSlidingDct(slidingDct(y, before), before)),
              x,
            ),
          ).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is that of each block by itself, as it is defined', () => {
    const [height, width] = [16, 20];
    const at = (x: number, y: number): number => Math.sin(x * 1.3 + y * y * 0.7) + 0.1 * x;
    const data = Float32Array.from({ length: height * width }, (_, i) =>
      at(i % width, Math.floor(i / width)),
    );
    const made = through({ dtype: 'float32', shape: [1, height, width, 1], data }, slidingDct);
    expect(made.shape).toEqual([1, 5, 6, FREQUENCIES]);
    const expected = (left: number, top: number, u: number, v: number): number => {
      let sum = 0;
      for (let y = 0; y < 8; y++)
        for (let x = 0; x < 8; x++)
          sum +=
            at(left + x, top + y) *
            Math.cos(((2 * x + 1) * u * Math.PI) / 16) *
            Math.cos(((2 * y + 1) * v * Math.PI) / 16);
      return (sum * (u === 0 ? Math.SQRT1_2 : 1) * (v === 0 ? Math.SQRT1_2 : 1)) / 4;
    };
    // The first blocks begin 4 pixels before the picture, so these lie inside.
    for (const [row, column] of [
      [1, 1],
      [2, 4],
      [3, 2],
    ] as const)
      for (const [u, v] of [
        [0, 0],
        [1, 0],
        [0, 2],
        [5, 7],
      ] as const) {
        const place = ((row * 6 + column) * FREQUENCIES + 8 * v + u) as number;
        expect(made.data[place]).toBeCloseTo(expected(4 * column - 4, 4 * row - 4, u, v), 4);
      }
  });
});
