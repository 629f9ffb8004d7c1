import * as E from 'fp-ts/lib/Either.js';
import type { LossPart } from '../../nn/parts/part.js';
import type { OwnTerm } from '../../nn/training/weights.js';
import { type CheckedParams, type Fields, optional, paramType } from '../../operator/params/index.js';

/** A term of a plugin among the losses, as it was read. */
interface Chosen {
  readonly part: LossPart;
  readonly params: CheckedParams;
}

/** Losses, and those of plugins beside them: absent, they do not count. */
export const withOwnTerms = <F extends Fields>(fields: F, parts: Readonly<Record<string, LossPart>>): F => ({
  ...fields,
  ...Object.fromEntries(
    Object.entries(parts).map(([name, part]) => {
      const { codec, shape } = part.params;
      const type = paramType(
        codec.name,
        shape,
        (value, context) =>
          E.Monad.map(codec.validate(value, context), (params): Chosen => ({ part, params })),
        ({ params }: Chosen) => codec.encode(params),
      );
      return [name, optional(type, part.about)];
    }),
  ),
});

const isChosen = (value: unknown): value is Chosen =>
  typeof value === 'object' && value !== null && 'part' in value && 'params' in value;

/** The terms of plugins among what was read. */
export const ownTermsIn = (losses: object): readonly OwnTerm[] =>
  Object.values(losses)
    .filter(isChosen)
    .map(({ part, params }) => ({
      name: part.name,
      weight: part.weightOf(params),
      against: part.against,
      loss: part.loss(params),
    }));
