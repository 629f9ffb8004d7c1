import type * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Laws } from '../operator/promises.js';
import type { Step, Stream } from '../operator/step.js';
import { frame, none } from '../ports/index.js';
import {
  adjust,
  blend,
  crop,
  darkChannel,
  degradeBlur,
  degradeExposure,
  degradeHaze,
  degradeNoise,
} from './index.js';
import { paramsOf, readParams } from './testing/run.js';

const stream: Stream<typeof frame> = {
  kind: 'stream',
  name: 'photos',
  steps: [],
  input: none,
  output: frame,
};
const blended = (more: Partial<Parameters<typeof blend>[0]> = {}) =>
  blend({ base: stream, top: stream, ...more });
const shape = { width: 8, height: 7, channels: 3 } as const;

const factsOf = ({ operator: { facts } }: Step) => facts as typeof facts & { readonly laws?: Laws<never> };
const told = (result: E.Either<readonly string[], unknown>) => (result._tag === 'Left' ? result.left : []);

describe('operators that draw', () => {
  it.each([
    [degradeNoise(), true],
    [degradeNoise({ iso: 0 }), false],
    [degradeNoise({ iso: 0, sigma: [0, 1] }), true],
    [degradeNoise({ iso: [0, 1] }), true],
    [degradeBlur(), true],
    [degradeBlur(0), false],
    [degradeBlur([0, 1]), true],
    [degradeExposure(), true],
    [degradeExposure(1), false],
    [degradeExposure([-1, 0]), true],
    [degradeHaze(), true],
    [degradeHaze(0), false],
    [degradeHaze([0, 1]), true],
    [crop(4), false],
    [crop({ size: 4, random: true }), true],
  ] as const)('%#: say so where there is something to draw', (step, random) => {
    expect(factsOf(step).random?.(readParams(step) as never)).toBe(random);
  });
});

describe('operators promise', () => {
  it.each([
    [degradeNoise()],
    [degradeBlur()],
    [degradeExposure()],
    [degradeHaze()],
    [crop(4)],
    [blended()],
  ] as const)('%#: to stay between black and white', (step) => {
    expect(factsOf(step).laws?.range?.(readParams(step) as never)).toEqual([0, 1]);
  });

  const flips = ['flip-x', 'flip-y'];
  it.each([
    [adjust(), [...flips, 'rotate-90']],
    [darkChannel(), [...flips, 'rotate-90']],
    [blended(), [...flips, 'rotate-90', 'shift-x']],
    [crop([4, 3]), flips],
    [crop([4, 4]), ['flip-x']],
    [crop({ size: [4, 3], anchor: 'centre' }), flips],
    [crop({ size: [4, 3], anchor: 'top' }), []],
    [crop({ size: [4, 3], random: true }), []],
    [crop({ region: { left: 2, top: 2, width: 4, height: 3 } }), []],
  ] as const)('%#: to go the way of movements', (step, symmetries) => {
    expect(factsOf(step).laws?.equivariant?.(readParams(step) as never, shape)).toEqual(symmetries);
  });

  it('of pictures laid over themselves, where these come out', () => {
    const modes = [
      'normal',
      'multiply',
      'screen',
      'overlay',
      'darken',
      'lighten',
      'colour-dodge',
      'colour-burn',
      'hard-light',
      'soft-light',
      'difference',
      'exclusion',
      'hue',
      'saturation',
      'colour',
      'luminosity',
    ] as const;
    const same = modes.filter((mode) => {
      const step = blended({ mode });
      return factsOf(step).laws?.idempotent?.(readParams(step) as never);
    });
    expect(same).toEqual(['normal', 'darken', 'lighten', 'hue', 'saturation', 'colour', 'luminosity']);
  });

  it('to work on pixels by themselves, where they do', () => {
    const { tensor } = adjust.operator.behaviour as unknown as {
      readonly tensor: { readonly pointwise: (params: unknown) => boolean };
    };
    const alone = (params: Parameters<typeof adjust>[0]) => tensor.pointwise(readParams(adjust(params)));
    expect([{}, { contrast: 9 }, { highlights: 1 }, { shadows: -1 }].map(alone)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('crop', () => {
  const region = { left: 0, top: 0, width: 1, height: 1 };

  it.each([
    [{}, 'takes one of `size`, `aspect` and `region`'],
    [{ size: 4, aspect: '1:1' }, 'takes one of `size`, `aspect` and `region`'],
    [{ region, random: true }, 'cannot be random with a `region`'],
    [{ size: 4, anchor: 'top', random: true }, 'cannot be random with an `anchor`'],
    [{ region, anchor: 'top' }, 'needs no `anchor` with a `region`'],
    [{ aspect: '1:1', fill: 'edge' }, 'needs no `fill` with an `aspect`'],
  ] as const)('%j: %s', (params, message) => {
    expect(told(paramsOf(crop(params)))).toEqual([message]);
  });

  it.each([
    [{ size: 4, random: true, fill: 'edge' }],
    [{ size: 4, anchor: 'top', fill: 'edge' }],
    [{ aspect: '1:1', anchor: 'top' }],
    [{ aspect: '1:1', random: true }],
    [{ region, fill: 'edge' }],
  ] as const)('takes %j', (params) => {
    expect(told(paramsOf(crop(params)))).toEqual([]);
  });
});
