import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { initialise } from '../../nn/initialise.js';
import type { Objective } from '../../nn/training/objective.js';
import type { Random } from '../../operator/random.js';
import type { HostTensor } from '../../ports/index.js';
import type { Params } from './params.js';
import { type Choice, stored } from './pool.js';
import { mapNetworks, type Networks, pick, type RunState, zerosLike } from './state.js';

/** How often the state is kept that is gone back to when a loss is not finite, in steps. */
const GOOD_EVERY = 50;

/** What the rates are multiplied by after a loss that was not finite. */
const BACKOFF = 0.5;

/** A fresh training: weights as their networks start, the same for the same seed. */
export const startOf = (
  params: Params,
  networks: Objective['networks'],
  random: Random,
  places: number,
): RunState => {
  const specs = { ...networks.generators, ...networks.discriminators };
  const weights: Networks = Object.fromEntries(
    Object.entries(specs).map(([name, network]) => [
      name,
      initialise(network, random.integer(`start/${name}`, 0, 2 ** 32 - 1)),
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
  return { step: 0, images: 0, trained, pools, backoff: 1, good: { trained, pools } };
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
 */
export const advanced = (
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

const diverged: Diagnostics = [
  failure('training/diverged', 'The loss is not finite, and was not finite before, at a higher rate.'),
];

/**
 * The state that is gone back to after a step whose losses were not finite, once; data goes on, so that a batch that did
 * harm is not met again. Error: `training/diverged`, the second time.
 */
export const recovered = (before: RunState, count: number): E.Either<Diagnostics, RunState> =>
  before.backoff < 1
    ? E.left(diverged)
    : E.right({
        ...before,
        ...before.good,
        step: before.step + 1,
        images: before.images + count,
        backoff: BACKOFF,
      });
