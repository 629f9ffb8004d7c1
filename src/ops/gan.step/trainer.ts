import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { StepInputs } from '../../nn/training/step.js';
import type { OpContext } from '../../operator/behaviour.js';
import type { Random } from '../../operator/random.js';
import type { HostTensor, Item, TrainedModel, Training } from '../../ports/index.js';
import type { Engine, HostOf } from '../../tensor/index.js';
import { type ExampleTensors, exampleTensors, namesOf, positionOf, type TrainingBatch } from './examples.js';
import { controlOf, earlierOf, mixOf } from './inputs.js';
import type { Params } from './params.js';
import { type StepPlan, stepPlanAt, stepsOf } from './plan.js';
import { type Choice, choose } from './pool.js';
import { objectiveOf, type Programs, programsFor, specOf } from './programs.js';
import { rowsOf } from './rows.js';
import { flatten, type Networks, pick, type RunState, unflatten } from './state.js';
import { advanced, type Outcome, recovered, startOf, withoutJudges } from './transitions.js';

/** A training that can be started, taken up again, and taken a step further. */
export interface Trainer {
  readonly start: RunState;
  /** Error: `training/other-state` when the tensors are those of another training. */
  readonly resume: (tensors: Readonly<Record<string, HostTensor>>) => E.Either<Diagnostics, RunState>;
  readonly step: (
    state: RunState,
    item: Item<TrainingBatch>,
    random: Random,
    signal: AbortSignal,
  ) => TE.TaskEither<Diagnostics, readonly [RunState, Training]>;
}

/** What was learned from, and in which turn of the schedule. */
interface StepInput {
  readonly batch: TrainingBatch;
  readonly examples: ExampleTensors;
  readonly stepPlan: StepPlan;
  /** Which results the pools take in and give out, by domain. */
  readonly choices: Readonly<Record<string, readonly Choice[]>>;
}

/** The generator as it would be applied now. */
const modelOf = (params: Params, { trained }: RunState): TrainedModel => ({
  generator: specOf(params.generator),
  weights: (trained.average.generator ?? trained.weights.generator)!,
});

/** The numbers that a step's program gives, by name. */
const numbersOf = (metrics: Outcome['metrics']): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(metrics).map(([name, { data }]) => [name, data[0]!]));

/** Makes the trainer that the parameters describe. Its programs are recorded and compiled when a batch arrives. */
export const createTrainer = (
  params: Params,
  context: Pick<OpContext, 'path' | 'random'>,
  engine: Engine,
): Trainer => {
  const isCycle = params.losses.cycle > 0;
  const places = params.pool ?? (isCycle ? 50 : 0);
  const { networks } = objectiveOf(params, isCycle ? ['a', 'b'] : ['from', 'to']);
  const start = startOf(params, networks, context.random({ path: '', index: 0, epoch: 0 }), places);
  const generators = Object.keys(networks.generators);
  const compiled = new Map<string, Programs>();

  const programsOf = (examples: ExampleTensors): Programs => {
    const kind = Object.keys(examples).join();
    const made = compiled.get(kind) ?? programsFor(params, engine, Object.keys(examples));
    compiled.set(kind, made);
    return made;
  };

  const lessonOf = (
    state: RunState,
    batch: TrainingBatch,
    random: Random,
    examples: ExampleTensors,
  ): StepInput => {
    const stepPlan = stepPlanAt(params, state.step);
    const pools = stepPlan.judged ? Object.entries(state.pools) : [];
    const choices = Object.fromEntries(
      pools.map(([domain, { length }]) => [
        domain,
        choose(random, domain, batch.items.length, { size: places, filled: length }),
      ]),
    );
    return { batch, examples, stepPlan, choices };
  };

  const outcomeOf = (
    state: RunState,
    { batch, examples, stepPlan, choices }: StepInput,
    random: Random,
    signal: AbortSignal,
  ): TE.TaskEither<Diagnostics, Outcome> => {
    const programs = programsOf(examples);
    const program = stepPlan.phase === 'pretrain' ? 'pretrain' : stepPlan.judged ? 'judged' : 'plain';
    const [example] = Object.values(examples);
    const inputs = {
      state: stepPlan.judged ? state.trained : withoutJudges(state.trained, generators),
      examples,
      control: controlOf(params, stepPlan, state),
      earlier: earlierOf(state, choices, example!.shape),
      mix: mixOf(random, batch.items.length),
    };
    return pipe(
      programs[program](inputs as HostOf<StepInputs>, { signal }),
      TE.map((result) => result as Outcome),
    );
  };

  const samplesOf = (examples: ExampleTensors, names: readonly string[], weights: Networks) =>
    pipe(
      TE.fromIO(() => programsOf(examples).samples({ weights, examples })),
      TE.flatten,
      TE.map((pictures) => rowsOf(pictures as Readonly<Record<string, HostTensor>>, names)),
    );

  /** The state after a step, and what those hear of it who watch, keep and report. */
  const concluded =
    (before: RunState, { batch, examples, stepPlan, choices }: StepInput) =>
    (outcome: Outcome): E.Either<Diagnostics, readonly [RunState, Training]> => {
      const metrics = numbersOf(outcome.metrics);
      const finite = Object.values(metrics).every(Number.isFinite);
      const count = batch.items.length;
      return pipe(
        finite ? E.right(advanced(before, outcome, choices, count)) : recovered(before, count),
        E.map((after) => {
          const { weights, average } = after.trained;
          const training: Training = {
            step: after.step,
            total: stepsOf(params),
            phase: stepPlan.phase,
            images: after.images,
            rate: params.optimizer.params.rate * stepPlan.multiplier * before.backoff,
            metrics,
            state: flatten(after),
            cycle: stepPlan.cycle,
            position: positionOf(batch),
            marks: finite ? stepPlan.marks : [...stepPlan.marks, 'restored'],
            model: modelOf(params, after),
            samples: samplesOf(examples, namesOf(batch), { ...pick(weights, generators), ...average }),
          };
          return [after, training];
        }),
      );
    };

  return {
    start,
    resume: (tensors) =>
      pipe(
        unflatten(tensors, start),
        E.fromNullable<Diagnostics>([
          failure('training/other-state', 'The checkpoint holds other networks than the pipeline trains.'),
        ]),
      ),
    step: (state, { value }, random, signal) =>
      pipe(
        TE.fromEither(exampleTensors(value)),
        TE.map((examples) => lessonOf(state, value, random, examples)),
        TE.chain((stepInput) =>
          pipe(outcomeOf(state, stepInput, random, signal), TE.chainEitherK(concluded(state, stepInput))),
        ),
      ),
  };
};
