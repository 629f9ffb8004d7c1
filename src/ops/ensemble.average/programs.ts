import * as tf from '@tensorflow/tfjs';
import type { Edges } from '../../nn/edges.js';
import type { Samples } from '../../ports/index.js';
import { type Engine, jit } from '../../tensor/index.js';
import type { Ensemble } from './load.js';
import { wholesOf } from './program.js';
import type { Programs } from './tiled.js';
import { editOf, lookOf, type Wanted } from './way.js';

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
  const { halves } = network;
  const whole = halves && {
    factor: halves.factor,
    run: jit((seen: tf.Tensor3D) => wholesOf(tf, halves, members, seen, edges), options),
  };
  return {
    room: engine.buffer,
    edit: jit(editOf(ensemble, wanted, depth), {
      ...options,
      as: depth === 'float32' ? {} : { output: depth },
    }),
    look: jit(lookOf(ensemble, depth), options),
    ...(whole && { whole }),
  };
};
