import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { frameFrom } from '../testing/frames.js';
import { ownParams, paramsOf, readParams, runMap } from '../testing/run.js';
import { paddedSize, type Wanted } from './frame-size.js';
import { pad } from './index.js';

type Params = Parameters<typeof pad>[0];

const sizeOf = (params: Params, width: number, height: number) =>
  paddedSize(ownParams<Wanted>(pad(params)), { width, height });

describe('the size of a padded picture', () => {
  it.each([
    [{ size: [7, 5] }, 3, 5, 7, 5],
    [{ multiple: 4 }, 8, 9, 8, 12],
    [{ multiple: [3, 5] }, 7, 10, 9, 10],
    [{ aspect: '2:1' }, 10, 10, 20, 10],
    [{ aspect: '1:2' }, 10, 10, 10, 20],
    [{ aspect: [4, 3] }, 10, 9, 12, 9],
    [{ aspect: '2:1' }, 20, 10, 20, 10],
  ] as const)('%j', (params, width, height, ...[across, down]) => {
    expect(sizeOf(params, width, height)).toEqual(E.right({ width: across, height: down }));
  });

  it('is no less than the picture, on either side', () => {
    for (const [width, height] of [
      [4, 3],
      [3, 4],
    ] as const)
      expect(sizeOf({ size: 3 }, width, height)).toMatchObject(
        E.left([
          {
            code: 'picture/too-large',
            message: `The picture has ${width}x${height} pixels, more than the 3x3 that it is to be padded to.`,
          },
        ]),
      );
  });

  it('is 400 megapixels at most', () => {
    expect(E.isRight(sizeOf({ size: 20_000 }, 3, 3))).toBe(true);
    expect(sizeOf({ size: [20_000, 20_001] }, 3, 3)).toMatchObject(
      E.left([
        {
          code: 'picture/too-large',
          message: 'Padded, the picture would have 20000x20001 pixels; 400 megapixels are the limit.',
          hint: 'Ask for a smaller size, multiple or ratio.',
        },
      ]),
    );
  });

  it('is declared before it is made', () => {
    const shape = pad.operator.facts.shape?.(readParams(pad({ multiple: 4 })), {
      width: 5,
      height: 4,
      channels: 1,
    });
    expect(shape).toEqual(E.right({ width: 8, height: 4, channels: 1 }));
  });
});

describe('pad', () => {
  it('takes one way of saying how large', () => {
    const wrong = E.left(['takes one of `size`, `multiple` and `aspect`']);
    for (const params of [{}, { size: 9, multiple: 3 }, { multiple: 3, aspect: '1:1' }] as const)
      expect(paramsOf(pad(params))).toEqual(wrong);
    expect(E.isRight(paramsOf(pad({ aspect: '1:1' })))).toBe(true);
  });

  it('promises flips of what is centred with as much on both sides', () => {
    const { equivariant, range } = pad.operator.facts.laws ?? {};
    const symmetries = (params: Params) =>
      equivariant?.(readParams(pad(params)), { width: 4, height: 5, channels: 3 });
    expect(symmetries({ size: [6, 8] })).toEqual(['flip-x']);
    expect(symmetries({ size: [6, 7] })).toEqual(['flip-x', 'flip-y']);
    expect(symmetries({ size: [6, 7], anchor: 'top' })).toEqual([]);
    expect(symmetries({ size: 2 })).toEqual([]);
    expect(range?.(undefined as never)).toEqual([0, 1]);
  });

  it('puts the picture where its anchor says, and tells panoramas where they are', async () => {
    const xmp = new TextEncoder().encode('<x GPano:ProjectionType="equirectangular"/>');
    const plain = frameFrom({ width: 4, height: 2 }, () => 0.5);
    const result = await runMap(pad({ size: [8, 4], fill: 'black', anchor: 'bottom-right' }), {
      ...plain,
      metadata: { ...plain.metadata, xmp },
    });
    if (E.isLeft(result)) throw new Error(result.left[0].message);
    const { samples } = result.right;
    const lit = [...samples.data].flatMap((value, i) => (value > 0 && i % 3 === 0 ? [i / 3] : []));
    expect(lit).toEqual([20, 21, 22, 23, 28, 29, 30, 31]);
  });
});
