import * as E from 'fp-ts/lib/Either.js';
import { toDepth } from '../../image/samples/samples.js';
import type { Frame, Outcome } from '../../ports/index.js';
import { difference, differenceOfRuns, first, pictureDifference } from './difference.js';
import { isFrame, type Law, moot, toleranceOf, unless } from './law.js';

/** Pixels alone: what carries them through a file may know more of it afterwards than before. */
const pixelsOf = (frame: Frame, like: Frame): Frame => ({
  ...frame,
  metadata: like.metadata,
  samples: {
    depth: like.samples.depth,
    data: toDepth(frame.samples, like.samples.depth),
  } as Frame['samples'],
});

/** Another operator gives back what went in, as `decode` does after `encode`. */
const undone = {
  name: 'is undone by its inverse',
  applies: ({ undoneBy }) => undoneBy !== undefined,
  check: async (trial) => {
    const { undoneBy } = trial.subject;
    const given = await trial.run();
    if (undoneBy === undefined || E.isLeft(given) || given.right.length === 0) return moot;
    const values = (trial.feeds.items ?? []).filter(E.isRight).map(({ right }) => right.value);
    // Whoever wrote `when` gave it the types that the operator's parameters and values have.
    const isMeant = values.every((value) => undoneBy.when?.(trial.params as never, value as never) !== false);
    if (!isMeant || given.right.some(E.isLeft)) return moot;
    const back = await trial.runOther(undoneBy.operator, undoneBy.params, { items: given.right });
    const items = trial.feeds.items ?? [];
    if (E.isLeft(back)) return unless(`its inverse could not begin: ${back.left[0].message}`);
    if (back.right.length !== items.length)
      return unless(`${items.length} items went in, and ${back.right.length} came back`);
    return unless(
      first(back.right, (outcome, i) => {
        const before = items[i] as Outcome<unknown>;
        if (E.isLeft(before)) return undefined;
        if (E.isLeft(outcome))
          return `its inverse cannot take what it gives: ${outcome.left.diagnostics[0].message}`;
        const [a, b] = [before.right.value, outcome.right.value];
        const found =
          isFrame(a) && isFrame(b)
            ? pictureDifference(a, pixelsOf(b, a), undoneBy.tolerance ?? 0)
            : difference(a, b);
        return found === undefined ? undefined : `item ${i} does not come back as it was: ${found}`;
      }),
    );
  },
} as const satisfies Law;

/** Parameters that mean the same do the same: an ensemble of equals is one of them. */
const alike = {
  name: 'parameters that mean the same do the same',
  applies: (subject) => subject.alike.length > 0,
  check: async (trial) => {
    const pair = trial.subject.alike[trial.choice % trial.subject.alike.length];
    if (pair === undefined) return moot;
    const [one, other] = pair;
    const found = differenceOfRuns(
      await trial.run({ written: one }),
      await trial.run({ written: other }),
      toleranceOf(trial.subject),
    );
    return unless(
      found === undefined
        ? undefined
        : `${JSON.stringify(one)} and ${JSON.stringify(other)} are said to mean the same, but ${found}`,
    );
  },
} as const satisfies Law;

export const relations = [undone, alike] as const satisfies readonly Law[];
