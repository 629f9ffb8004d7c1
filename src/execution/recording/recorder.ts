import { pipe } from 'fp-ts/lib/function.js';
import type { IO } from 'fp-ts/lib/IO.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { RecipeEntry } from '../../records/journal/entries.js';
import { nothingInFlight } from '../../records/journal/in-flight.js';
import { type Ledger, openLedger } from '../../records/journal/ledger.js';
import { recipeOf } from '../../records/receipts/recipe.js';
import type { RunContext } from '../context.js';
import type { Plan } from '../plan/plan.js';
import { crashGuard } from '../recovery/crash-guard.js';
import { createItemNotes, type ItemNotes } from './item-notes.js';
import { type About, type Records, recordsOf } from './record-writer.js';

/** What a bulk pipeline needs to keep records while it runs. */
export interface Recorder {
  readonly ledger: Ledger;
  readonly itemNotes: ItemNotes<About>;
  readonly records: Records;
  /** Is told which engine does the tensor work. */
  readonly chosen: (engine: string) => IO<void>;
  /** The engine that it was told of last. */
  readonly engine: IO<string | undefined>;
  /** What operators note goes into the notebook as well; what they ask about receipts is answered from it. */
  readonly told: (run: RunContext) => Pick<RunContext, 'noted' | 'receipt' | 'crashGuard'>;
}

type Bulk = NonNullable<Plan['bulk']>;

/** Opens the journal of a bulk pipeline's folder. */
export const openRecorder = (
  bulk: Bulk,
  { graph }: Plan,
  { memory, certify }: RunContext,
): TE.TaskEither<Diagnostics, Recorder> =>
  pipe(
    openLedger(bulk.journal.folder),
    // Where all is done nothing need be written: the folder may be read-only.
    TE.orElse((diagnostics) =>
      !bulk.live && bulk.items === bulk.done && diagnostics.every(({ code }) => code === 'run/journal')
        ? TE.right<Diagnostics, Ledger>({
            journal: bulk.journal,
            inFlight: nothingInFlight,
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
        recipe ??= recipeOf(graph, bulk.journal.folder, bulk.weights, bulk.plugins, settings);
        return recipe;
      };
      const records = recordsOf(ledger, itemNotes, made);
      return {
        ledger,
        itemNotes,
        records,
        chosen: (name) => () => {
          [engine, recipe] = [name, undefined];
        },
        engine: () => engine,
        told: ({ noted }) => ({
          noted: (key, operator, facts) => () => {
            itemNotes.note(key, operator, facts)();
            noted(key, operator, facts)();
          },
          receipt: (key) => () => records.receipt(key),
          crashGuard: crashGuard(ledger),
        }),
      };
    }),
  );
