import { readFile } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { type Batch, type Outcome, travelsOn } from '../../ports/index.js';
import { copied } from '../copied.js';
import { difference, differenceOfRuns, first } from './difference.js';
import { broken, isDeterministic, isRandom, type Law, mapsItems, moot, type Trial, unless } from './law.js';

const filesIn = (trial: Trial): readonly string[] =>
  Object.values(trial.feeds)
    .flat()
    .flatMap((outcome) =>
      E.isRight(outcome) && travelsOn({ kind: 'file' }, outcome.right.value)
        ? [(outcome.right.value as { readonly path: string }).path]
        : [],
    );

const contentsOf = (paths: readonly string[]): Promise<readonly Uint8Array[]> =>
  Promise.all(paths.map((path) => readFile(path)));

/** What goes in is as it was afterwards, files included. */
const untouched = {
  name: 'leaves its input alone',
  applies: ({ operator }) => operator.input.kind !== 'none' || Object.keys(operator.streams).length > 0,
  check: async (trial) => {
    const files = filesIn(trial);
    const contents = await contentsOf(files);
    const handed = copied(trial.feeds);
    await trial.run({ feeds: handed, bare: true });
    const changed = difference(trial.feeds, handed);
    if (changed !== undefined) return broken(`it changed what it was given: ${changed}`);
    const after = await contentsOf(files);
    return unless(
      first(contents, (bytes, i) =>
        difference(bytes, after[i]) === undefined ? undefined : `it changed the file ${files[i]}`,
      ),
    );
  },
} as const satisfies Law;

/** The same input, parameters and seed give the same again. */
const deterministic = {
  name: 'same input, same output',
  applies: isDeterministic,
  check: async (trial) => {
    const [given, again] = [await trial.run(), await trial.run({ fresh: true })];
    const found = differenceOfRuns(given, again);
    return unless(found === undefined ? undefined : `two runs with one seed differ: ${found}`);
  },
} as const satisfies Law;

/** An operator that declares no random choices makes none: the seed does not matter. */
const seedless = {
  name: 'draws nothing unless it says so',
  applies: isDeterministic,
  check: async (trial) => {
    if (isRandom(trial)) return moot;
    const found = differenceOfRuns(await trial.run(), await trial.run({ seed: trial.seed + 1 }));
    return unless(
      found === undefined
        ? undefined
        : `runs with two seeds differ, where \`random\` declares no random choices: ${found}`,
    );
  },
} as const satisfies Law;

/** An item's result does not depend on the items before, beside and after it. */
const alone = {
  name: 'treats items one by one',
  applies: (subject) => mapsItems(subject) && isDeterministic(subject),
  check: async (trial) => {
    const items = trial.feeds.items ?? [];
    if (items.length < 2) return moot;
    const among = await trial.run({ together: trial.choice % 2 === 0 });
    if (E.isLeft(among)) return moot;
    for (const [i, item] of items.entries()) {
      const single = await trial.run({ feeds: { items: [item] } });
      const found = differenceOfRuns(E.right([among.right[i] as Outcome<unknown>]), single);
      if (found !== undefined)
        return broken(`item ${i} comes out different among others than by itself: ${found}`);
    }
    return unless(undefined);
  },
} as const satisfies Law;

const isBatch = (value: unknown): value is Batch<unknown> =>
  travelsOn({ kind: 'batch', of: { kind: 'variable', name: 'any' } }, value);

/** A batch gives what its members would give alone. */
const batches = {
  name: 'treats the members of a batch one by one',
  applies: (subject) =>
    mapsItems(subject) &&
    isDeterministic(subject) &&
    subject.operator.input.kind === 'batch' &&
    subject.operator.output.kind === 'batch',
  check: async (trial) => {
    if (isRandom(trial)) return moot;
    const [item] = trial.feeds.items ?? [];
    const given = await trial.run();
    const [result] = E.isRight(given) ? given.right : [];
    if (item === undefined || E.isLeft(item) || result === undefined || E.isLeft(result)) return moot;
    const [before, after] = [item.right.value, result.right.value];
    if (!isBatch(before) || !isBatch(after) || before.items.length < 2) return moot;
    if (before.items.length !== after.items.length)
      return broken(`of ${before.items.length} members it made ${after.items.length}`);
    for (const [i, member] of before.items.entries()) {
      const single = await trial.run({
        feeds: { items: [E.right({ key: item.right.key, value: { items: [member] } })] },
      });
      const found = differenceOfRuns(
        E.right([E.right({ key: item.right.key, value: { items: [after.items[i]] } })]),
        single,
        1e-5,
      );
      if (found !== undefined)
        return broken(`member ${i} comes out different in a batch than by itself: ${found}`);
    }
    return unless(undefined);
  },
} as const satisfies Law;

/** A step of state is a pure function: taken twice from one state, it gives the same twice, and leaves the state alone. */
const steps = {
  name: 'steps anew from the same state',
  applies: (subject) => subject.operator.behaviour.kind === 'scan' && isDeterministic(subject),
  check: async (trial) => {
    const [outcome] = (trial.feeds.items ?? []).filter(E.isRight);
    const { operator, params, context } = await trial.placed();
    if (outcome === undefined || operator.behaviour.kind !== 'scan') return moot;
    const { scan } = operator.behaviour;
    const started = await scan.start(params, context)();
    if (E.isLeft(started)) return moot;
    const step = () =>
      scan.step(params, context, {})(
        started.right.value,
        copied(outcome.right),
        new AbortController().signal,
      )();
    try {
      const [once, again] = [await step(), await step()];
      if (E.isLeft(once) || E.isLeft(again)) return moot;
      const found = difference(once.right, again.right);
      return unless(found === undefined ? undefined : `two steps from one state differ: ${found}`);
    } finally {
      await started.right.close();
    }
  },
} as const satisfies Law;

export const purity = [
  untouched,
  deterministic,
  seedless,
  alone,
  batches,
  steps,
] as const satisfies readonly Law[];
