import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { initialise } from '../../nn/initialise.js';
import type { Objective } from '../../nn/training/objective.js';
import type { StepInputs } from '../../nn/training/step.js';
import type { HostTensor, Item, TrainedModel, Training } from '../../ports/index.js';
import type { Engine, HostOf } from '../../tensor/index.js';
import type { OpContext } from '../behaviour.js';
import type { Random } from '../random.js';
import { type ExampleTensors, exampleTensors, namesOf, positionOf, type TrainingBatch } from './examples.js';
import { controlOf, earlierOf, mixOf } from './inputs.js';
import type { Params } from './params.js';
import { stepsOf, type Turn, turnAt } from './plan.js';
import { type Choice, choose, stored } from './pool.js';
import { objectiveOf, type Programs, programsFor, specOf } from './programs.js';
import { rowsOf } from './rows.js';
import { flatten, mapNetworks, type Networks, pick, type RunState, unflatten, zerosLike } from './state.js';

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

/** How often the state is kept that is gone back to when a loss is not finite, in steps. */
const GOOD_EVERY = 50;

/** What the rates are multiplied by after a loss that was not finite. */
const EASE = 0.5;

/** A fresh training: weights as their networks start, the same for the same seed. */
const startOf = (params: Params, cast: Objective['cast'], random: Random, places: number): RunState => {
  const networks = { ...cast.generators, ...cast.discriminators };
  const weights: Networks = Object.fromEntries(
    Object.entries(networks).map(([name, network]) => [
      name,
      initialise(network, random.integer(`start/${name}`, 0, 2 ** 32 - 1)),
    ]),
  );
  const zeros = mapNetworks(weights, (_, __, tensor) => zerosLike(tensor));
  const trained = {
    weights,
    first: zeros,
    second: zeros,
    average: params.average > 0 ? pick(weights, Object.keys(cast.generators)) : {},
  };
  const pools =
    places > 0 ? Object.fromEntries(Object.keys(cast.discriminators).map((name) => [name, []])) : {};
  return { step: 0, images: 0, trained, pools, ease: 1, good: { trained, pools } };
};

/** What a step's program gives. */
interface Outcome {
  readonly state: RunState['trained'];
  readonly metrics: Readonly<Record<string, HostTensor>>;
  readonly made: Readonly<Record<string, HostTensor>>;
}

/** Puts the networks that were changed in the place of those before. */
const merged = (before: RunState['trained'], after: RunState['trained']): RunState['trained'] => ({
  weights: { ...before.weights, ...after.weights },
  first: { ...before.first, ...after.first },
  second: { ...before.second, ...after.second },
  average: { ...before.average, ...after.average },
});

/** The part of the state that a turn changes: discriminators do not always take part. */
const involved = (turn: Turn, trained: RunState['trained'], generators: readonly string[]) =>
  turn.judged
    ? trained
    : {
        weights: pick(trained.weights, generators),
        first: pick(trained.first, generators),
        second: pick(trained.second, generators),
        average: trained.average,
      };

const diverged: Diagnostics = [
  failure('training/diverged', 'The loss is not finite, and was not finite before, at a higher rate.'),
];

/** The generator as it would be applied now. */
const modelOf = (params: Params, { trained }: RunState): TrainedModel => ({
  generator: specOf(params.generator),
  weights: (trained.average.generator ?? trained.weights.generator)!,
});

/** Makes the trainer that the parameters describe. Its programs are recorded and compiled when a batch arrives. */
export const createTrainer = (
  params: Params,
  context: Pick<OpContext, 'path' | 'random'>,
  engine: Engine,
): Trainer => {
  const places = params.pool ?? (params.losses.cycle > 0 ? 50 : 0);
  const isCycle = params.losses.cycle > 0;
  const { cast } = objectiveOf(params, isCycle ? ['a', 'b'] : ['from', 'to']);
  const origin = { path: '', index: 0, epoch: 0 };
  const start = startOf(params, cast, context.random(origin), places);
  const generators = Object.keys(cast.generators);
  const compiled = new Map<string, Programs>();
  const programsOf = (examples: ExampleTensors): Programs => {
    const kind = Object.keys(examples).join();
    const made = compiled.get(kind) ?? programsFor(params, engine, Object.keys(examples));
    compiled.set(kind, made);
    return made;
  };

  /** The state after a turn whose losses were finite. */
  const advanced = (
    before: RunState,
    { state, made }: Outcome,
    choices: Readonly<Record<string, readonly Choice[]>>,
    count: number,
  ): RunState => {
    const trained = merged(before.trained, state);
    const pools = Object.fromEntries(
      Object.entries(before.pools).map(([domain, pool]) => [
        domain,
        made[domain] === undefined ? pool : stored(pool, choices[domain]!, made[domain]),
      ]),
    );
    const step = before.step + 1;
    const good = step % GOOD_EVERY === 0 ? { trained, pools } : before.good;
    return { ...before, step, images: before.images + count, trained, pools, good };
  };

  /** The state that is gone back to; data goes on, so that a batch that did harm is not met again. */
  const recovered = (before: RunState, count: number): E.Either<Diagnostics, RunState> =>
    before.ease < 1
      ? E.left(diverged)
      : E.right({
          ...before,
          ...before.good,
          step: before.step + 1,
          images: before.images + count,
          ease: EASE,
        });

  const samplesOf =
    (examples: ExampleTensors, names: readonly string[], weights: Networks): Training['samples'] =>
    () =>
      pipe(
        programsOf(examples).samples({ weights, examples }),
        TE.map((pictures) => rowsOf(pictures as Readonly<Record<string, HostTensor>>, names)),
      )();

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
        TE.chain((examples) => {
          const turn = turnAt(params, state.step);
          const programs = programsOf(examples);
          const program = turn.phase === 'pretrain' ? 'pretrain' : turn.judged ? 'judged' : 'plain';
          const [example] = Object.values(examples);
          const count = value.items.length;
          const choices = Object.fromEntries(
            !turn.judged
              ? []
              : Object.keys(state.pools).map((domain) => [
                  domain,
                  choose(random, domain, count, { size: places, filled: state.pools[domain]!.length }),
                ]),
          );
          const inputs = {
            state: involved(turn, state.trained, generators),
            examples,
            control: controlOf(params, turn, state),
            earlier: earlierOf(state, choices, example!.shape),
            mix: mixOf(random, count),
          };
          return pipe(
            programs[program](inputs as HostOf<StepInputs>, { signal }),
            TE.map((result) => result as Outcome),
            TE.chainEitherK((outcome) => {
              const metrics = Object.fromEntries(
                Object.entries(outcome.metrics).map(([name, { data }]) => [name, data[0]!]),
              );
              const finite = Object.values(metrics).every(Number.isFinite);
              return pipe(
                finite ? E.right(advanced(state, outcome, choices, count)) : recovered(state, count),
                E.map((after): readonly [RunState, Training] => {
                  const model = modelOf(params, after);
                  const generatorWeights = {
                    ...pick(after.trained.weights, generators),
                    ...after.trained.average,
                  };
                  return [
                    after,
                    {
                      step: after.step,
                      total: stepsOf(params),
                      phase: turn.phase,
                      images: after.images,
                      rate: params.optimizer.params.rate * turn.multiplier * state.ease,
                      metrics,
                      state: flatten(after),
                      cycle: turn.cycle,
                      position: positionOf(value),
                      marks: finite ? turn.marks : [...turn.marks, 'restored'],
                      model,
                      samples: samplesOf(examples, namesOf(value), pick(generatorWeights, generators)),
                    },
                  ];
                }),
              );
            }),
          );
        }),
      ),
  };
};
