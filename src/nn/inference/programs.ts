import type { Edges } from '../../picture/edges.js';
import type { Samples } from '../../ports/index.js';
import { type Engine, type JitOptions, jit } from '../../tensor/index.js';
import * as tf from '../../tensor/tfjs.js';
import type { Ensemble } from './ensemble.js';
import { editOf, globalInputOf, meansOf, roundOf, type Wanted } from './inference-path.js';
import { globalFeaturesOf } from './program.js';
import type { Programs } from './tiled.js';

/** The programs of an ensemble on an engine, compiled for each size when it first comes. */
export const programsOn = (
  engine: Engine,
  ensemble: Ensemble,
  wanted: Wanted,
  depth: Samples['depth'],
  edges: Edges,
): Programs => {
  const options = { name: 'ensemble.average', engine };
  const { network, members } = ensemble;
  const { branches } = network;
  const whole = branches && {
    factor: branches.factor,
    run: jit((seen: tf.Tensor3D) => globalFeaturesOf(tf, branches, members, seen, edges), options),
  };
  const narrow = (output: string): Pick<JitOptions, 'as'> =>
    depth === 'float32' ? {} : { as: { [output]: depth } };
  const rounds = new Map<string, ReturnType<NonNullable<Programs['round']>>>();
  const round: NonNullable<Programs['round']> = ({ core, window }) => {
    const inner = { ...core, left: core.left - window.left, top: core.top - window.top };
    const key = Object.values(inner).join();
    const known =
      rounds.get(key) ?? jit(roundOf(ensemble, wanted, depth, inner), { ...options, ...narrow('picture') });
    rounds.set(key, known);
    return known;
  };
  return {
    room: engine.buffer,
    edit: jit(editOf(ensemble, wanted, depth), {
      ...options,
      // `fitOf` lets such a network work on pictures whose values are that large.
      arena: network.byGlobalStatistics === undefined,
      ...narrow('output'),
    }),
    globalInput: jit(globalInputOf(ensemble, depth), options),
    ...(network.byGlobalStatistics && { means: jit(meansOf(ensemble, depth), options) }),
    ...(network.byGlobalStatistics && { round }),
    ...(whole && { whole }),
  };
};
