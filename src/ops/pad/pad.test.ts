import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { crop } from '../crop/index.js';
import { arbitraryFrame, frameFrom, valuesOf } from '../testing/frames.js';
import { paramsOf, runMap } from '../testing/run.js';
import { pad } from './index.js';

type Params = Parameters<typeof pad>[0];

const padded = async (params: Params, photo: Frame) => {
  const result = await runMap(pad(params), photo);
  if (E.isLeft(result)) throw new Error(result.left[0].code);
  return result.right;
};

const row = frameFrom({ width: 3, height: 1, channels: 1, depth: 'float32', alpha: () => 0.5 }, (x) => x);

describe('pad', () => {
  it.each([
    ['reflect', [2, 1, 0, 1, 2, 1, 0]],
    ['symmetric', [1, 0, 0, 1, 2, 2, 1]],
    ['edge', [0, 0, 0, 1, 2, 2, 2]],
    ['wrap', [1, 2, 0, 1, 2, 0, 1]],
    ['white', [1, 1, 0, 1, 2, 1, 1]],
  ] as const)('fills up with %s', async (fill, values) => {
    const result = await padded({ size: [7, 1], fill }, row);
    expect(valuesOf(result)).toEqual(values);
    expect([...(result.alpha?.data ?? [])]).toEqual(
      fill === 'white' ? [1, 1, 0.5, 0.5, 0.5, 1, 1] : Array(7).fill(0.5),
    );
  });

  it('takes a colour to the depth of the picture', async () => {
    const dot = frameFrom({ width: 1, height: 1, depth: 'uint16' }, () => 0);
    const result = await padded({ size: [2, 1], fill: '#ff8000', anchor: 'left' }, dot);
    expect([...result.samples.data]).toEqual([0, 0, 0, 65535, 128 * 257, 0]);
  });

  it.each([
    [{ multiple: 8 }, 5, 16, 8, 16],
    [{ multiple: [4, 10] }, 5, 16, 8, 20],
    [{ aspect: '1:1' }, 5, 16, 16, 16],
    [{ aspect: '3:2' }, 90, 90, 135, 90],
    [{ size: [5, 20] }, 5, 16, 5, 20],
  ] as const)('%j', async (params, width, height, ...size) => {
    const result = await padded(
      params,
      frameFrom({ width, height }, () => 0),
    );
    expect([result.width, result.height]).toEqual(size);
  });

  it('is undone by a crop at the same place', async () => {
    const anchors = fc.constantFrom(
      'centre' as const,
      'top-left' as const,
      'bottom' as const,
      'right' as const,
    );
    const fills = fc.constantFrom(
      'reflect' as const,
      'symmetric' as const,
      'edge' as const,
      'wrap' as const,
      '#123456',
    );
    await fc.assert(
      fc.asyncProperty(
        arbitraryFrame(),
        fc.integer({ min: 1, max: 9 }),
        anchors,
        fills,
        async (photo, multiple, anchor, fill) => {
          const larger = await padded({ multiple, anchor, fill }, photo);
          expect([larger.width % multiple, larger.height % multiple]).toEqual([0, 0]);
          const region = {
            left:
              anchor === 'top-left'
                ? 0
                : anchor === 'right'
                  ? larger.width - photo.width
                  : Math.floor((larger.width - photo.width) / 2),
            top:
              anchor === 'top-left'
                ? 0
                : anchor === 'bottom'
                  ? larger.height - photo.height
                  : Math.floor((larger.height - photo.height) / 2),
            width: photo.width,
            height: photo.height,
          };
          expect(await runMap(crop({ region }), larger)).toEqual(E.right(photo));
        },
      ),
    );
  });

  it.each([{ size: 2 }, { size: [3, 100_000] }, { multiple: 100_000 }] as const)(
    'says what is too large about %j',
    async (params) => {
      const photo = frameFrom({ width: 3, height: 3 }, () => 0);
      const result = await runMap(pad(params), photo);
      const code = E.isLeft(result) ? result.left[0].code : undefined;
      expect(code).toBe('multiple' in params || params.size === 2 ? 'picture/too-large' : undefined);
    },
  );

  it.each([{}, { size: 4, multiple: 4 }] as const)('refuses %j', (params) => {
    expect(E.isLeft(paramsOf(pad(params)))).toBe(true);
  });
});
