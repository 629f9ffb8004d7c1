import type { Random } from '../../operator/random.js';
import type { HostTensor } from '../../ports/index.js';

/** Earlier results, one `[height, width, 3]` float32 tensor each, oldest places first. */
export type Pool = readonly HostTensor[];

/** What a discriminator is shown in the place of one fresh result: it, or the earlier one at a place of the pool. */
export type Choice =
  | { readonly kind: 'fresh'; readonly store: number | undefined }
  | { readonly kind: 'earlier'; readonly place: number };

/**
 * Decides about the results of one step, as CycleGAN does (after Shrivastava et al. 2017): while the pool fills up, each
 * is shown and kept; then each is shown with probability one half, or else kept in the place of one that is shown.
 *
 * @param size places of the pool
 * @param filled places that are taken
 */
export const choose = (
  random: Random,
  name: string,
  count: number,
  { size, filled }: { readonly size: number; readonly filled: number },
): readonly Choice[] =>
  Array.from({ length: count }, (_, i): Choice => {
    const place = filled + i;
    if (place < size) return { kind: 'fresh', store: place };
    return filled > 0 && random.chance(`${name}/${i}/earlier`, 0.5)
      ? { kind: 'earlier', place: random.integer(`${name}/${i}/place`, 0, filled - 1) }
      : { kind: 'fresh', store: undefined };
  });

/** The pool after a step: results that were to be kept are in their places. */
export const stored = (pool: Pool, choices: readonly Choice[], made: HostTensor): Pool => {
  const [, ...shape] = made.shape;
  const length = shape.reduce((a, b) => a * b, 1);
  return choices.reduce<Pool>((kept, choice, i) => {
    const place = choice.kind === 'earlier' ? choice.place : choice.store;
    if (place === undefined) return kept;
    const picture = { ...made, shape, data: made.data.slice(i * length, (i + 1) * length) } as HostTensor;
    return place < kept.length ? kept.with(place, picture) : [...kept, picture];
  }, pool);
};
