import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { randomFor } from '../../operator/random.js';
import type { HostTensor, Item } from '../../ports/index.js';
import { createEngine } from '../../tensor/index.js';
import { frameFrom } from '../testing/frames.js';
import { ownParams } from '../testing/run.js';
import type { TrainingBatch } from './examples.js';
import { ganStep } from './index.js';
import type { Params } from './params.js';
import { flatten } from './state.js';
import { createTrainer } from './trainer.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

type Written = Parameters<typeof ganStep>[0];
type Tensors = Readonly<Record<string, HostTensor>>;

const key = (index: number) => ({ path: `${index}.png`, index, epoch: 0 });
const random = (index: number) => randomFor(3, 'gan.step', key(index));
const context = { path: 'gan.step', random: ({ index }: { readonly index: number }) => random(index) };

/** Noise around a value, other for each place. */
const picture = (side: number, place: number) =>
  frameFrom({ width: side, height: side, depth: 'float32' }, (x, y, c) => {
    const value = Math.sin(12.9 * x + 78.2 * y + 37.7 * c + 5.3 * place) * 43758.5;
    return 0.25 + 0.1 * (place % 3) + 0.4 * (value - Math.floor(value));
  });

const batchAt = (step: number, isPaired: boolean, count: number, side: number): Item<TrainingBatch> => ({
  key: key(step),
  value: {
    items: Array.from({ length: count }, (_, i) => {
      const [one, other] = [picture(side, 10 * step + i), picture(side, 10 * step + i + 5)];
      return {
        key: key(i),
        value: isPaired
          ? { from: one, to: other }
          : { a: { key: key(i), value: one }, b: { key: key(i), value: other } },
      };
    }),
  },
});

interface Course {
  readonly steps: readonly [from: number, to: number];
  readonly isPaired?: boolean;
  readonly count?: number;
  readonly side?: number;
}

/** The state of a training after some steps, as a checkpoint keeps it. */
const trained = async (
  written: Written,
  { steps: [from, to], isPaired = true, count = 4, side = 16 }: Course,
  saved?: Tensors,
): Promise<Tensors> => {
  const trainer = createTrainer(ownParams<Params>(ganStep(written)), context, engine);
  let state = trainer.start;
  if (saved !== undefined) {
    const resumed = trainer.resume(saved);
    if (E.isLeft(resumed)) throw new Error(resumed.left[0].message);
    state = resumed.right;
  }
  for (let step = from; step < to; step++) {
    const site = {
      random: random(step),
      judges: async () => ({ photos: [], print: 0 }),
      warn: () => () => undefined,
    };
    const item = batchAt(step, isPaired, count, side);
    const done = await trainer.step(state, item, site, new AbortController().signal)();
    if (E.isLeft(done)) throw new Error(done.left[0].message);
    state = done.right[0];
  }
  return flatten(state);
};

/** How far the mean gradients of two states are apart, as a share of the largest of each tensor. */
const apart = (one: Tensors, other: Tensors): number => {
  const names = Object.keys(one).filter((name) => name.startsWith('first/'));
  expect(names.length).toBeGreaterThan(4);
  return Math.max(
    ...names.map((name) => {
      const [a, b] = [one[name]!.data, other[name]!.data];
      const largest = Math.max(1e-6, ...Array.from(a, Math.abs));
      return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!))) / largest;
    }),
  );
};

const small = {
  generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1, norm: false } },
  discriminator: { patch: { layers: 1, width: 4 } },
  schedule: { constant: 9 },
} as const;

describe('a batch that is learned from in parts', () => {
  it('has the gradient of the whole batch, whatever the losses and parts', async () => {
    const losses = fc.constantFrom(
      { adversarial: 0.1, pixel: 1, content: 1, gradient: 1, ssim: 1, fidelity: 1, identity: 1 },
      {
        adversarial: { weight: 1, kind: 'hinge' },
        variation: 1,
        structure: 1,
        range: 1,
        neutral: 1,
        whites: 1,
      },
      { adversarial: { weight: 1, kind: 'wgan-gp' }, pixel: { weight: 1, kind: 'mse' } },
    );
    await fc.assert(
      fc.asyncProperty(losses, fc.constantFrom(2, 4), async (chosen, accumulate) => {
        const written = { ...small, losses: chosen } as Written;
        const whole = await trained(written, { steps: [0, 1] });
        const parts = await trained({ ...written, accumulate }, { steps: [0, 1] });
        expect(apart(whole, parts)).toBeLessThan(2e-4);
      }),
      { numRuns: 4 },
    );
  });

  it('has it of patches and several scales, of unpaired photos there and back, and of the initial training', async () => {
    const cases: readonly (readonly [Written, Omit<Course, 'steps'>])[] = [
      [
        { ...small, losses: { adversarial: 0, pixel: 1, patchNce: 1, msSsim: 1 } },
        { count: 2, side: 64 },
      ],
      [{ ...small, losses: { adversarial: 1, cycle: 1 }, pool: 3 }, { isPaired: false }],
      [{ ...small, losses: { adversarial: 1, pixel: 1 }, pretrain: 2 }, {}],
    ];
    for (const [written, course] of cases) {
      const whole = await trained(written, { ...course, steps: [0, 1] });
      const parts = await trained({ ...written, accumulate: 2 }, { ...course, steps: [0, 1] });
      expect(apart(whole, parts)).toBeLessThan(2e-4);
    }
  });

  it('goes on bit by bit where it was stopped', async () => {
    const written: Written = {
      ...small,
      losses: { adversarial: 1, cycle: 1 },
      pool: 3,
      average: 0.9,
      accumulate: 2,
      clip: 1,
    };
    const course = { isPaired: false } as const;
    const straight = await trained(written, { ...course, steps: [0, 4] });
    const half = await trained(written, { ...course, steps: [0, 2] });
    expect(await trained(written, { ...course, steps: [2, 4] }, half)).toEqual(straight);
  });

  it('is refused where parts would not be equal', async () => {
    const written: Written = { ...small, losses: { adversarial: 0, pixel: 1 }, accumulate: 3 };
    await expect(trained(written, { steps: [0, 1] })).rejects.toThrow(
      'A batch of 4 cannot be learned from in 3 equal parts, as `accumulate` says.',
    );
  });
});
