import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, failure } from '../../diagnostics/index.js';
import { defaultContext, type RunContext } from '../../execution/context.js';
import { type OpenLane, openLane } from '../../execution/lane/open-lane.js';
import { createItemNotes, type ItemNotes } from '../../execution/recording/item-notes.js';
import { type About, recordsOf } from '../../execution/recording/record-writer.js';
import { type Parts, partsOf } from '../../execution/reproduce/parts.js';
import { canStart, engineSettings, engineSourceOf } from '../../execution/tensors/engine-choice.js';
import { tensorRuntime } from '../../execution/tensors/tensor-runtime.js';
import { pathsOf } from '../../operator/params/index.js';
import { builtIn, type Registry } from '../../ops/index.js';
import type { GraphNode } from '../../pipelines/check/graph.js';
import { nodesOfPart } from '../../pipelines/plan/stages.js';
import type { PluginDigest } from '../../pipelines/plugins/closure.js';
import { loadAgain } from '../../pipelines/plugins.js';
import { definedOnly } from '../../ports/defined.js';
import type { ItemKey } from '../../ports/index.js';
import { digestWeights, weightsUsed } from '../../records/digest.js';
import { emptyJournal } from '../../records/journal/journal.js';
import { recipeOfCore } from '../../records/receipts/recipe.js';
import { redirectedPipeline } from '../../records/receipts/resolved.js';
import { version } from '../../records/receipts/versions.js';
import type { Budget } from '../../streams/index.js';
import type { QueuedPipeline } from '../messages.js';
import { cachedWeights } from '../weights/fetch.js';
import { type Places, placesFor } from './places.js';
import type { Setup } from './protocol.js';

/** Who is told what is said of one photo. */
export interface Listener {
  readonly at: (operator: string, allowed: number) => Promise<void>;
  readonly warned: (warning: Diagnostic) => void;
}

/** A pipeline that is kept warm for the photos of a run. */
export interface WarmLane extends OpenLane {
  readonly places: Places;
  readonly notes: ItemNotes<About>;
  readonly listeners: Map<ItemKey, Listener>;
  /** The engine that did tensor work, once one has. */
  readonly engine: () => string | undefined;
  readonly memory: number;
}

/** Why a pipeline cannot be worked by here: weights that are lacking, or what else there is to say. */
export type Obstacle =
  | { readonly kind: 'unable'; readonly diagnostics: Diagnostics }
  | { readonly kind: 'lacking'; readonly weights: readonly string[] };

const unable = (diagnostics: Diagnostics): Obstacle => ({ kind: 'unable', diagnostics });

const refuse = (reason: string, hint?: string): Diagnostics => [
  failure('queue/refused', reason, definedOnly({ hint })),
];

/** Opens a pipeline that came through the queue. @param room the memory that all photos here share */
export const openWarmLane = (
  pipeline: QueuedPipeline,
  setup: Setup,
  room: Budget,
): TE.TaskEither<Obstacle, WarmLane> => {
  const places = placesFor(setup.roots, setup.maps, pipeline.shipped, setup.cache);
  return pipe(
    TE.fromEither(suited(pipeline, setup)),
    TE.chain(() => operators(pipeline, setup, places)),
    TE.chain((registry) => placed(pipeline, registry, places)),
    TE.mapLeft(unable),
    TE.chain(({ parts, redirect }) => withWeights(pipeline, setup, places, parts, redirect)),
    TE.chainFirst((parts) => TE.mapLeft(unable)(allReadable(nodesIn(parts), places))),
    TE.chain((parts) => TE.mapLeft(unable)(warm(pipeline, setup, room, parts, places))),
  );
};

const nodesIn = ({ lane }: Parts): readonly GraphNode[] => lane.flatMap(nodesOfPart);

/** Whether the pipeline asks for no more than the worker has. */
const suited = (pipeline: QueuedPipeline, setup: Setup): E.Either<Diagnostics, void> => {
  if (pipeline.version !== version)
    return E.left(
      refuse(
        `The run is of Prismflow ${pipeline.version}, and this is ${version}.`,
        'Install the same version on all machines.',
      ),
    );
  if (setup.engine !== undefined && setup.engine !== pipeline.engine)
    return E.left(
      refuse(`The run asks for the engine ${pipeline.engine}, and this worker has ${setup.engine} alone.`),
    );
  if (pipeline.memory !== undefined && pipeline.memory > setup.memory)
    return E.left(
      refuse(
        `The run gives a photo ${mb(pipeline.memory)} MB, and this worker has ${mb(setup.memory)} MB for all.`,
      ),
    );
  return E.right(undefined);
};

const mb = (bytes: number): number => Math.round(bytes / 1e6);

/** The operators that come with Prismflow, and those of plugins that this worker's operator allows. */
const operators = (
  { plugins }: QueuedPipeline,
  setup: Setup,
  places: Places,
): TE.TaskEither<Diagnostics, Registry> => {
  const isAllowed = (digest: string): digest is PluginDigest =>
    setup.plugins.some((allowed) => allowed === digest);
  const uses = plugins.map((plugin) => ({ ...plugin, place: '', folder: places.here(plugin.folder) }));
  const allowed = uses.flatMap(({ digest, ...use }) => (isAllowed(digest) ? [{ ...use, digest }] : []));
  const [missing] = uses.filter(({ digest }) => !isAllowed(digest));
  if (missing !== undefined)
    return TE.left(
      refuse(
        `The run needs the plugin ${missing.name}, which is not allowed here.`,
        `It is code: read it, and if you trust it, start the worker with --allow-plugin ${missing.digest}`,
      ),
    );
  return pipe(
    TE.traverseArray((use: { readonly folder: string }) => TE.fromTask(() => places.within(use.folder)))(
      allowed,
    ),
    TE.filterOrElse(
      (folders) => folders.every((folder) => folder !== undefined),
      (): Diagnostics => refuse('A plugin of the run lies outside of the folders that this worker may use.'),
    ),
    TE.chain(() => loadAgain(allowed, builtIn)),
  );
};

interface Placed {
  readonly parts: Parts;
  /** The same pipeline with paths written in another way. */
  readonly redirect: (refer: (path: string) => string) => TE.TaskEither<Diagnostics, Parts>;
}

/** Compiles the pipeline, and once more with the paths that it has here. */
const placed = (
  { pipeline, folder }: QueuedPipeline,
  registry: Registry,
  places: Places,
): TE.TaskEither<Diagnostics, Placed> =>
  pipe(
    partsOf(pipeline, folder, registry),
    TE.chain(({ graph }) => {
      const redirect: Placed['redirect'] = (refer) =>
        partsOf(
          redirectedPipeline(graph, (path) => refer(places.here(path))),
          '/',
          registry,
        );
      return pipe(
        redirect((path) => path),
        TE.map((parts) => ({ parts, redirect })),
      );
    }),
  );

/** The lane with weights of the very content that the run has: at their place, or those that came through the queue. */
const withWeights =
  (
    { weights }: QueuedPipeline,
    { cache }: Setup,
    places: Places,
    parts: Parts,
    redirect: Placed['redirect'],
  ): TE.TaskEither<Obstacle, Parts> =>
  async () => {
    const others: string[] = [];
    const moved = new Map<string, string>();
    for (const { at, path, node } of weightsUsed(nodesIn(parts))) {
      const digest = weights[at];
      if (digest === undefined) continue;
      const isHere = (await places.readable(path)) !== undefined;
      const here = isHere ? await digestWeights([node])() : undefined;
      if (here !== undefined && E.isRight(here) && here.right[at] === digest) continue;
      moved.set(path, cachedWeights(cache, digest));
      others.push(digest);
    }
    if (others.length === 0) return E.right(parts);
    const again = await redirect((path) => moved.get(path) ?? path)();
    if (E.isLeft(again)) return E.left(unable(again.left));
    const found = await digestWeights(nodesIn(again.right))();
    const isSame =
      E.isRight(found) && Object.entries(found.right).every(([at, digest]) => weights[at] === digest);
    return isSame ? E.right(again.right) : E.left({ kind: 'lacking', weights: others });
  };

/** Holds what the operators read to the folders that may be used. */
const allReadable =
  (nodes: readonly GraphNode[], places: Places): TE.TaskEither<Diagnostics, void> =>
  async () => {
    for (const { operator, written } of nodes)
      for (const { path, keys } of pathsOf(operator.params.shape, written))
        if ((await places.readable(path)) === undefined)
          return E.left([
            failure(
              'queue/outside',
              `\`${[operator.name, ...keys].join('.')}\` is ${path} here, which is not there, or not below a folder that this worker may use.`,
            ),
          ]);
    return E.right(undefined);
  };

/** Opens the lane on an engine, which both stay until they are closed. */
const warm = (
  pipeline: QueuedPipeline,
  setup: Setup,
  room: Budget,
  { graph, lane }: Parts,
  places: Places,
): TE.TaskEither<Diagnostics, WarmLane> => {
  const listeners = new Map<ItemKey, Listener>();
  const notes = createItemNotes<About>();
  const memory = pipeline.memory ?? setup.memory;
  const { certify, weights, name, named } = pipeline;
  let engine: string | undefined;
  const core = { name, pipeline: pipeline.pipeline, weights };
  const withPlugins = Object.keys(named).length === 0 ? core : { ...core, plugins: named };
  const ledger = { journal: emptyJournal(pipeline.folder).journal, record: () => TE.right(undefined) };
  const records = recordsOf(ledger, notes, () => recipeOfCore(withPlugins, { engine, memory, certify }));
  const allowed = new Map<ItemKey, () => number>();
  const run: RunContext = {
    ...defaultContext(graph.seed),
    ...engineSettings(pipeline.engine),
    jobs: setup.jobs,
    memory,
    room,
    certify,
    laws: pipeline.laws,
    ...definedOnly({ timeout: pipeline.timeout }),
    busy: (key, milliseconds) => {
      allowed.set(key, milliseconds);
      return () => void allowed.delete(key);
    },
    entering: async (operator, key) => {
      await listeners.get(key)?.at(operator, allowed.get(key)?.() ?? Number.POSITIVE_INFINITY);
    },
    warn: (key, warning) => () => listeners.get(key)?.warned(warning),
    noted: notes.note,
    receipt: (key) => () => records.receipt(key),
  };
  return pipe(
    TE.fromEither(engineSourceOf(run)),
    TE.chainFirst(canStart),
    TE.chain((source) => {
      const runtime = tensorRuntime(source, (used) => () => {
        engine = used;
      });
      return pipe(
        openLane(lane, run, runtime),
        TE.orElseFirstTaskK(() => runtime.close),
        TE.map(({ work, close }) => ({
          work,
          close: async () => {
            await close();
            await runtime.close();
          },
          places,
          notes,
          listeners,
          engine: () => engine,
          memory,
        })),
      );
    }),
  );
};
