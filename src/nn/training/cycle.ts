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
 * Learns both ways between two domains (CycleGAN; Zhu, Park, Isola, Efros 2017): `generator` carries `a` into `b`, `back`
 * carries `b` into `a`, and there and back again gives the photo.
 */
export const cycle = (generator: Network, discriminator: Discriminator, weights: LossWeights): Objective => {
  const { pixel, fidelity, identity, adversarial } = weights;
  const distance = pixelDistance(weights);
  return {
    networks: {
      generators: { generator, back: generator },
      discriminators: { discriminator, discriminatorBack: discriminator },
    },
    examples: ['a', 'b'],
    pretraining: ({ generators }, { a, b }) => {
      const { generator: there, back } = generators;
      const weight = Math.max(pixel.weight, 1);
      const [againA, againB] = [there!(a!), back!(b!)];
      return termsOf({
        pixel: [weight, () => distance(againA, a!)],
        pixelBack: [weight, () => distance(againB, b!)],
        ...contentTerms(weights, againA, a!),
        ...named(contentTerms(weights, againB, b!), 'Back'),
      });
    },
    generating: (bound, { a, b }) => {
      const { generator: there, back } = bound.generators;
      const [madeB, madeA] = [there!(a!), back!(b!)];
      return {
        made: { discriminator: madeB, discriminatorBack: madeA },
        terms: termsOf({
          adversarial: [adversarial.weight, () => foolingLoss(weights, bound, 'discriminator', madeB)],
          adversarialBack: [
            adversarial.weight,
            () => foolingLoss(weights, bound, 'discriminatorBack', madeA),
          ],
          cycle: [weights.cycle, () => distance(back!(madeB), a!)],
          cycleBack: [weights.cycle, () => distance(there!(madeA), b!)],
          identity: [identity, () => distance(there!(b!), b!)],
          identityBack: [identity, () => distance(back!(a!), a!)],
          fidelity: [fidelity, () => distance(madeB, a!)],
          fidelityBack: [fidelity, () => distance(madeA, b!)],
          ...contentTerms(weights, madeB, a!),
          ...named(contentTerms(weights, madeA, b!), 'Back'),
          ...variationTerm(weights, madeB),
          ...photoTerms(weights, madeB, a!),
          ...named(photoTerms(weights, madeA, b!), 'Back'),
          ...lookTerms(weights, madeB, b!),
          ...named(lookTerms(weights, madeA, a!), 'Back'),
          ...smoothTerm(weights, bound, 'generator', a!),
          ...named(smoothTerm(weights, bound, 'back', b!), 'Back'),
        }),
      };
    },
    real: ({ a, b }) => ({ discriminator: b!, discriminatorBack: a! }),
    discriminatorLoss: (bound, { discriminator: there, discriminatorBack: back }, mix) => ({
      ...discriminatorTerms(weights, bound, 'discriminator', there!, mix),
      ...discriminatorTerms(weights, bound, 'discriminatorBack', back!, mix),
    }),
    samples: ({ generators }, { a }) => {
      const output = generators.generator!(a!);
      return { input: a!, output, back: generators.back!(output) };
    },
  };
};

const named = <A>(terms: Readonly<Record<string, A>>, suffix: string): Readonly<Record<string, A>> =>
  Object.fromEntries(Object.entries(terms).map(([name, term]) => [`${name}${suffix}`, term]));
