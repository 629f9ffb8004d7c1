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
 * Learns from pairs: the generator makes `to` of `from`, the discriminator tells its pictures from real ones (Isola et
 * al., "Image-to-Image Translation with Conditional Adversarial Networks", 2017, with an unconditional discriminator).
 */
export const paired = (generator: Network, discriminator: Discriminator, weights: LossWeights): Objective => {
  const { pixel, fidelity, identity, adversarial } = weights;
  const distance = pixelDistance(weights);
  const judges = adversarial.weight > 0;
  return {
    networks: { generators: { generator }, discriminators: judges ? { discriminator } : {} },
    examples: ['from', 'to'],
    pretraining: ({ generators }, { to }) => {
      const again = generators.generator!(to!);
      return termsOf({
        pixel: [Math.max(pixel.weight, 1), () => distance(again, to!)],
        ...contentTerms(weights, again, to!),
      });
    },
    generating: (bound, { from, to }, quantisation) => {
      const make = bound.generators.generator!;
      const made = make(from!, quantisation);
      return {
        made: judges ? { discriminator: made } : {},
        terms: termsOf({
          adversarial: [adversarial.weight, () => foolingLoss(weights, bound, 'discriminator', made)],
          pixel: [pixel.weight, () => distance(made, to!)],
          fidelity: [fidelity, () => distance(made, from!)],
          identity: [identity, () => distance(make(to!), to!)],
          ...contentTerms(weights, made, to!),
          ...variationTerm(weights, made),
          ...photoTerms(weights, made, from!),
          ...lookTerms(weights, made, to!),
          ...smoothTerm(weights, bound, 'generator', from!),
        }),
      };
    },
    real: ({ to }) => (judges ? { discriminator: to! } : {}),
    discriminatorLoss: (bound, { discriminator: shown }, mix) =>
      shown === undefined ? {} : discriminatorTerms(weights, bound, 'discriminator', shown, mix),
    samples: ({ generators }, { from, to }, quantisation) => ({
      input: from!,
      output: generators.generator!(from!, quantisation),
      target: to!,
    }),
  };
};
