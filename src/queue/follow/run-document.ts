import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { digestBytes, digestOf } from '../../disk/digest.js';
import { placeOfPath, shownPath } from '../../disk/objects/address.js';
import type { AwayRun, Errand } from '../../execution/elsewhere/elsewhere.js';
import { shippedModels } from '../../pipelines/check/absolute-path.js';
import { definedOnly } from '../../ports/defined.js';
import { recipeCore } from '../../records/receipts/recipe.js';
import { usedPlugins } from '../../records/receipts/resolved.js';
import { version } from '../../records/receipts/versions.js';
import { MOST_PIPELINE, type QueuedPhoto, type QueuedPipeline, RUN_DIGITS } from '../messages.js';

/** What a run is known by in the queue, and the pipeline that its photos are worked on by. */
export interface RunDocument {
  readonly id: string;
  readonly digest: string;
  readonly text: string;
}

/** Puts a run down as it travels. The same run gives the same id on every machine that sees its folder at the same place. */
export const documentOf = (run: AwayRun, memory: number | undefined): E.Either<Diagnostics, RunDocument> => {
  const core = recipeCore(run.graph, run.folder, run.weights);
  const document: QueuedPipeline = {
    v: 1,
    version,
    name: core.name,
    folder: run.folder,
    shipped: shippedModels,
    pipeline: core.pipeline,
    weights: core.weights,
    plugins: usedPlugins(run.graph).map(({ name, kind, folder, digest }) => ({ name, kind, folder, digest })),
    named: core.plugins ?? {},
    engine: run.engine,
    certify: run.certify,
    laws: run.laws,
    ...definedOnly({
      memory,
      results: placeOfPath(run.folder) === undefined ? undefined : shownPath(run.folder),
      // Any time is said by a number, which JSON has no infinity among.
      timeout: run.timeout === Number.POSITIVE_INFINITY ? Number.MAX_SAFE_INTEGER : run.timeout,
    }),
  };
  const text = JSON.stringify(document);
  if (text.length > MOST_PIPELINE)
    return E.left([
      failure(
        'queue/not-bulk',
        `The pipeline has more than ${MOST_PIPELINE} characters, which is too much to be sent.`,
      ),
    ]);
  const digest = digestBytes(Buffer.from(text));
  return E.right({ id: digestOf([digest, run.folder]).slice(0, RUN_DIGITS), digest, text });
};

/** A photo as it travels. */
export const photoOf = (
  { key, input, target, digest, about, isSuspect }: Errand,
  { id, digest: pipeline }: RunDocument,
): QueuedPhoto => ({
  v: 1,
  run: id,
  pipeline,
  key: { path: key.path, index: key.index, epoch: key.epoch },
  input: shownPath(input),
  target,
  digest,
  size: about.sourceSize,
  modified: about.sourceModified,
  sha256: about.sourceDigest,
  isSuspect,
});
