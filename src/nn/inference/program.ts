import type { Edges } from '../../picture/edges.js';
import type { Tf } from '../../tensor/tf.js';
import type * as tf from '../../tensor/tfjs.js';
import { atAnySize } from '../any-size.js';
import type { Branches, Network, Parameters, WholeMean } from '../network.js';
import type { Ensemble, Weights } from './ensemble.js';

/** What there is to turn. */
export interface Dials {
  /** 0: the photo; 1: the edit. */
  readonly strength: number;
  /** 0: the edit everywhere; 1: the photo where members disagree. */
  readonly trust: number;
}

/** Deviation between members, of values 0..1, at which an edit is trusted by half: ten of 255 levels. */
const DOUBT = 0.04;

const ANY = { multiple: 1, least: 1 };

/** What members make of a picture, -1..1, not clipped. */
interface Predictions {
  readonly mean: tf.Tensor4D;
  /** Between the members: the root of the mean over channels of the variance, [1,H,W,1], of values 0..1. */
  readonly deviation?: tf.Tensor4D;
}

/** Weights as constants of a program. */
export const parametersOf = (t: Tf, weights: Weights): Parameters =>
  Object.fromEntries(
    // A copy, since compiling moves constants to the engine.
    Object.entries(weights).map(([name, { shape, data }]) => [name, t.tensor(data.slice(), [...shape])]),
  );

/** What each member knows of the whole picture, where it was worked out before, for the part that is at hand. */
export interface Given {
  /** The whole of a network with halves. */
  readonly globalFeatures?: readonly tf.Tensor4D[];
  /** Of a network by means. */
  readonly means?: readonly WholeMean[];
  /** What a network that reads tables is told of those that the picture was compressed by, `[1, features]`. */
  readonly quantisation?: tf.Tensor2D;
}

const predict = (
  t: Tf,
  { network, members }: Ensemble,
  x: tf.Tensor4D,
  disagreement: boolean,
  { globalFeatures: given, means, quantisation }: Given,
): Predictions => {
  const parameters = members.map((weights) => parametersOf(t, weights));
  const { branches } = network;
  const way = branches?.globalInput(x);
  const globalFeatures = given ?? (way && parameters.map((p) => branches!.whole(p, way.reduced, 'none')));
  if (!disagreement && way !== undefined) return { mean: way.finish(parameters, globalFeatures!) };
  if (!disagreement && network.averaged !== undefined && means === undefined)
    return { mean: network.averaged(parameters, x) };
  const together = means === undefined ? network.members?.(parameters, x) : undefined;
  const made =
    together ??
    parameters.map((p, i) => {
      if (way !== undefined) return way.finish([p], [globalFeatures![i]!]);
      return means === undefined
        ? network.apply(p, x, quantisation)
        : network.byGlobalStatistics!(p, x, means[i]!);
    });
  const mean = t.div<tf.Tensor4D>(
    made.reduce((sum, each) => t.add(sum, each)),
    made.length,
  );
  if (!disagreement) return { mean };
  const squares = made.map((each) => t.square(t.sub(each, mean)));
  const variance = t.div<tf.Tensor4D>(
    squares.reduce((sum, each) => t.add(sum, each)),
    made.length,
  );
  // Values of -1..1 deviate twice as much as values of 0..1.
  const deviation = t.mul(t.sqrt(t.mean(variance, 3, true)), 0.5);
  return { mean, deviation: deviation as tf.Tensor4D };
};

/** 1 where members agree, falling to 0 where they do not. */
const confidence = (t: Tf, deviation: tf.Tensor4D): tf.Tensor4D =>
  t.reciprocal(t.add(1, t.square(t.div(deviation, DOUBT))));

/** Values of 0..1 as networks take them, -1..1. */
const centred = <T extends tf.Tensor>(t: Tf, values: T): T => t.sub<T>(t.mul(values, 2), 1);

/** A picture [H,W,3] of 0..1 as networks take it, [1,H,W,3] of -1..1. */
const inside = (t: Tf, picture: tf.Tensor3D): tf.Tensor4D =>
  centred(t, t.expandDims<tf.Tensor4D>(picture, 0));

/** What a network with halves sees of a whole picture, -1..1, of one part [H,W,3] of values 0..white. */
export const reduced = (t: Tf, branches: Branches, picture: tf.Tensor3D, white: number): tf.Tensor3D => {
  // Scaled afterwards, when it is small.
  const seen = branches.globalInput(t.expandDims<tf.Tensor4D>(picture, 0)).reduced;
  return t.squeeze<tf.Tensor3D>(t.sub(t.mul(seen, 2 / white), 1), [0]);
};

/** What each member makes of the whole of a picture, given all that it sees of it. */
export const globalFeaturesOf = (
  t: Tf,
  branches: Branches,
  members: Ensemble['members'],
  seen: tf.Tensor3D,
  edges: Edges,
): readonly tf.Tensor3D[] =>
  members.map((weights) =>
    t.squeeze<tf.Tensor3D>(branches.whole(parametersOf(t, weights), t.expandDims(seen, 0), edges), [0]),
  );

/** The means that each member asks for on its way through pictures [N,H,W,3] of 0..1, taken over all of them. */
export const meansOver = (
  t: Tf,
  byGlobalStatistics: NonNullable<Network['byGlobalStatistics']>,
  members: Ensemble['members'],
  pictures: tf.Tensor4D,
): readonly (readonly tf.Tensor4D[])[] =>
  members.map((weights) => {
    const asked: tf.Tensor4D[] = [];
    byGlobalStatistics(parametersOf(t, weights), centred(t, pictures), (values) => {
      const mean = t.mean<tf.Tensor4D>(values, [0, 1, 2], true);
      asked.push(mean);
      return mean;
    });
    return asked;
  });

/** A picture [H,W,3] of 0..1 as the network takes it, and what it gives brought back to that size. */
const through = (
  t: Tf,
  { network }: Ensemble,
  picture: tf.Tensor3D,
  f: (x: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor3D => {
  const x = inside(t, picture);
  return t.squeeze<tf.Tensor3D>(atAnySize(network.sides ?? ANY, x, f), [0]);
};

/** Dials as inputs of a program, [1] each, so that it is compiled once for all that they can be. */
export interface Turned {
  readonly strength: tf.Tensor1D;
  readonly trust: tf.Tensor1D;
}

/**
 * The edited picture [H,W,3], sRGB 0..1 before and after; values beyond are kept.
 *
 * @param turned strength and trust as inputs, in the place of those that are numbers; whether `trust` is 0 counts all the same
 */
export const edited = (
  t: Tf,
  ensemble: Ensemble,
  { strength, trust }: Dials,
  picture: tf.Tensor3D,
  given: Given = {},
  turned?: Turned,
): tf.Tensor3D => {
  if (trust === 0) {
    const mean = through(t, ensemble, picture, (x) => predict(t, ensemble, x, false, given).mean);
    const edit = t.mul<tf.Tensor3D>(t.add(mean, 1), 0.5);
    if (turned !== undefined)
      return t.add(t.mul(edit, turned.strength), t.mul(picture, t.sub(1, turned.strength)));
    return strength === 1 ? edit : t.add(t.mul(edit, strength), t.mul(picture, 1 - strength));
  }
  // The change rather than the edit, so that leaning back needs no second copy of the photo at the network's size.
  const change = through(t, ensemble, picture, (x) => {
    const { mean, deviation } = predict(t, ensemble, x, true, given);
    const moved = t.mul(t.sub(mean, x), turned === undefined ? strength / 2 : t.mul(turned.strength, 0.5));
    if (deviation === undefined) return moved as tf.Tensor4D;
    const [lean, rest] = turned === undefined ? [trust, 1 - trust] : [turned.trust, t.sub(1, turned.trust)];
    return t.mul(moved, t.add(t.mul(confidence(t, deviation), lean), rest)) as tf.Tensor4D;
  });
  return t.add(picture, change);
};

/** Where members agree, [H,W,1]: 1 where they do; 0.5 where they deviate by ten of 255 levels; towards 0 beyond. */
export const trustMap = (t: Tf, ensemble: Ensemble, picture: tf.Tensor3D, given: Given = {}): tf.Tensor3D =>
  through(t, ensemble, picture, (x) => {
    const { deviation, mean } = predict(t, ensemble, x, true, given);
    return deviation === undefined ? t.onesLike(t.slice(mean, 0, [-1, -1, -1, 1])) : confidence(t, deviation);
  });

/** The brightness of a picture as a grey one [H,W,1]: the luma of Rec. 709. */
export const luma = (t: Tf, picture: tf.Tensor3D): tf.Tensor3D =>
  t.sum<tf.Tensor3D>(t.mul(picture, t.tensor1d([0.2126, 0.7152, 0.0722])), 2, true);
