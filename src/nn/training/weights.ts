import type * as tf from '../../tensor/tfjs.js';
import {
  type AdversarialOptions,
  adversarial,
  gradient,
  heights,
  laplacian,
  msSsim,
  neutral,
  type PictureLoss,
  patchNce,
  pixelLosses,
  range,
  smoothness,
  ssim,
  structure,
  totalVariation,
  whites,
} from '../losses/index.js';
import type { Against } from '../parts/part.js';
import type { BoundNetworks, Shown, Terms } from './objective.js';

/** A term of a plugin. */
export interface OwnTerm {
  readonly name: string;
  readonly weight: number;
  readonly against: Against;
  readonly loss: PictureLoss;
}

/** What counts how much in a training's loss; 0 leaves a term out. */
export interface LossWeights {
  readonly adversarial: Required<AdversarialOptions> & { readonly weight: number };
  /** Distance from the target, where there is one. */
  readonly pixel: { readonly weight: number; readonly kind: keyof typeof pixelLosses };
  /** Edges and textures, by Laplacian pyramids. */
  readonly content: number;
  readonly gradient: number;
  readonly ssim: number;
  readonly msSsim: number;
  readonly patchNce: number;
  /** Distance from the input. */
  readonly fidelity: number;
  /** A photo that is of the target domain already is left as it is. */
  readonly identity: number;
  /** There and back again gives the photo. */
  readonly cycle: number;
  readonly variation: number;
  /** Gradients keep their strengths to each other. */
  readonly structure: number;
  /** Values stay between black and white. */
  readonly range: number;
  /** Whites and light greys stay without colour. */
  readonly neutral: number;
  /** Whites of the photo do not become dark. */
  readonly whites: number;
  /** Mean colours at each height are those of the look. */
  readonly heights: number;
  /** Neighbouring cells of the generator's grid are alike. */
  readonly smooth: number;
  /** Terms of plugins. Default: none. */
  readonly own?: readonly OwnTerm[];
}

const ownTerms = (
  { own = [] }: LossWeights,
  against: Against,
  result: tf.Tensor4D,
  reference: tf.Tensor4D,
): Candidates =>
  Object.fromEntries(
    own.flatMap((term) =>
      term.against === against
        ? [[term.name, [term.weight, () => term.loss(result, reference)] as const] as const]
        : [],
    ),
  );

/** The distance of pixels that the weights ask for. */
export const pixelDistance = ({ pixel }: LossWeights): PictureLoss => pixelLosses[pixel.kind];

/** Terms before it is known which of them count. */
type Candidates = Readonly<Record<string, readonly [weight: number, value: () => tf.Scalar]>>;

/** Terms whose weight is not 0. Values of the others are never computed. */
export const termsOf = (terms: Candidates): Terms =>
  Object.fromEntries(
    Object.entries(terms).flatMap(([name, [weight, value]]) =>
      weight === 0 ? [] : [[name, { weight, value: value() }] as const],
    ),
  );

/** Terms that hold a result to a picture whose content it should have. */
export const contentTerms = (
  weights: LossWeights,
  result: tf.Tensor4D,
  reference: tf.Tensor4D,
): Candidates => ({
  content: [weights.content, () => laplacian(result, reference)],
  gradient: [weights.gradient, () => gradient(result, reference)],
  ssim: [weights.ssim, () => ssim(result, reference)],
  msSsim: [weights.msSsim, () => msSsim(result, reference)],
  patchNce: [weights.patchNce, () => patchNce(result, reference)],
  structure: [weights.structure, () => structure(result, reference)],
  range: [weights.range, () => range(result, reference)],
  neutral: [weights.neutral, () => neutral(result, reference)],
  ...ownTerms(weights, 'content', result, reference),
});

/** Terms that hold a result to the photo that it was made of. */
export const photoTerms = (weights: LossWeights, result: tf.Tensor4D, photo: tf.Tensor4D): Candidates => ({
  whites: [weights.whites, () => whites(result, photo)],
  ...ownTerms(weights, 'photo', result, photo),
});

/** Terms that hold a result to photos that have the look, such as that of its colours at each height. */
export const lookTerms = (weights: LossWeights, result: tf.Tensor4D, look: tf.Tensor4D): Candidates => ({
  heights: [weights.heights, () => heights(result, look)],
  ...ownTerms(weights, 'look', result, look),
});

/** The term of the smoothness of a generator's grid for pictures; none for a generator without one. */
export const smoothTerm = (
  { smooth }: LossWeights,
  { transforms }: BoundNetworks,
  generator: string,
  pictures: tf.Tensor4D,
): Candidates => {
  const grid = transforms[generator];
  return grid === undefined ? {} : { smooth: [smooth, () => smoothness(grid(pictures))] };
};

/** The term of a result's smoothness. */
export const variationTerm = ({ variation }: LossWeights, result: tf.Tensor4D): Candidates => ({
  variation: [variation, () => totalVariation(result)],
});

/** How real a discriminator takes a picture for, as the generator's loss. */
export const foolingLoss = (
  weights: LossWeights,
  bound: BoundNetworks,
  domain: string,
  made: tf.Tensor4D,
): tf.Scalar => adversarial(weights.adversarial).generator(bound.discriminators[domain]!(made));

/** What a discriminator's verdicts on real and made pictures cost it. */
export const discriminatorTerms = (
  weights: LossWeights,
  bound: BoundNetworks,
  domain: string,
  { real, made }: Shown,
  mix: tf.Tensor4D,
): Terms => {
  const judge = bound.discriminators[domain]!;
  const { discriminator, penalty } = adversarial(weights.adversarial);
  return {
    [domain]: { weight: 1, value: discriminator(judge(real), judge(made)) },
    ...(penalty && { [`${domain}Penalty`]: { weight: 1, value: penalty(judge, real, made, mix) } }),
  };
};
