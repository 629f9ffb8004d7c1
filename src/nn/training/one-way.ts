import type { Discriminator, Network } from '../network.js';
import type { Objective } from './objective.js';
import {
  contentTerms,
  discriminatorTerms,
  foolingLoss,
  type LossWeights,
  lookTerms,
  photoTerms,
  pixelDistance,
  smoothTerm,
  termsOf,
  variationTerm,
} from './weights.js';

/**
 * Learns to carry photos of domain `a` into domain `b` from two collections that have no photo in common: the
 * discriminator asks for the look of `b`, and the terms of content hold the photo to what it shows.
 */
export const oneWay = (generator: Network, discriminator: Discriminator, weights: LossWeights): Objective => {
  const { pixel, fidelity, identity, adversarial } = weights;
  const distance = pixelDistance(weights);
  return {
    networks: { generators: { generator }, discriminators: { discriminator } },
    examples: ['a', 'b'],
    pretraining: ({ generators }, examples) => {
      const again = generators.generator!(examples.a!);
      const other = generators.generator!(examples.b!);
      const weight = Math.max(pixel.weight, 1);
      return termsOf({
        pixel: [weight, () => distance(again, examples.a!)],
        identity: [weight, () => distance(other, examples.b!)],
        ...contentTerms(weights, again, examples.a!),
      });
    },
    generating: (bound, { a, b }) => {
      const make = bound.generators.generator!;
      const made = make(a!);
      return {
        made: { discriminator: made },
        terms: termsOf({
          adversarial: [adversarial.weight, () => foolingLoss(weights, bound, 'discriminator', made)],
          fidelity: [fidelity, () => distance(made, a!)],
          identity: [identity, () => distance(make(b!), b!)],
          ...contentTerms(weights, made, a!),
          ...variationTerm(weights, made),
          ...photoTerms(weights, made, a!),
          ...lookTerms(weights, made, b!),
          ...smoothTerm(weights, bound, 'generator', a!),
        }),
      };
    },
    real: ({ b }) => ({ discriminator: b! }),
    discriminatorLoss: (bound, { discriminator: shown }, mix) =>
      discriminatorTerms(weights, bound, 'discriminator', shown!, mix),
    samples: ({ generators }, { a }) => ({ input: a!, output: generators.generator!(a!) }),
  };
};
