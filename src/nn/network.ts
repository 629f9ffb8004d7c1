import type { Edges } from '../picture/edges.js';
import type { HostTensor } from '../ports/index.js';
import type * as tf from '../tensor/tfjs.js';

/** How a parameter starts: drawn from N(0, deviation²), evenly from -bound to bound, or one value everywhere. */
export type Initialisation =
  | { readonly normal: number }
  | { readonly uniform: number }
  | { readonly constant: number };

export interface ParameterSpec {
  readonly shape: readonly number[];
  readonly start: Initialisation;
}

/** What parameters a network has, by name, and how they start. */
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/** Parameters by name, as tensors of a program being recorded. */
export type Parameters = Readonly<Record<string, tf.Tensor>>;

/**
 * What learns, as data and a pure function: what parameters it has, and what it makes of them and of pictures [N,H,W,C]. A network that
 * reads tables may be given `quantisationFeatures` of each picture, [N,features].
 */
export interface Learner<Result> {
  readonly parameters: ParameterSpecs;
  readonly apply: (parameters: Parameters, pictures: tf.Tensor4D, quantisation?: tf.Tensor2D) => Result;
}

/** A picture on its way through a network whose halves are apart. */
export interface BranchedPath {
  /** What is seen of the whole picture: smaller, and made of neighbourhoods only. */
  readonly reduced: tf.Tensor4D;
  /**
   * The rest of the way, made of neighbourhoods only: the mean of what several sets of parameters make of the picture,
   * given what each made of the whole of it.
   */
  readonly finish: (members: readonly Parameters[], globalFeatures: readonly tf.Tensor4D[]) => tf.Tensor4D;
}

/**
 * A network taken apart into what looks at the whole picture and what does not: of `way = globalInput(x)`, what it makes of x is
 * `way.finish([p], [whole(p, way.reduced, 'none')])`. Sides are those that it works at.
 */
export interface Branches {
  /** How many times smaller the reduced picture is. */
  readonly factor: number;
  /**
   * What is seen of the whole goes with the values: of a·x + b, a > 0, it is a times what is seen of x, plus b. So x can be
   * scaled after it was made smaller.
   */
  readonly globalInput: (pictures: tf.Tensor4D) => BranchedPath;
  /** Channels of what is made of the whole. */
  readonly channels: number;
  /** What one set of parameters makes of the whole reduced picture, as large as it. */
  readonly whole: (parameters: Parameters, reduced: tf.Tensor4D, edges: Edges) => tf.Tensor4D;
}

/**
 * The mean over a whole picture of values [N,H,W,C] that a network makes on its way, [N,1,1,C]. Of a part of a picture it
 * has to come from elsewhere.
 */
export type WholeMean = (values: tf.Tensor4D) => tf.Tensor4D;

/**
 * A network that changes each pixel's colour by an affine transform, which is sliced from a bilateral grid by the pixel's
 * place and its guide. Several sets of parameters make one grid, the mean of theirs, sliced by the mean of their guides.
 */
export interface Sliced {
  /** Pixels along a side of the thumbnail that the grid is made of. */
  readonly side: number;
  /** Cells along a side of the grid, and in depth. */
  readonly cells: number;
  readonly depth: number;
  /** Straight pieces, of equal length, that each channel's curve in the guide has. */
  readonly segments: number;
  /** Transforms `[N,cells,cells,depth*12]` for thumbnails `[N,side,side,3]` of 0..1: three rows of three factors and an offset. */
  readonly grid: (parameters: Parameters, thumbnail: tf.Tensor4D, edges: Edges) => tf.Tensor4D;
  /** The same for pictures of any size, -1..1. */
  readonly transforms: (parameters: Parameters, pictures: tf.Tensor4D) => tf.Tensor4D;
  /** What the value of a channel, 0..1, adds to a pixel's guide, by weights at hand. */
  readonly curve: (
    weights: Readonly<Record<string, HostTensor<'float32'>>>,
    channel: number,
    value: number,
  ) => number;
}

/** Makes pictures [N,H,W,3] in -1..1 of pictures. */
export interface Network extends Learner<tf.Tensor4D> {
  /**
   * The mean of what several sets of parameters make of the pictures, where that costs less than to make each; equal up
   * to rounding.
   */
  readonly averaged?: (members: readonly Parameters[], pictures: tf.Tensor4D) => tf.Tensor4D;
  /** What each of several sets of parameters makes of the pictures beside the others, where they have something in common. */
  readonly members?: (members: readonly Parameters[], pictures: tf.Tensor4D) => readonly tf.Tensor4D[];
  /** Its grid and guide, where it slices a bilateral grid: pictures of any size then take a pass over their pixels. */
  readonly sliced?: Sliced;
  /** Its two halves, where only one of them looks at the whole picture: the other can then work in tiles. */
  readonly branches?: Branches;
  /**
   * What `apply` makes, with all that it learns of the whole picture asked of `mean`, where means are all it learns of it:
   * given these, it can work in tiles. They are asked for in the same order every time. Sides are those that it works at.
   */
  readonly byGlobalStatistics?: (
    parameters: Parameters,
    pictures: tf.Tensor4D,
    mean: WholeMean,
  ) => tf.Tensor4D;
  /** Whether it makes use of what it is told of the tables that a picture was compressed by as JPEG. */
  readonly readsTables?: true;
  /** The sizes that it works at. It takes any other, fills it up and cuts the result. Every size when absent. */
  readonly sides?: Sides;
}

/** What height and width are multiples of, and the least that they are. */
export interface Sides {
  readonly multiple: number;
  readonly least: number;
}

/**
 * Judges pictures [N,H,W,3] in -1..1: one map of logits [N,h,w,1] for each scale that it looks at, higher where it takes
 * a picture for real.
 */
export type Discriminator = Learner<readonly tf.Tensor4D[]>;

/** A parameter of a network by name. */
export const parameter = <T extends tf.Tensor>(parameters: Parameters, name: string): T => {
  const found = parameters[name];
  if (found === undefined) throw new RangeError(`the network has no parameter '${name}'`);
  return found as T;
};

/** How many numbers a network learns. */
export const parameterCount = ({ parameters }: Pick<Learner<unknown>, 'parameters'>): number =>
  Object.values(parameters).reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

/** Type and sides of weights, whatever they are. */
type Form = Pick<HostTensor, 'dtype' | 'shape'>;

/** Why weights of such types and shapes are not those of a network: one is missing or unknown, or of another shape or type. */
export const strangerOf = (
  { parameters }: Network,
  weights: Readonly<Record<string, Form>>,
): string | undefined => {
  const unknown = Object.keys(weights).find((name) => !Object.hasOwn(parameters, name));
  if (unknown !== undefined) return `it has no parameter \`${unknown}\``;
  return Object.entries(parameters)
    .map(([name, { shape }]) => {
      const found = Object.hasOwn(weights, name) ? weights[name] : undefined;
      if (found === undefined) return `its parameter \`${name}\` is missing`;
      return found.dtype !== 'float32' || found.shape.join() !== shape.join()
        ? `its parameter \`${name}\` is float32 [${shape}], not ${found.dtype} [${found.shape}]`
        : undefined;
    })
    .find((why) => why !== undefined);
};

/** Why weights are not those of a network: as `strangerOf`, or not finite. Undefined when they are. */
export const misfitOf = (
  network: Network,
  weights: Readonly<Record<string, HostTensor>>,
): string | undefined => {
  const endless = Object.entries(weights).find(([, { data }]) => !data.every(Number.isFinite));
  const why = strangerOf(network, weights);
  return why ?? (endless && `its parameter \`${endless[0]}\` holds no finite numbers`);
};
