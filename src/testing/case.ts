import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { failure } from '../diagnostics/index.js';
import type { Operator } from '../operator/operator.js';
import type { ItemKey, Outcome } from '../ports/index.js';
import type { ArbitraryFrameOptions } from './arbitraries/frames.js';
import { arbitraryValues, type Draft } from './arbitraries/values.js';
import type { Feeds } from './run/operate.js';

/** What an operator is tried on: drawn by fast-check, and as small as can be once something went wrong. */
export interface Case {
  /** Parameters as people write them. */
  readonly written: unknown;
  /** Items in order, each with a value for every stream. */
  readonly items: readonly (readonly Draft[])[];
  /** Place in the stream where an item stands that failed further up; none when beyond the end. */
  readonly failed: number;
  readonly seed: number;
  /** Index and pass of the first item. */
  readonly index: number;
  readonly epoch: number;
  /** Decides what a law leaves open. */
  readonly choice: number;
  /** Whether laws that take many runs are looked at. */
  readonly costly: boolean;
}

/** Where cases come from. */
export interface CaseSources {
  readonly params: fc.Arbitrary<unknown>;
  /** Values for each stream, in the place of those that the ports call for. */
  readonly inputs?: Readonly<Record<string, fc.Arbitrary<Draft>>>;
  readonly pictures: ArbitraryFrameOptions;
  /** Items of a case at most. */
  readonly items: number;
}

/** The streams that an operator reads, by name: one called `items`, for a join its own, for a source none. */
export const streamsOf = ({ input, streams }: Operator): Readonly<Record<string, Operator['input']>> =>
  Object.keys(streams).length > 0 ? streams : input.kind === 'none' ? {} : { items: input };

/** Cases for an operator. */
export const arbitraryCase = (
  operator: Operator,
  { params, inputs = {}, pictures, items }: CaseSources,
): fc.Arbitrary<Case> => {
  const streams = streamsOf(operator);
  const names = Object.keys(streams);
  const drawn = arbitraryValues(Object.values(streams), pictures);
  const one = fc
    .tuple(drawn, ...names.map((name) => inputs[name] ?? fc.constant(undefined)))
    .map(([all, ...given]) => all.map((draft, i) => given[i] ?? draft));
  return fc.record({
    written: params,
    items: names.length === 0 ? fc.constant([]) : fc.array(one, { minLength: 1, maxLength: items }),
    failed: fc.nat(2 * items),
    seed: fc.nat(9999),
    index: fc.nat(20),
    epoch: fc.nat(2),
    choice: fc.nat(5039),
    costly: fc.nat(3).map((draw) => draw === 3),
  });
};

/** The inputs of a case, made: their files are written to a folder. */
export const feedsOf = async (operator: Operator, drawn: Case, folder: string): Promise<Feeds> => {
  const names = Object.keys(streamsOf(operator));
  const perStream = await Promise.all(
    names.map(async (name, s) => {
      const place = join(folder, name);
      await mkdir(place, { recursive: true });
      return Promise.all(
        drawn.items.map(async (drafts, i): Promise<Outcome<unknown>> => {
          const key = keyOf(drawn, i);
          return E.right({ key, value: await drafts[s]?.make({ folder: place, key }) });
        }),
      );
    }),
  );
  // Operators that map items are handed those alone that have not failed; the others get the failures as well.
  const hasFailure = operator.behaviour.kind === 'flow' && drawn.failed < drawn.items.length;
  return Object.fromEntries(
    names.map((name, s) => {
      const outcomes = perStream[s] ?? [];
      return [
        name,
        hasFailure ? outcomes.map((each, i) => (i === drawn.failed ? failedAt(drawn, i) : each)) : outcomes,
      ];
    }),
  );
};

const keyOf = ({ index, epoch }: Case, i: number): ItemKey => ({ path: `${i}.png`, index: index + i, epoch });

const failedAt = (drawn: Case, i: number): Outcome<unknown> =>
  E.left({
    key: keyOf(drawn, i),
    operator: 'steps[0]/decode',
    diagnostics: [failure('image/corrupt', 'This item failed further up.')],
  });
