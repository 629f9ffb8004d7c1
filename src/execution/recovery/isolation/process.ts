import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { allSendable, type Diagnostics, sendable } from '../../../diagnostics/index.js';
import { builtIn } from '../../../ops/index.js';
import { loadAgain, type PluginUse } from '../../../pipelines/plugins.js';
import { definedOnly } from '../../../ports/defined.js';
import { emptyJournal } from '../../../records/journal/journal.js';
import { recipeOf } from '../../../records/receipts/recipe.js';
import { pluginFrom } from '../../../records/receipts/resolved.js';
import { guardProcess } from '../../../tensor/run/model-process/guard.js';
import { defaultContext, type RunContext } from '../../context.js';
import { editItem, type ItemOutcome } from '../../lane/open-lane.js';
import { ignoreSignals, tellParent } from '../../own-process.js';
import { createItemNotes } from '../../recording/item-notes.js';
import { type About, recordsOf } from '../../recording/record-writer.js';
import { type Parts, partsOf, pluginNames } from '../../reproduce/parts.js';
import type { Job, Message } from './protocol.js';

/** A program of its own that works on one photo, since the photo may end it: see `workAlone`. */

const tell: (told: Message) => Promise<void> = tellParent;

/** The run that the photo would have been part of. */
const contextFor = (job: Job, { graph }: Parts): RunContext => {
  const { name, folder, weights, plugins, memory, certify, key } = job;
  const { target, digest, ...source } = job.about;
  const itemNotes = createItemNotes<About>();
  itemNotes.begin(key, { ...source, work: { source: job.input, target, pipeline: digest } })();
  let engine: string | undefined;
  let allowed = (): number => Number.POSITIVE_INFINITY;
  const recipe = () => recipeOf({ ...graph, name, plugins }, folder, weights, { engine, memory, certify });
  const ledger = { journal: emptyJournal(folder).journal, record: () => TE.right(undefined) };
  const records = recordsOf(ledger, itemNotes, recipe);
  return {
    ...defaultContext(graph.seed),
    engine: job.engine,
    memory,
    certify,
    laws: job.laws,
    jobs: 1,
    ...definedOnly({ timeout: job.timeout }),
    busy: (_, milliseconds) => {
      allowed = milliseconds;
      return () => undefined;
    },
    entering: (operator) => tell({ kind: 'at', operator, allowed: allowed() }),
    receipt: (of) => () => records.receipt(of),
    noted: (of, operator, facts) => () => {
      itemNotes.note(of, operator, facts)();
      void tell({ kind: 'noted', operator, facts });
    },
    warn: (_, warning) => () => void tell({ kind: 'warned', warning: sendable(warning) }),
    chosen: (chosen) => () => {
      engine = chosen;
      void tell({ kind: 'engine', name: chosen });
    },
  };
};

/** Those that the pipeline's operators come from. */
const pluginsIn = ({ plugins, pipeline, folder }: Job): readonly PluginUse[] =>
  plugins.filter((plugin) => pluginNames(pipeline).includes(pluginFrom(plugin, folder)));

const workOn = (job: Job): TE.TaskEither<Diagnostics, ItemOutcome> =>
  pipe(
    loadAgain(pluginsIn(job), builtIn),
    TE.chain((registry) => partsOf(job.pipeline, job.folder, registry)),
    TE.chain((parts) =>
      editItem({
        parts: parts.lane,
        run: contextFor(job, parts),
        item: { key: job.key, value: { path: job.input } },
      }),
    ),
  );

// Also while a photo holds its only thread, it ends with the process that started it.
guardProcess(Number.POSITIVE_INFINITY);

ignoreSignals();
process.on('disconnect', () => process.exit());
process.once('message', async (job: Job) => {
  const worked = await workOn(job)();
  if (E.isLeft(worked)) await tell({ kind: 'unable', diagnostics: allSendable(worked.left) });
  else if (E.isRight(worked.right)) await tell({ kind: 'made', value: worked.right.right });
  else {
    const { operator, diagnostics } = worked.right.left;
    await tell({ kind: 'failed', operator, diagnostics: allSendable(diagnostics) });
  }
  process.disconnect();
});
