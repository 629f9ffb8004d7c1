import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { randomFor } from '../../operator/random.js';
import type { Frame, Item, Pair, Training, Unpaired } from '../../ports/index.js';
import { createEngine } from '../../tensor/index.js';
import { frameFrom } from '../testing/frames.js';
import { ownParams } from '../testing/run.js';
import type { TrainingBatch } from './examples.js';
import { ganStep } from './index.js';
import type { Params } from './params.js';
import type { RunState } from './state.js';
import { createTrainer, type StepSite, type Trainer } from './trainer.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

type Written = Parameters<typeof ganStep>[0];
const random = (index: number) => randomFor(3, 'steps[2]/gan.step', { path: '', index, epoch: 0 });
const context = {
  path: 'steps[2]/gan.step',
  random: ({ index }: { readonly index: number }) => random(index),
};

const trainer = (written: Written): Trainer =>
  createTrainer(ownParams<Params>(ganStep(written)), context, engine);

const keyed = <A>(value: A, index: number): Item<A> => ({
  key: { path: `${index}.png`, index, epoch: 0 },
  value,
});

const batchOf = (
  values: readonly (Pair<Frame, Frame> | Unpaired<Frame, Frame>)[],
  index: number,
): Item<TrainingBatch> =>
  keyed({ items: values.map((value, i) => keyed(value, index * values.length + i)) }, index);

/** A training that is judged by nothing. */
const siteOf = (index: number): StepSite => ({
  random: random(index),
  judges: async () => ({ photos: [], print: 0 }),
  warn: () => () => undefined,
});

/** Takes so many steps, of the batch that `batch` gives for each. */
const train = async (
  { start, step }: Trainer,
  steps: number,
  batch: (index: number) => Item<TrainingBatch>,
): Promise<{ readonly state: RunState; readonly told: readonly Training[] }> => {
  let state = start;
  const told: Training[] = [];
  for (let index = 0; index < steps; index++) {
    const result = await step(state, batch(index), siteOf(index), new AbortController().signal)();
    if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
    state = result.right[0];
    told.push(result.right[1]);
  }
  return { state, told };
};

/** A picture of soft waves, somewhat like a photo, at a place of its own. */
const waves = (side: number, place: number, tint: readonly [number, number, number] = [0, 0, 0]): Frame =>
  frameFrom({ width: side, height: side }, (x, y, channel) =>
    Math.min(
      1,
      Math.max(
        0,
        0.5 +
          0.25 * Math.sin((x + 3 * place) / 5 + channel) +
          0.15 * Math.cos((y - 2 * place) / 4) +
          tint[channel]!,
      ),
    ),
  );

const meanOf = async ({ samples }: Training, picture: string, channel: number): Promise<number> => {
  const rows = await samples();
  if (E.isLeft(rows)) throw new Error(JSON.stringify(rows.left));
  const values = rows.right.flatMap(({ pictures }) =>
    [...pictures[picture]!.data].filter((_, i) => i % 3 === channel),
  );
  return values.reduce((sum, value) => sum + value, 0) / values.length / 255;
};

describe('a trainer', () => {
  it('learns one pair by heart', async () => {
    const pair = { from: waves(64, 0, [-0.2, -0.1, 0.1]), to: waves(64, 0) };
    const { told } = await train(
      trainer({
        generator: { pyramid: { levels: 2, width: 12, lowBlocks: 2, highBlocks: 1, norm: false } },
        losses: { adversarial: 0, pixel: { weight: 1, kind: 'mse' } },
        optimizer: { adamw: { rate: 5e-3 } },
        schedule: { cosine: 220 },
      }),
      220,
      (index) => batchOf([pair], index),
    );
    // Of pictures in -1..1, whose peak is 2.
    const psnr = 10 * Math.log10(4 / told.at(-1)!.metrics.pixel!);
    expect(psnr).toBeGreaterThan(35);
    const rows = await told.at(-1)!.samples();
    expect(E.isRight(rows) && Object.keys(rows.right[0]!.pictures)).toEqual(['input', 'output', 'target']);
  });

  it('learns the colour of another collection that has no photo in common', async () => {
    const { told } = await train(
      trainer({
        generator: { pyramid: { levels: 2, width: 8, lowBlocks: 1, highBlocks: 1, norm: false } },
        discriminator: { patch: { layers: 1, width: 8 } },
        losses: { adversarial: 1, content: 1 },
        optimizer: { adamw: { rate: 2e-3, beta1: 0.5 } },
        schedule: { cosine: 240 },
        pretrain: 60,
      }),
      300,
      (index) =>
        batchOf(
          [0, 1].map((i) => ({
            a: keyed(waves(32, 2 * index + i), 0),
            b: keyed(waves(32, 7 * index + i, [0.2, 0, -0.2]), 0),
          })),
          index,
        ),
    );
    const last = told.at(-1)!;
    const [red, blue] = [
      (await meanOf(last, 'output', 0)) - (await meanOf(last, 'input', 0)),
      (await meanOf(last, 'output', 2)) - (await meanOf(last, 'input', 2)),
    ];
    expect(red).toBeGreaterThan(0.1);
    expect(blue).toBeLessThan(-0.1);
  });

  const broken = (): Frame => {
    const frame = frameFrom({ width: 16, height: 16, depth: 'float32' }, () => 0.5);
    frame.samples.data[7] = Number.NaN;
    return frame;
  };
  const small: Written = {
    generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1 } },
    losses: { adversarial: 0, pixel: 1 },
    schedule: { constant: 9 },
  };
  const sound = { from: waves(16, 0), to: waves(16, 0) };

  it('goes back to the last good state and halves the rate when the loss is not finite', async () => {
    const made = trainer(small);
    const { state, told } = await train(made, 3, (index) =>
      batchOf([index === 1 ? { from: broken(), to: waves(16, 1) } : sound], index),
    );
    expect(told.map(({ marks }) => marks.join())).toEqual(['', 'restored', '']);
    expect(told[1]!.state['weights/generator/low.first.filter']).toBe(
      made.start.trained.weights.generator!['low.first.filter'],
    );
    expect(told.map(({ rate }) => rate)).toEqual([2e-4, 2e-4, 1e-4]);
    expect(state.step).toBe(3);
    expect(Object.values(told[2]!.metrics).every(Number.isFinite)).toBe(true);
  });

  it('goes back as well where a loss has grown a thousandfold, and says before that it grows', async () => {
    const beyond = (value: number) => ({
      from: waves(16, 0),
      to: frameFrom({ width: 16, height: 16, depth: 'float32' }, () => value),
    });
    const made = trainer(small);
    const targets = [0.5, 0.5, 300, 0.5, 1e5, 0.5];
    const { told } = await train(made, 6, (index) => batchOf([beyond(targets[index]!)], index));
    expect(told.map(({ marks }) => marks.join())).toEqual(['', '', 'growing', '', 'outgrown', '']);
    expect(told[4]!.state['weights/generator/low.first.filter']).toBe(
      made.start.trained.weights.generator!['low.first.filter'],
    );
    expect(told[5]!.rate).toBe(1e-4);
  });

  it('gives up the second time, and says why', async () => {
    const { state } = await train(trainer(small), 1, (index) =>
      batchOf([{ from: broken(), to: broken() }], index),
    );
    const again = await trainer(small).step(
      state,
      batchOf([{ from: broken(), to: broken() }], 1),
      siteOf(1),
      new AbortController().signal,
    )();
    expect(E.isLeft(again) && again.left[0].code).toBe('training/diverged');
  });

  it('refuses pictures of different sizes', async () => {
    const { start, step } = trainer(small);
    const item = batchOf([sound, { from: waves(20, 0), to: waves(20, 0) }], 0);
    const result = await step(start, item, siteOf(0), new AbortController().signal)();
    expect(E.isLeft(result) && result.left[0]).toMatchObject({
      code: 'training/sizes',
      message: 'Pictures of 16x16 and of 20x20 pixels are in one batch.',
    });
  });

  it('changes nothing that it is given', async () => {
    const made = trainer(small);
    const before = made.start.trained.weights.generator!['low.first.filter']!.data.slice();
    await train(made, 2, (index) => batchOf([sound], index));
    expect(made.start.trained.weights.generator!['low.first.filter']!.data).toEqual(before);
  });
});
