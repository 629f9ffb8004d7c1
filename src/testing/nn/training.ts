import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError } from '../../diagnostics/index.js';
import type { AnyPart } from '../../operator/part.js';
import { randomFor } from '../../operator/random.js';
import type { TrainingBatch } from '../../ops/gan.step/examples.js';
import { ganStep } from '../../ops/gan.step/index.js';
import type { Params } from '../../ops/gan.step/params.js';
import { createTrainer, type Trainer } from '../../ops/gan.step/trainer.js';
import type { Frame, HostTensor, Item, Training } from '../../ports/index.js';
import { createEngine } from '../../tensor/run/engine.js';
import { frameFrom } from '../arbitraries/frames.js';

type Tensors = Readonly<Record<string, HostTensor>>;

const PLACE = 'steps[2]/gan.step';

/** The trainer of `gan.step` with parts, made anew: nothing of an earlier one is in it. */
const trainerOf = (
  parts: readonly AnyPart[],
  written: Readonly<Record<string, unknown>>,
  engine: ReturnType<typeof createEngine>,
): Trainer => {
  const operator = ganStep.operator.extended?.by(parts) ?? ganStep.operator;
  const read = operator.params.codec.decode(written);
  if (E.isLeft(read))
    throw new TypeError(`gan.step cannot be told so: ${read.left.map(({ message }) => message).join('; ')}`);
  // The parameters of `gan.step`, which its codec has read.
  return createTrainer(
    read.right as unknown as Params,
    { path: PLACE, random: (key) => randomFor(3, PLACE, key) },
    engine,
  );
};

const waves = (place: number, light: number): Frame =>
  frameFrom({ width: 32, height: 32 }, (x, y, channel) =>
    Math.min(1, Math.max(0, light + 0.2 * Math.sin((x + 5 * place) / 4 + channel) + 0.15 * Math.cos(y / 3))),
  );

const keyOf = (index: number) => ({ path: `${index}.png`, index, epoch: 0 });

/** Two pairs of pictures, others at each step. */
const batchAt = (step: number): Item<TrainingBatch> => ({
  key: keyOf(step),
  value: {
    items: [0, 1].map((i) => ({
      key: keyOf(2 * step + i),
      value: { from: waves(2 * step + i, 0.4), to: waves(2 * step + i, 0.55) },
    })),
  },
});

/** What a training came to, and what it said of its last step. */
interface Trained {
  readonly state: Tensors;
  readonly last: Training;
}

const steps = async (trainer: Trainer, from: number, to: number, saved?: Tensors): Promise<Trained> => {
  let state = trainer.start;
  if (saved !== undefined) {
    const resumed = trainer.resume(saved);
    if (E.isLeft(resumed)) throw new DiagnosticError(resumed.left);
    state = resumed.right;
  }
  let last: Training | undefined;
  for (let step = from; step < to; step++) {
    const site = {
      random: randomFor(3, PLACE, keyOf(step)),
      judges: async () => ({ photos: [], print: 0 }),
      warn: () => () => undefined,
    };
    const done = await trainer.step(state, batchAt(step), site, new AbortController().signal)();
    if (E.isLeft(done)) throw new DiagnosticError(done.left);
    [state, last] = done.right;
  }
  if (last === undefined) throw new RangeError('no step was taken');
  return { state: last.state, last };
};

const STEPS = 4;

/** The first tensor that differs in a bit, of those of two states. */
const differing = (one: Tensors, other: Tensors): string | undefined =>
  Object.keys({ ...one, ...other }).find((name) => {
    const [a, b] = [one[name]?.data, other[name]?.data];
    if (a === undefined || b === undefined || a.length !== b.length) return true;
    return a.some((value, i) => !Object.is(value, b[i]));
  });

/**
 * Takes a few steps of `gan.step` with parts on small pictures: straight, straight again, and with a resume in between.
 * Gives what is wrong, if anything is, and what the last step said.
 */
export const trainedWith = async (
  parts: readonly AnyPart[],
  written: Readonly<Record<string, unknown>>,
): Promise<{ readonly wrong: string | undefined; readonly last: Training; readonly learned: boolean }> => {
  const engine = createEngine('cpu');
  try {
    const fresh = (): Trainer => trainerOf(parts, written, engine);
    const straight = await steps(fresh(), 0, STEPS);
    const again = await steps(fresh(), 0, STEPS);
    const half = await steps(fresh(), 0, STEPS / 2);
    const resumed = await steps(fresh(), STEPS / 2, STEPS, half.state);
    const [twice, later] = [differing(straight.state, again.state), differing(straight.state, resumed.state)];
    const begun = (await steps(fresh(), 0, 1)).state;
    const names = Object.keys(begun).filter((name) => name.startsWith('weights/generator/'));
    return {
      wrong:
        twice !== undefined
          ? `two trainings of the same photos differ in \`${twice}\``
          : later === undefined
            ? undefined
            : `a training that was resumed after step ${STEPS / 2} differs in \`${later}\` from one that was not`,
      last: straight.last,
      learned: names.some(
        (name) => differing({ a: begun[name]! }, { a: straight.state[name]! }) !== undefined,
      ),
    };
  } finally {
    await engine.dispose();
  }
};
