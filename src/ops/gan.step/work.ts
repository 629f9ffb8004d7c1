import * as E from 'fp-ts/lib/Either.js';
import { multiplyAdds } from '../../nn/multiply-adds.js';
import type { Networks } from '../../nn/training/objective.js';
import type { Params } from './params.js';
import { stepsOf } from './plan.js';

/** What a step of each kind takes beside the others, in any unit. */
export type Costs = Readonly<Record<'pretrain' | 'plain' | 'judged', number>>;

/** Multiply-adds of forth and back beside those of forth alone. */
const LEARNING = 3;
/** Those of a discriminator's part: it learns from photos and results, and what it says of results goes back to the generator. */
const JUDGING = 8;

/**
 * What steps take by their multiply-adds, of the networks and of pictures of a size. All else is a small part of them, and what a
 * multiply-add takes is much the same in all kinds.
 */
export const costsOf = (
  { losses, validate }: Pick<Params, 'losses' | 'validate'>,
  { generators, discriminators }: Networks,
  isPaired: boolean,
  [count = 1, height = 1, width = 1]: readonly number[],
): Costs => {
  const sizeOf = (network: Parameters<typeof multiplyAdds>[0] | undefined): number =>
    network === undefined ? 0 : E.getOrElse(() => 0)(multiplyAdds(network, height, width));
  const generator = Math.max(1, sizeOf(Object.values(generators)[0]));
  const judges = Object.values(discriminators);
  const ways = Object.keys(generators).length;
  const results = ways + (losses.cycle > 0 ? ways : 0) + (losses.identity > 0 ? ways : 0);
  const looking = validate === undefined ? 0 : (validate.photos / validate.every / count) * generator;
  const plain = LEARNING * results * generator + looking;
  return {
    pretrain: LEARNING * (isPaired ? 1 : 2) * generator,
    plain,
    judged: plain + JUDGING * judges.length * sizeOf(judges[0]),
  };
};

/** How many steps like the last one what is left takes as long as. @param step steps done */
export const stepsLeft = (
  params: Pick<Params, 'schedule' | 'pretrain' | 'losses'>,
  costs: Costs,
  step: number,
): number => {
  const total = stepsOf(params);
  const from = Math.min(total, params.pretrain.steps);
  const judged = Math.min(total, params.pretrain.steps + params.losses.adversarial.after);
  const within = (first: number, end: number): number => Math.max(0, end - Math.max(first, step));
  const left =
    within(0, from) * costs.pretrain +
    within(from, judged) * costs.plain +
    within(judged, total) * costs.judged;
  const now = step <= from ? costs.pretrain : step <= judged ? costs.plain : costs.judged;
  return left / now;
};
