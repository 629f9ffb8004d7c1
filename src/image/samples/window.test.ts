import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { cutOut, type Fill, sources } from './window.js';

const at = ({ samples, alpha, width, channels }: Frame, x: number, y: number): readonly number[] => [
  ...samples.data.subarray((y * width + x) * channels, (y * width + x + 1) * channels),
  ...(alpha ? [alpha.data[y * width + x] ?? Number.NaN] : []),
];

/** A picture in which every sample tells its place. */
const marked = (width: number, height: number, channels: 1 | 3, withAlpha: boolean): Frame => ({
  width,
  height,
  channels,
  samples: {
    depth: 'uint16',
    data: Uint16Array.from({ length: width * height * channels }, (_, i) => i + 1),
  },
  ...(withAlpha && {
    alpha: { depth: 'uint16', data: Uint16Array.from({ length: width * height }, (_, i) => 9000 + i) },
  }),
  metadata: { bits: 16, model: 'rgb', orientation: 1, pages: 1, palette: false },
});

describe('sources', () => {
  const row = (fill: Fill, n: number) => [...sources(-5, 5 + n + 5, n, fill)].join(' ');

  it('go on beyond the edges as named', () => {
    expect(row('reflect', 3)).toBe('1 0 1 2 1 0 1 2 1 0 1 2 1');
    expect(row('symmetric', 3)).toBe('1 2 2 1 0 0 1 2 2 1 0 0 1');
    expect(row('edge', 3)).toBe('0 0 0 0 0 0 1 2 2 2 2 2 2');
    expect(row('wrap', 3)).toBe('1 2 0 1 2 0 1 2 0 1 2 0 1');
    expect(row([0, 0, 0], 3)).toBe('-1 -1 -1 -1 -1 0 1 2 -1 -1 -1 -1 -1');
  });

  it.each(['reflect', 'symmetric', 'edge', 'wrap'] as const)('of one place are that place: %s', (fill) => {
    expect(new Set(sources(-5, 11, 1, fill))).toEqual(new Set([0]));
  });
});

describe('cutOut', () => {
  const side = fc.integer({ min: 1, max: 7 });
  const begin = fc.integer({ min: -9, max: 9 });
  const fill = fc.constantFrom<Fill>('reflect', 'symmetric', 'edge', 'wrap', [1, 0.5, 0]);

  it('takes every pixel from where it stands, or from where the fill says', () => {
    fc.assert(
      fc.property(
        fc.record({ width: side, height: side, channels: fc.constantFrom<1 | 3>(1, 3), alpha: fc.boolean() }),
        fc.record({ left: begin, top: begin, width: side, height: side }),
        fill,
        ({ width, height, channels, alpha }, region, mode) => {
          const photo = marked(width, height, channels, alpha);
          const result = cutOut(photo, region, mode);
          const xs = sources(region.left, region.width, width, mode);
          const ys = sources(region.top, region.height, height, mode);
          const colour = channels === 1 ? [Math.round(65535 * 0.5702)] : [65535, 32768, 0];
          for (const [y, fromY] of ys.entries())
            for (const [x, fromX] of xs.entries())
              expect(at(result, x, y)).toEqual(
                fromX < 0 || fromY < 0 ? [...colour, ...(alpha ? [65535] : [])] : at(photo, fromX, fromY),
              );
        },
      ),
    );
  });

  it('gives the picture back when the region is the whole of it', () => {
    const photo = marked(5, 4, 3, true);
    expect(cutOut(photo, { left: 0, top: 0, width: 5, height: 4 }, 'edge')).toEqual(photo);
  });
});
