import type { Edges } from '../../picture/edges.js';
import type { Samples } from '../../ports/index.js';
import { type CallOptions, type Engine, type HostOf, type JitOptions, jit } from '../../tensor/index.js';
import * as tf from '../../tensor/tfjs.js';
import type { Ensemble } from './ensemble.js';
import { editOf, globalInputOf, meansOf, type Part, roundOf, type Wanted } from './inference-path.js';
import { type DialledPart, dialsOf, type KeptPrograms } from './kept-programs.js';
import { globalFeaturesOf } from './program.js';
import type { Programs } from './tiled.js';

/**
 * The programs of an ensemble on an engine, compiled for each size when it first comes.
 *
 * @param kept where the edit is, compiled for any strength and trust; by default it is compiled for those wanted
 */
export const programsOn = (
  engine: Engine,
  ensemble: Ensemble,
  wanted: Wanted,
  depth: Samples['depth'],
  edges: Edges,
  kept?: KeptPrograms,
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
    edit:
      kept !== undefined && wanted.output === 'picture'
        ? dialled(engine, ensemble, wanted, depth, kept)
        : jit(editOf(ensemble, wanted, depth), {
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

/** The edit as a program that takes strength and trust as inputs; its own are given to it. */
const dialled = (
  engine: Engine,
  ensemble: Ensemble,
  wanted: Wanted,
  depth: Samples['depth'],
  { edits }: KeptPrograms,
): Programs['edit'] => {
  const { strength, trust, grey } = wanted;
  const key = `${depth} ${grey} ${trust > 0 ? 'trust' : ''}`;
  const program =
    edits.get(key) ??
    jit(
      ({ dials, ...part }: DialledPart) =>
        editOf(ensemble, wanted, depth)(part, undefined, {
          strength: tf.slice1d(dials, 0, 1),
          trust: tf.slice1d(dials, 1, 1),
        }),
      {
        name: 'ensemble.average',
        engine,
        arena: ensemble.network.byGlobalStatistics === undefined,
        ...(depth === 'float32' ? {} : { as: { output: depth } }),
      },
    );
  edits.set(key, program);
  const run: (part: HostOf<Part>, options?: CallOptions) => ReturnType<typeof program> = (part, call) =>
    program({ ...part, dials: dialsOf(strength, trust) }, call);
  // The program is the model's, which disposes of it.
  return Object.assign(run, { compiled: program.compiled, dispose: () => undefined });
};
