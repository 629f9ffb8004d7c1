import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { StepInputs } from '../../nn/training/step.js';
import type { OpContext } from '../../operator/behaviour.js';
import type { Random } from '../../operator/random.js';
import { definedOnly } from '../../ports/defined.js';
import type { HostTensor, Item, TrainedModel, Training } from '../../ports/index.js';
import type { Engine, HostOf } from '../../tensor/index.js';
import { accumulated } from './accumulate.js';
import {
  type ExampleTensors,
  exampleTensors,
  namesOf,
  positionOf,
  quantisationOf,
  type TrainingBatch,
} from './examples.js';
import { followed, grown, type Levels, LOST, TOLD } from './growth.js';
import { controlOf, earlierOf, mixOf } from './inputs.js';
import type { Params } from './params.js';
import { type StepPlan, stepPlanAt, stepsOf } from './plan.js';
import { type Choice, choose } from './pool.js';
import { objectiveOf, type Programs, programsFor, specOf } from './programs.js';
import { rowsOf } from './rows.js';
import { flatten, type Networks, pick, type RunState, unflatten } from './state.js';
import { advanced, type Outcome, recovered, startOf, type Trouble, withoutJudges } from './transitions.js';
import { type Bench, type Course, judged } from './validation/course.js';
import type { Jury } from './validation/held-out.js';
import { type Apply, rowsFrom } from './validation/judge.js';
import { type Costs, costsOf, stepsLeft } from './work.js';

/** What a step is given beside its photos: its random choices, and what it is judged by. */
export interface StepSite extends Bench {
  readonly random: Random;
}

/** A training that can be started, taken up again, and taken a step further. */
export interface Trainer {
  readonly start: RunState;
  /** Error: `training/other-state` when the tensors are those of another training. */
  readonly resume: (tensors: Readonly<Record<string, HostTensor>>) => E.Either<Diagnostics, RunState>;
  readonly step: (
    state: RunState,
    item: Item<TrainingBatch>,
    site: StepSite,
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

/** The losses that tell whether a training comes apart: what a critic says has no measure of its own. */
const watched = (
  { losses }: Params,
  metrics: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> => {
  const isCritic = losses.adversarial.weight > 0 && losses.adversarial.kind === 'wgan-gp';
  return Object.fromEntries(
    Object.entries(metrics).filter(
      // The norm of the gradients is no loss: it may be in the tens from the first steps on.
      ([name]) => name !== 'gradient' && !(isCritic && OF_CRITICS.has(name)),
    ),
  );
};

const OF_CRITICS: ReadonlySet<string> = new Set(['generator', 'discriminator', 'adversarial', 'penalty']);

/** What went wrong with a step, if anything did. */
const troubleOf = (metrics: Readonly<Record<string, number>>, levels: Levels): Trouble | undefined => {
  if (!Object.values(metrics).every(Number.isFinite)) return { kind: 'not finite' };
  const lost = grown(levels, LOST);
  return lost && { kind: 'grown', ...lost };
};

/** What happened at a step: also that a loss begins to grow beyond measure, once. */
const marksOf = (
  { marks }: StepPlan,
  trouble: Trouble | undefined,
  before: Levels,
  levels: Levels,
): readonly string[] => {
  if (trouble !== undefined) return [...marks, trouble.kind === 'grown' ? 'outgrown' : 'restored'];
  const isNew = grown(levels, TOLD) !== undefined && grown(before, TOLD) === undefined;
  return isNew ? [...marks, 'growing'] : marks;
};

/** What every step of a training goes by. */
interface Site {
  readonly params: Params;
  readonly generators: readonly string[];
  /** Whether the generator is told of the tables that pictures were compressed by. */
  readonly readsTables: boolean;
  /** Results that a pool holds. */
  readonly places: number;
  /** The programs for examples of these kinds, recorded and compiled when they are first asked for. */
  readonly programsOf: (examples: ExampleTensors) => Programs;
  /** What steps of each kind take beside the others. */
  readonly costsOf: (examples: ExampleTensors) => Costs;
}

const inputOf = (
  { params, places }: Site,
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
  { params, generators, readsTables, programsOf }: Site,
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
    ...(readsTables && { quantisation: quantisationOf(batch) }),
    control: controlOf(params, stepPlan, state),
    earlier: earlierOf(state, choices, example!.shape),
    mix: mixOf(random, batch.items.length),
  };
  return params.accumulate > 1
    ? accumulated(programs, program, inputs as HostOf<StepInputs>, params.accumulate, signal)
    : pipe(
        programs[program](inputs as HostOf<StepInputs>, { signal }),
        TE.map((result) => result as Outcome),
      );
};

const samplesOf = (
  { programsOf, readsTables }: Site,
  examples: ExampleTensors,
  batch: TrainingBatch,
  weights: Networks,
) =>
  pipe(
    TE.fromIO(() =>
      programsOf(examples).samples({
        weights,
        examples,
        ...(readsTables && { quantisation: quantisationOf(batch) }),
      }),
    ),
    TE.flatten,
    TE.map((pictures) => rowsOf(pictures as Readonly<Record<string, HostTensor>>, namesOf(batch))),
  );

/** The weights of the generators as they would be applied now. */
const appliedWeights = ({ generators }: Site, { trained: { weights, average } }: RunState): Networks => ({
  ...pick(weights, generators),
  ...average,
});

/** Applies the generator of a state to a photo that is kept apart. */
const applied =
  (site: Site) =>
  (state: RunState): Apply =>
  ({ examples, quantisation }) =>
    pipe(
      TE.fromIO(() =>
        site.programsOf(examples).samples({
          weights: appliedWeights(site, state),
          examples,
          ...(site.readsTables && { quantisation }),
        }),
      ),
      TE.flatten,
      TE.map((pictures) => pictures as Readonly<Record<string, HostTensor>>),
    );

/** The state after a step, and what happened at it. */
const settled =
  (site: Site, before: RunState, { batch, stepPlan, choices }: StepInput) =>
  (outcome: Outcome): E.Either<Diagnostics, Settled> => {
    const { params } = site;
    const metrics = numbersOf(outcome.metrics);
    const levels = followed(stepPlan.isFirst ? {} : before.levels, watched(params, metrics));
    const trouble = troubleOf(metrics, levels);
    const marks = marksOf(stepPlan, trouble, before.levels, levels);
    const count = batch.items.length;
    return pipe(
      trouble === undefined
        ? E.right(advanced(before, outcome, choices, count, levels))
        : recovered(before, count, trouble, params.optimizer.params.rate),
      E.map((state) => ({ state, marks, metrics })),
    );
  };

/** What a step came to. */
interface Settled {
  readonly state: RunState;
  readonly marks: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** What those hear of a step who watch, keep and report. */
const toldOf = (
  site: Site,
  before: RunState,
  { batch, examples, stepPlan }: StepInput,
  { state, marks, metrics, validation }: Settled & Pick<Course, 'validation'>,
  { judges }: Bench,
): Training => {
  const { params } = site;
  const weights = appliedWeights(site, state);
  return {
    step: state.step,
    total: stepsOf(params),
    phase: stepPlan.phase,
    images: state.images,
    rate: params.optimizer.params.rate * stepPlan.multiplier * before.backoff,
    metrics,
    state: flatten(state),
    cycle: stepPlan.cycle,
    position: positionOf(batch),
    marks,
    paceUntil: stepPlan.paceUntil,
    stepsLeft: stepsLeft(params, site.costsOf(examples), state.step),
    model: modelOf(params, state),
    ...definedOnly({ validation }),
    // Photos that are kept apart are the same at every step.
    samples: pipe(
      TE.fromTask<Jury, Diagnostics>(judges),
      TE.chain((jury) =>
        jury.photos.length > 0
          ? rowsFrom(jury, applied(site)(state))
          : samplesOf(site, examples, batch, weights),
      ),
    ),
  };
};

/** Makes the trainer that the parameters describe. Its programs are recorded and compiled when a batch arrives. `taken` are weights that its generator starts with. */
export const createTrainer = (
  params: Params,
  context: Pick<OpContext, 'path' | 'random'>,
  engine: Engine,
  taken: Readonly<Record<string, HostTensor>> = {},
): Trainer => {
  const isCycle = params.losses.cycle > 0;
  const places = params.pool ?? (isCycle ? 50 : 0);
  const { networks } = objectiveOf(params, isCycle ? ['a', 'b'] : ['from', 'to']);
  const start = startOf(params, networks, context.random({ path: '', index: 0, epoch: 0 }), places, taken);
  const compiled = new Map<string, Programs>();

  const programsOf = (examples: ExampleTensors): Programs => {
    const kind = Object.keys(examples).join();
    const made = compiled.get(kind) ?? programsFor(params, engine, Object.keys(examples));
    compiled.set(kind, made);
    return made;
  };

  const readsTables = Object.values(networks.generators).some((network) => network.readsTables === true);
  let costs: Costs | undefined;
  const site: Site = {
    params,
    costsOf: (examples) => {
      costs ??= costsOf(params, networks, 'from' in examples, Object.values(examples)[0]?.shape ?? []);
      return costs;
    },
    generators: Object.keys(networks.generators),
    readsTables,
    places,
    programsOf,
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
    step: (state, { value }, { random, ...bench }, signal) =>
      pipe(
        TE.fromEither(exampleTensors(value)),
        TE.map((examples) => inputOf(site, state, value, random, examples)),
        TE.chain((stepInput) =>
          pipe(
            outcomeOf(site, state, stepInput, random, signal),
            TE.chainEitherK(settled(site, state, stepInput)),
            TE.chain((after) =>
              pipe(
                judged(params, stepInput.stepPlan, after, applied(site), bench, signal),
                TE.map((course) => ({ ...after, ...course })),
              ),
            ),
            TE.map((after) => [after.state, toldOf(site, state, stepInput, after, bench)] as const),
          ),
        ),
      ),
  };
};
