import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { withNames } from '../../nn/parts/catalogue.js';
import { defineOp } from '../../operator/define.js';
import type { Operator } from '../../operator/operator.js';
import type { AnyPart } from '../../operator/part.js';
import { batch, frame, oneOf, type Port, pair, training, unpaired } from '../../ports/index.js';
import { fieldsWith, type Params, taken } from './params.js';
import { isPatient, stepsOf } from './plan.js';
import type { RunState } from './state.js';
import type { Trainer } from './trainer.js';
import type { Jury } from './validation/held-out.js';

/** A training under way: how it steps, and where it stands. */
interface Course {
  readonly trainer: Trainer;
  readonly state: RunState;
}

/** Photos that are advised: pairs teach a network of colours alone its look by some twenty, all else asks for some fifty. */
const photosFor = ({ generator }: Params, given: Port): number =>
  generator.kind === 'grid' && given.kind === 'batch' && given.of.kind === 'pair' ? 20 : 50;

/** Pairs have targets, and photos that are unpaired have none. */
const objection = ({ losses, generator, stop, validate }: Params, given: Port): string | undefined => {
  if (stop !== undefined && validate === undefined)
    return 'knows nothing that `stop` could go by: give it `validate`';
  if (losses.smooth > 0 && generator.kind !== 'grid')
    return `has no grid to keep \`smooth\`: its generator is \`${generator.kind}\``;
  const isPaired = given.kind === 'batch' && given.of.kind === 'pair';
  if (isPaired)
    return losses.cycle > 0
      ? 'is given pairs, which `cycle` has no use for: give it `unpaired` photos'
      : undefined;
  if (losses.adversarial.after > 0)
    return 'learns from unpaired photos by `adversarial` alone: `after` is for pairs';
  if (losses.adversarial.weight === 0) return 'learns nothing from unpaired photos with `adversarial: 0`';
  return losses.pixel.weight > 0
    ? 'has no target for `pixel` in unpaired photos: `fidelity` compares with the input'
    : undefined;
};

/** Said by itself, for the types of what it is made of go round. */
const operatorOf = (parts: readonly AnyPart[]): Operator => ganStepOf(parts).operator;

const ganStepOf = (parts: readonly AnyPart[]) =>
  defineOp({
    name: 'gan.step',
    about: 'Train a generator against a discriminator, a step for each batch',
    params: fieldsWith(parts),
    extended: {
      takes: withNames(taken, parts),
      by: (more) => operatorOf([...parts, ...more]),
    },
    input: batch(oneOf(pair(frame, frame), unpaired(frame, frame))),
    output: training,
    random: () => true,
    course: (params, given) => ({ steps: stepsOf(params), photos: photosFor(params, given) }),
    objection,
    sideStreams: ({ validate }) =>
      validate === undefined
        ? []
        : [
            {
              name: 'validate',
              stream: validate.on,
              at: ['validate', 'on'],
              carries: (given) => (given.kind === 'batch' ? given.of : given),
            },
          ],
    scan: {
      start: (params: Params, context) =>
        pipe(
          TE.Do,
          TE.bind('engine', () => context.openEngine),
          TE.bind('trainerModule', () => TE.fromTask(() => import('./trainer.js'))),
          TE.bind('taken', () =>
            params.start === undefined
              ? TE.right(undefined)
              : pipe(
                  TE.fromTask(() => import('./start.js')),
                  TE.chain(({ startFrom }) => startFrom(params, params.start as string, context, parts)),
                ),
          ),
          TE.map(({ engine, trainerModule, taken }) => {
            const trainer = trainerModule.createTrainer(params, context, engine, taken);
            return { value: { trainer, state: trainer.start }, close: async () => undefined };
          }),
        ),
      step: (params, context, beside) => {
        // The photos that it is judged by are read when they are first needed, and kept.
        let jury: Promise<Jury> | undefined;
        const judges = (): Promise<Jury> => {
          const { validate: stream } = beside;
          jury ??=
            params.validate === undefined || stream === undefined
              ? Promise.resolve({ photos: [], print: 0 })
              : import('./validation/held-out.js').then(({ juryFrom }) =>
                  juryFrom(stream, params.validate?.photos ?? 0, context),
                );
          return jury;
        };
        return ({ trainer, state }: Course, item, signal) =>
          pipe(
            trainer.step(
              state,
              item,
              { random: context.random(item.key), judges, warn: context.warn },
              signal,
            ),
            TE.map(([after, told]) => [{ trainer, state: after }, told] as const),
          );
      },
      resume: () => (course: Course, saved) =>
        pipe(
          course.trainer.resume(saved.state),
          E.map((state) => ({ ...course, state })),
        ),
      ends:
        (params) =>
        ({ state }: Course) =>
          state.step >= stepsOf(params) || !isPatient(params, state.standing),
    },
  });

/** `gan.step` with the networks, losses, optimisers and schedules that come with Prismflow. */
export const ganStep = ganStepOf([]);
