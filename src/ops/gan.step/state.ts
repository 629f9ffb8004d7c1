import type { HostTensor } from '../../ports/index.js';
import { isLevel, type Levels, levelsIn, levelTensors } from './growth.js';
import type { Pool } from './pool.js';
import {
  isOfStanding,
  type Standing,
  standingIn,
  standingTensors,
  type Told,
  toldIn,
  toldTensors,
} from './validation/standing.js';

type Tensors = Readonly<Record<string, HostTensor>>;

/** Tensors by network and parameter. */
export type Networks = Readonly<Record<string, Tensors>>;

/** What training changes: weights, the moments of their gradients, and averages of them over steps. */
export interface TrainedHostTensors {
  readonly weights: Networks;
  readonly first: Networks;
  readonly second: Networks;
  readonly average: Networks;
}

/** Where a training stands. */
export interface RunState {
  /** Steps done. */
  readonly step: number;
  /** Examples seen. */
  readonly images: number;
  readonly trained: TrainedHostTensors;
  readonly pools: Readonly<Record<string, Pool>>;
  /** What the learning rates are multiplied by: 1, or less after a loss that was not finite. */
  readonly backoff: number;
  /** Where its losses stand; nothing at the beginning of a phase. */
  readonly levels: Levels;
  /** Where it stands by photos that it does not learn from; undefined until it is judged. */
  readonly standing: Standing | undefined;
  /** What was noticed and told. */
  readonly told: Told;
  /** What is gone back to when a loss is not finite. */
  readonly good: Pick<RunState, 'trained' | 'pools'>;
}

const GROUPS = ['weights', 'first', 'second', 'average'] as const;

/** The state as tensors by path, as it is kept in a checkpoint. */
export const flatten = ({
  step,
  images,
  trained,
  pools,
  backoff,
  levels,
  standing,
  told,
}: RunState): Tensors => ({
  ...Object.fromEntries(
    GROUPS.flatMap((group) =>
      Object.entries(trained[group]).flatMap(([network, own]) =>
        Object.entries(own).map(([name, tensor]) => [`${group}/${network}/${name}`, tensor] as const),
      ),
    ),
  ),
  ...Object.fromEntries(
    Object.entries(pools).flatMap(([domain, pool]) =>
      pool.map((picture, i) => [`pool/${domain}/${i}`, picture] as const),
    ),
  ),
  ...levelTensors(levels),
  ...standingTensors(standing),
  ...toldTensors(told),
  counters: { dtype: 'int32', shape: [2], data: Int32Array.of(step, images) },
  backoff: { dtype: 'float32', shape: [], data: Float32Array.of(backoff) },
});

/**
 * The state that a checkpoint's tensors are. Undefined when they are not those of a training that starts like `like`:
 * other networks, other shapes.
 */
export const unflatten = (tensors: Tensors, like: RunState): RunState | undefined => {
  const wanted = flatten({ ...like, pools: {}, levels: {}, standing: undefined, told: [] });
  const fits = Object.entries(wanted).every(([path, { dtype, shape }]) => {
    const found = tensors[path];
    return found?.dtype === dtype && String(found.shape) === String(shape);
  });
  const known = Object.keys(tensors).every(
    (path) => path in wanted || path.startsWith('pool/') || isLevel(path) || isOfStanding(path),
  );
  if (!fits || !known) return undefined;
  const group = (name: (typeof GROUPS)[number]): Networks =>
    mapNetworks(like.trained[name], (network, parameter) => tensors[`${name}/${network}/${parameter}`]!);
  const trained = {
    weights: group('weights'),
    first: group('first'),
    second: group('second'),
    average: group('average'),
  };
  const pools = Object.fromEntries(
    Object.keys(like.pools).map((domain) => [domain, poolOf(tensors, domain)] as const),
  );
  const [step, images] = tensors.counters!.data;
  return {
    step: step!,
    images: images!,
    backoff: tensors.backoff!.data[0]!,
    trained,
    pools,
    levels: levelsIn(tensors),
    standing: standingIn(tensors),
    told: toldIn(tensors),
    good: { trained, pools },
  };
};

const poolOf = (tensors: Tensors, domain: string, place = 0): Pool => {
  const picture = tensors[`pool/${domain}/${place}`];
  return picture === undefined ? [] : [picture, ...poolOf(tensors, domain, place + 1)];
};

/** The same tree with other tensors. */
export const mapNetworks = (
  networks: Networks,
  f: (network: string, parameter: string, tensor: HostTensor) => HostTensor,
): Networks =>
  Object.fromEntries(
    Object.entries(networks).map(([network, own]) => [
      network,
      Object.fromEntries(Object.entries(own).map(([name, tensor]) => [name, f(network, name, tensor)])),
    ]),
  );

/** As many zeros. */
export const zerosLike = ({ shape }: HostTensor): HostTensor => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

/** The networks that are named. */
export const pick = (networks: Networks, names: readonly string[]): Networks =>
  Object.fromEntries(names.flatMap((name) => (networks[name] === undefined ? [] : [[name, networks[name]]])));
