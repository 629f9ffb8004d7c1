import { setTimeout as sleep } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { type ItemKey, type Outcome, travelsOn } from '../../ports/index.js';
import { type Flow, fromIterable, operate as operateFlow } from '../../streams/index.js';
import { copied } from '../copied.js';
import { flowThrough, operate } from '../run/operate.js';
import { difference, first } from './difference.js';
import { broken, handsOn, isRandom, type Law, mapsItems, moot, type Subject, unless } from './law.js';

/** The items that an outcome is made of, by where they stood: a batch is made of its members. */
const membersOf = (outcome: Outcome<unknown>): readonly ItemKey[] => {
  if (E.isLeft(outcome)) return outcome.left.key.members ?? [outcome.left.key];
  const { key, value } = outcome.right;
  return travelsOn({ kind: 'batch', of: { kind: 'variable', name: 'any' } }, value)
    ? (value as { readonly items: readonly { readonly key: ItemKey }[] }).items.map((item) => item.key)
    : [key];
};

const nameOf = ({ path, index, epoch }: ItemKey): string => `${path} (${index}, pass ${epoch})`;

/** A flow that gives the items that it is given, or some of them. */
const givesItems = ({ operator }: Subject): boolean =>
  operator.behaviour.kind === 'flow' && operator.facts.laws?.remakes !== true;

/** Items come out in the order in which they went in, each once; at random, each at most once. */
const order = {
  name: 'keeps order',
  applies: givesItems,
  check: async (trial) => {
    const given = await trial.run();
    if (E.isLeft(given)) return moot;
    // Failures wait for nothing: they may overtake items that are being put together.
    const before = (trial.feeds.items ?? []).filter(E.isRight).flatMap(membersOf).map(nameOf);
    const after = given.right.filter(E.isRight).flatMap(membersOf).map(nameOf);
    const stranger = after.find((name) => !before.includes(name));
    if (stranger !== undefined) return broken(`it gave ${stranger}, which it was not given`);
    const twice = after.find((name, i) => after.indexOf(name) !== i);
    if (twice !== undefined) return broken(`it gave ${twice} twice`);
    if (isRandom(trial)) return unless(undefined);
    return unless(
      first(after, (name, i) => {
        const previous = after[i - 1];
        return previous !== undefined && before.indexOf(previous) > before.indexOf(name)
          ? `${name} went in before ${previous} and came out after it`
          : undefined;
      }),
    );
  },
} as const satisfies Law;

/** What is handed on is handed on as it is: items and failures. */
const unchanged = {
  name: 'hands items on as they are',
  applies: (subject) => givesItems(subject) && handsOn(subject),
  check: async (trial) => {
    const given = await trial.run();
    if (E.isLeft(given)) return moot;
    return unless(
      first(given.right, (outcome) => {
        const name = membersOf(outcome).map(nameOf).join();
        const original = (trial.feeds.items ?? []).find(
          (each) => membersOf(each).map(nameOf).join() === name,
        );
        const found = original === undefined ? undefined : difference(original, outcome);
        return found === undefined ? undefined : `${name} came out different: ${found}`;
      }),
    );
  },
} as const satisfies Law;

/** Failures from above are told of below; those behind the last item are not waited for. */
const failures = {
  name: 'passes failures on',
  applies: ({ operator }) => operator.behaviour.kind === 'flow',
  check: async (trial) => {
    const given = await trial.run();
    if (E.isLeft(given)) return moot;
    const items = trial.feeds.items ?? [];
    const after = given.right.flatMap(membersOf).map(nameOf);
    const namesOf = (outcomes: readonly Outcome<unknown>[]) => outcomes.flatMap(membersOf).map(nameOf);
    // An operator that leaves items out, such as `take`, may end before it has seen all.
    if (!namesOf(items.filter(E.isRight)).every((name) => after.includes(name))) return moot;
    const failed = namesOf(items.slice(0, items.findLastIndex(E.isRight) + 1).filter(E.isLeft));
    if (failed.length === 0) return moot;
    const lost = failed.find((name) => !after.includes(name));
    return unless(lost === undefined ? undefined : `the failure of ${lost} went in and never came out`);
  },
} as const satisfies Law;

/** How long what was cancelled may take to come to its end, generously: a hang is told from work by it. */
const PATIENCE_MS = 60_000;

const inTime = async <A>(work: Promise<A>): Promise<{ readonly done: A } | undefined> => {
  const timer = new AbortController();
  try {
    return await Promise.race([
      work.then((done) => ({ done })),
      sleep(PATIENCE_MS, undefined, { signal: timer.signal }),
    ]);
  } finally {
    timer.abort();
  }
};

/** A flow that counts the runs of it that are open. */
const watched = (source: Flow<Outcome<unknown>>) => {
  let open = 0;
  const flow = operateFlow<Outcome<unknown>, Outcome<unknown>>(async function* (run) {
    open++;
    try {
      yield* { [Symbol.asyncIterator]: () => run[Symbol.asyncIterator]() };
    } finally {
      open--;
    }
  })(source);
  return { flow, open: () => open };
};

/** Work that nobody wants any more comes to an end, and lets go of everything above it. */
const cancellation = {
  name: 'can be cancelled',
  applies: () => true,
  costly: true,
  check: async (trial) => {
    const placed = await trial.placed();
    if (mapsItems(trial.subject) || placed.operator.behaviour.kind === 'scan') {
      const stop = new AbortController();
      const work = operate(placed, copied(trial.feeds), { signal: stop.signal, together: true });
      stop.abort();
      return unless(
        (await inTime(work)) === undefined
          ? `${PATIENCE_MS / 1000} s after its signal aborted it still works`
          : undefined,
      );
    }
    const sources = Object.fromEntries(
      Object.entries(trial.feeds).map(([name, outcomes]) => [name, watched(fromIterable(outcomes))]),
    );
    const run = flowThrough(
      placed,
      Object.fromEntries(Object.entries(sources).map(([name, { flow }]) => [name, flow])),
    ).open();
    if (trial.choice % 2 === 0) await run.next();
    const pending = run.next().catch(() => undefined);
    if ((await inTime(run.close())) === undefined)
      return broken(`${PATIENCE_MS / 1000} s after it was closed it is still open`);
    if ((await inTime(pending)) === undefined)
      return broken('closed, it still keeps waiting whoever asked it');
    const leaking = Object.entries(sources).find(([, { open }]) => open() > 0);
    return unless(leaking === undefined ? undefined : `closed, it leaves its stream ${leaking[0]} open`);
  },
} as const satisfies Law;

export const streams = [order, unchanged, failures, cancellation] as const satisfies readonly Law[];
