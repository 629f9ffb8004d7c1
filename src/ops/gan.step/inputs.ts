import type { StepInputs } from '../../nn/training/step.js';
import type { Random } from '../../operator/random.js';
import type { HostTensor } from '../../ports/index.js';
import type { HostOf } from '../../tensor/index.js';
import type { Params } from './params.js';
import type { StepPlan } from './plan.js';
import type { Choice } from './pool.js';
import { optimiserOf } from './programs.js';
import type { RunState } from './state.js';

const scalar = (value: number): HostTensor => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });

const scalarTensors = (scalars: Readonly<Record<string, number>>): Readonly<Record<string, HostTensor>> =>
  Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, scalar(value)]));

/** The step sizes of a turn. A discriminator has learned for as many steps as it has taken part. */
export const controlOf = (
  params: Params,
  stepPlan: StepPlan,
  { step, backoff }: RunState,
): HostOf<StepInputs['control']> => {
  const { scalars } = optimiserOf(params);
  const { rate, discriminatorRate = rate } = params.optimizer.params;
  const pace = { multiplier: stepPlan.multiplier * backoff, steps: stepPlan.length };
  const judgedSteps = step + 1 - params.pretrain.steps - params.losses.adversarial.after;
  return {
    generators: scalarTensors(scalars({ ...pace, rate, count: step + 1 })),
    discriminators: scalarTensors(
      scalars({ ...pace, rate: discriminatorRate, count: Math.max(1, judgedSteps) }),
    ),
  };
};

/** Earlier results that are shown in the place of fresh ones. */
export const earlierOf = (
  state: RunState,
  choices: Readonly<Record<string, readonly Choice[]>>,
  shape: readonly number[],
): HostOf<StepInputs['earlier']> =>
  Object.fromEntries(
    Object.entries(choices).map(([domain, own]) => {
      const length = shape.slice(1).reduce((a, b) => a * b, 1);
      const data = new Float32Array(own.length * length);
      const shown = new Float32Array(own.length);
      for (const [i, choice] of own.entries()) {
        if (choice.kind === 'fresh') continue;
        data.set(state.pools[domain]![choice.place]!.data, i * length);
        shown[i] = 1;
      }
      return [
        domain,
        {
          pictures: { dtype: 'float32' as const, shape, data },
          shown: { dtype: 'float32' as const, shape: [own.length, 1, 1, 1], data: shown },
        },
      ];
    }),
  );

/** Numbers between real and made pictures, for the gradient penalty. */
export const mixOf = (random: Random, count: number): HostTensor => ({
  dtype: 'float32',
  shape: [count, 1, 1, 1],
  data: Float32Array.from({ length: count }, (_, i) => random.uniform(`mix/${i}`)),
});
