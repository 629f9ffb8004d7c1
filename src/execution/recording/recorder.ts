import { pipe } from 'fp-ts/lib/function.js';
import type { IO } from 'fp-ts/lib/IO.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Code, type Diagnostics, warning } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import type { ItemKey } from '../../ports/index.js';
import type { RecipeEntry } from '../../records/journal/entries.js';
import { nothingInFlight } from '../../records/journal/in-flight.js';
import { lockPath } from '../../records/journal/journal.js';
import { type Ledger, openLedger } from '../../records/journal/ledger.js';
import type { LockOptions } from '../../records/lock.js';
import {
  type RecipeCore,
  recipeCore,
  recipeOf,
  recipeOfCore,
  type Settings,
  type Surroundings,
} from '../../records/receipts/recipe.js';
import type { RunContext } from '../context.js';
import type { Plan } from '../plan/plan.js';
import { crashGuard } from '../recovery/crash-guard.js';
import { type GuardedResults, guardedResults, inputsOf } from '../results.js';
import { createItemNotes, type ItemNotes } from './item-notes.js';
import { type About, type Records, recordsOf } from './record-writer.js';

/** What a bulk pipeline needs to keep records while it runs. */
export interface Recorder {
  readonly ledger: Ledger;
  readonly itemNotes: ItemNotes<About>;
  readonly records: Records;
  readonly results: GuardedResults;
  /** Whether no run has written to the folder before, as far as is known. */
  readonly isNew: boolean;
  /** Is told which engine does the tensor work. */
  readonly chosen: (engine: string) => IO<void>;
  /** The engine that it was told of last. */
  readonly engine: IO<string | undefined>;
  /** Is told where and with what the result of an item was made, if that was not here. */
  readonly madeBy: (key: ItemKey, settings: Settings, surroundings: Surroundings) => IO<void>;
  /** What operators note goes into the items' notes as well; what they ask about receipts is answered from it. */
  readonly told: (run: RunContext) => Pick<RunContext, 'noted' | 'receipt' | 'crashGuard' | 'results'>;
}

type Bulk = NonNullable<Plan['bulk']>;

/** What is said of a folder that cannot be written. */
const unwritable: ReadonlySet<Code> = new Set<Code>([
  'run/journal',
  'image/disk-full',
  'image/not-found',
  'image/permission-denied',
]);

/** Says that it has to be watched whether whoever holds a folder lives. */
export const watchingFor = (
  folder: string,
  { delayed, stop }: Pick<RunContext, 'delayed' | 'stop'>,
): LockOptions => ({
  ...definedOnly({ signal: stop }),
  waiting: (holder, milliseconds) => {
    if (holder === undefined) return;
    const { pid, host } = holder;
    delayed(
      warning(
        'run/folder-in-use',
        `${folder} is held by process ${pid} on ${host}, which gives no sign of life; it is watched for one for up to ${Math.ceil(milliseconds / 1000)} s.`,
        { hint: `Remove ${lockPath(folder)} if you know that no such process writes there.` },
      ),
      milliseconds,
    )();
  },
});

/** Opens the journal of a bulk pipeline's folder. */
export const openRecorder = (
  bulk: Bulk,
  { graph }: Plan,
  run: RunContext,
): TE.TaskEither<Diagnostics, Recorder> => {
  const { memory, certify } = run;
  return pipe(
    openLedger(bulk.journal.folder, watchingFor(bulk.journal.folder, run)),
    // Where all is done nothing need be written: the folder may be read-only.
    TE.orElse((diagnostics) =>
      !bulk.live && bulk.items === bulk.done && diagnostics.every(({ code }) => unwritable.has(code))
        ? TE.right<Diagnostics, Ledger>({
            journal: bulk.journal,
            inFlight: nothingInFlight,
            wasLeft: false,
            record: () => TE.left(diagnostics),
            close: () => Promise.resolve(),
          })
        : TE.left(diagnostics),
    ),
    TE.map((ledger) => {
      const itemNotes = createItemNotes<About>();
      let [engine, recipe]: [string?, RecipeEntry?] = [];
      const made = (): RecipeEntry => {
        const settings = { engine, memory, certify };
        recipe ??= recipeOf(graph, bulk.journal.folder, bulk.weights, settings);
        return recipe;
      };
      const elsewhere = new WeakMap<ItemKey, RecipeEntry>();
      let core: RecipeCore | undefined;
      const records = recordsOf(ledger, itemNotes, (key) => elsewhere.get(key) ?? made());
      const results = guardedResults(ledger, inputsOf(graph));
      return {
        ledger,
        itemNotes,
        records,
        results,
        isNew: ledger.journal.isEmpty() && !ledger.wasLeft,
        chosen: (name) => () => {
          [engine, recipe] = [name, undefined];
        },
        engine: () => engine,
        madeBy: (key, settings, surroundings) => () => {
          core ??= recipeCore(graph, bulk.journal.folder, bulk.weights);
          elsewhere.set(key, recipeOfCore(core, settings, surroundings));
        },
        told: ({ noted }) => ({
          noted: (key, operator, facts) => () => {
            itemNotes.note(key, operator, facts)();
            noted(key, operator, facts)();
          },
          receipt: (key) => () => records.receipt(key),
          crashGuard: crashGuard(ledger),
          results,
        }),
      };
    }),
  );
};
