import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { initialise } from '../../nn/initialise.js';
import type { Objective } from '../../nn/training/objective.js';
import type { Random } from '../../operator/random.js';
import type { HostTensor } from '../../ports/index.js';
import { type Grown, grown, type Levels, TOLD } from './growth.js';
import type { Params } from './params.js';
import { type Choice, stored } from './pool.js';
import { mapNetworks, type Networks, pick, type RunState, zerosLike } from './state.js';

/** How often the state is kept that is gone back to when a loss is not finite, in steps. */
const GOOD_EVERY = 50;

/** What the rates are multiplied by after a loss that was not finite. */
const BACKOFF = 0.5;

/** A fresh training: weights as their networks start, the same for the same seed, but for those that its generator takes over. */
export const startOf = (
  params: Params,
  networks: Objective['networks'],
  random: Random,
  places: number,
  taken: Readonly<Record<string, HostTensor>> = {},
): RunState => {
  const specs = { ...networks.generators, ...networks.discriminators };
  const weights: Networks = Object.fromEntries(
    Object.entries(specs).map(([name, network]) => [
      name,
      {
        ...initialise(network, random.integer(`start/${name}`, 0, 2 ** 32 - 1)),
        ...(name === 'generator' ? taken : {}),
      },
    ]),
  );
  const zeros = mapNetworks(weights, (_, __, tensor) => zerosLike(tensor));
  const trained = {
    weights,
    first: zeros,
    second: zeros,
    average: params.average > 0 ? pick(weights, Object.keys(networks.generators)) : {},
  };
  const pools =
    places > 0 ? Object.fromEntries(Object.keys(networks.discriminators).map((name) => [name, []])) : {};
  return {
    step: 0,
    images: 0,
    trained,
    pools,
    backoff: 1,
    levels: {},
    standing: undefined,
    told: [],
    good: { trained, pools },
  };
};

/** What a step's program gives. */
export interface Outcome {
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

/** The part of a state that a step changes in which discriminators take no part. */
export const withoutJudges = (
  { weights, first, second, average }: RunState['trained'],
  generators: readonly string[],
): RunState['trained'] => ({
  weights: pick(weights, generators),
  first: pick(first, generators),
  second: pick(second, generators),
  average,
});

/**
 * The state after a step whose losses were finite.
 *
 * @param choices which results each pool takes in, by domain
 * @param count how many examples were seen
 * @param levels where the losses stand after it
 */
export const advanced = (
  before: RunState,
  { state, made }: Outcome,
  choices: Readonly<Record<string, readonly Choice[]>>,
  count: number,
  levels: Levels = before.levels,
): RunState => {
  const trained = merged(before.trained, state);
  const pools = Object.fromEntries(
    Object.entries(before.pools).map(([domain, pool]) => [
      domain,
      made[domain] === undefined ? pool : stored(pool, choices[domain]!, made[domain]),
    ]),
  );
  const step = before.step + 1;
  // A state whose losses grow is nothing to go back to.
  const isGood = step % GOOD_EVERY === 0 && grown(levels, TOLD) === undefined;
  const good = isGood ? { trained, pools } : before.good;
  return { ...before, step, images: before.images + count, trained, pools, levels, good };
};

/** What was wrong with a step: a loss that is not finite, or one that has grown beyond all measure. */
export type Trouble = { readonly kind: 'not finite' } | ({ readonly kind: 'grown' } & Grown);

const short = (value: number): string => Number(value.toPrecision(3)).toString();

/** What was wrong, in a sentence without its end. */
export const troubleInWords = (trouble: Trouble): string =>
  trouble.kind === 'not finite'
    ? 'The loss is not finite'
    : `The loss \`${trouble.name}\` has grown from ${short(trouble.least)} to ${short(trouble.now)}`;

const diverged = (trouble: Trouble, rate: number): Diagnostics => [
  failure('training/diverged', `${troubleInWords(trouble)}, and went wrong before, at a higher rate.`, {
    hint: `Lower \`rate\`, which is ${rate}, to ${short(rate / 10)} or less, or set \`clip: 1\`, and train into another folder; look for broken pictures in the sample grids. Snapshots of earlier cycles are as they were.`,
  }),
];

/**
 * The state that is gone back to after a step that went wrong, once; data goes on, so that a batch that did harm is not met
 * again. Error: `training/diverged`, the second time.
 *
 * @param rate the largest learning rate, for what is advised
 */
export const recovered = (
  before: RunState,
  count: number,
  trouble: Trouble,
  rate: number,
): E.Either<Diagnostics, RunState> =>
  before.backoff < 1
    ? E.left(diverged(trouble, rate))
    : E.right({
        ...before,
        ...before.good,
        step: before.step + 1,
        images: before.images + count,
        backoff: BACKOFF,
        levels: {},
      });
