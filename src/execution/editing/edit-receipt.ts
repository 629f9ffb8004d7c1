import { stat } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { type Digest, digestBytes, digestFile } from '../../disk/digest.js';
import type { FileRef, ItemKey, Json } from '../../ports/index.js';
import { digestWeights } from '../../records/digest.js';
import { emptyJournal } from '../../records/journal/journal.js';
import { recipeOf } from '../../records/receipts/recipe.js';
import type { RunContext } from '../context.js';
import { createItemNotes, type ItemNotes } from '../recording/item-notes.js';
import { type About, recordsOf } from '../recording/record-writer.js';
import { type EditPlan, nodesIn } from './edit-plan.js';

/** What is written down of one photo while it is edited, as a run of the same pipeline would. */
export interface EditRecord {
  readonly notes: ItemNotes<About>;
  /** What its receipt says so far; undefined where the photo cannot be read. */
  readonly receipt: () => Json | undefined;
}

/** Begins to write down how photos are edited. Errors: those of reading weights. */
export const receiptsOf = (
  plan: EditPlan,
  run: Pick<RunContext, 'memory' | 'certify'>,
  engine: () => string | undefined,
): TE.TaskEither<Diagnostics, (key: ItemKey, photo: FileRef) => Promise<EditRecord>> => {
  const { graph, sink } = plan;
  const folder = sink?.operator.facts.sink?.folder(sink.params) ?? process.cwd();
  const ledger = { journal: emptyJournal(folder).journal, record: () => TE.right(undefined) };
  return TE.Monad.map(digestWeights(nodesIn(plan)), (weights) => {
    const recipe = () =>
      recipeOf(graph, folder, weights, { engine: engine(), memory: run.memory, certify: run.certify });
    return async (key, photo) => {
      const notes = createItemNotes<About>();
      const records = recordsOf(ledger, notes, recipe);
      const about = await aboutOf(plan, key, photo);
      if (about !== undefined) notes.begin(key, about)();
      return { notes, receipt: () => records.receipt(key) };
    };
  });
};

/** The photo as it is when it is read; undefined where it cannot be, which the operator that reads it says best. */
const aboutOf = async (plan: EditPlan, key: ItemKey, photo: FileRef): Promise<About | undefined> => {
  const { sink, stages } = plan;
  const extension = stages
    .flatMap((stage) => (stage.kind === 'lane' ? stage.parts : []))
    .map((part) =>
      part.kind === 'map' ? part.node.operator.facts.extension?.(part.node.params, key.path) : undefined,
    )
    .findLast((each) => each !== undefined);
  const target = sink?.operator.facts.sink?.file(sink.params, key, extension) ?? E.right(key.path);
  const state = await stateOf(photo);
  if (E.isLeft(target) || state === undefined) return undefined;
  // What was done is not looked for, so the digest that a journal finds it by does not matter.
  return { source: key.path, ...state, work: { source: photo.path, target: target.right, pipeline: '' } };
};

const stateOf = async ({
  path,
  bytes,
}: FileRef): Promise<
  { readonly sourceSize: number; readonly sourceModified: number; readonly sourceDigest: Digest } | undefined
> => {
  if (bytes !== undefined)
    return { sourceSize: bytes.byteLength, sourceModified: 0, sourceDigest: digestBytes(bytes) };
  const stats = await stat(path).catch(() => undefined);
  if (!stats?.isFile()) return undefined;
  const digest = await digestFile(path)();
  return E.isLeft(digest)
    ? undefined
    : { sourceSize: stats.size, sourceModified: stats.mtimeMs, sourceDigest: digest.right };
};
