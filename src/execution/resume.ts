import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { skipWhile } from 'rxjs';
import { type Diagnostic, type Diagnostics, failure, warning } from '../diagnostics/index.js';
import type { Checkpoints, SavedTraining } from '../ops/index.js';
import type { Graph, GraphNode } from '../pipelines/check/graph.js';
import type { ItemKey, Json, Outcome } from '../ports/index.js';
import { resolvedPipeline } from '../records/receipts/resolved.js';
import { type ItemFlow, operate, through } from '../streams/index.js';
import { changesBetween, changesInWords } from './changes.js';
import { contextOf, type RunContext } from './context.js';
import type { Resources } from './resources.js';

/** A training that is taken up again: what was kept, which scan it belongs to, and where its data goes on. */
export interface Resumption {
  readonly scan: string;
  readonly saved: SavedTraining;
  readonly folder: string;
  /** What has changed in the pipeline since, and what that means; empty where nothing has. */
  readonly changes: string;
  /** The last item of each source that was learned from: it begins after that. */
  readonly positions: ReadonlyMap<string, ItemKey>;
  /** The last item that the scan took, where sources cannot begin later: all up to it is made again and left out. */
  readonly replayed: ItemKey | undefined;
}

/** A scan and the operator behind it that keeps its state. */
export interface Kept {
  readonly scan: GraphNode;
  readonly keeper: GraphNode;
  readonly checkpoints: Checkpoints;
}

/** The training of a pipeline whose state is kept, if there is one; the first of several. */
export const keptTraining = (graph: Graph): Kept | undefined => keptTrainings(graph)[0];

/** The trainings of a pipeline whose state is kept: several recipes may learn from the same photos. */
const keptTrainings = ({ nodes }: Graph): readonly Kept[] => {
  const byPath = new Map(nodes.map((node) => [node.path, node]));
  const scanBefore = (node: GraphNode): GraphNode | undefined => {
    const before = byPath.get(node.reads.items ?? '');
    return before === undefined || before.operator.behaviour.kind === 'scan' ? before : scanBefore(before);
  };
  return nodes.flatMap((keeper) => {
    const checkpoints = keeper.operator.facts.checkpoints?.(keeper.params);
    const scan = checkpoints && scanBefore(keeper);
    return checkpoints === undefined || scan === undefined ? [] : [{ scan, keeper, checkpoints }];
  });
};

/** Whether a run is taken up from somewhere, and what is to be said about it. */
export interface Beginning {
  readonly from: Resumption | undefined;
  readonly warnings: readonly Diagnostic[];
}

const afresh: Beginning = { from: undefined, warnings: [] };

/**
 * Where a run begins. A training that is there already is never trained over, nor is a model whose checkpoints are gone.
 * Errors: `training/exists`, `training/model-exists`, `training/not-resumable`, and those of reading checkpoints.
 */
export const beginning = (graph: Graph, isResumed: boolean): TE.TaskEither<Diagnostics, Beginning> => {
  const [kept, ...others] = keptTrainings(graph);
  if (others.length > 0)
    return isResumed
      ? TE.left([
          failure(
            'training/several',
            `\`${graph.name}\` has ${others.length + 1} trainings, and --resume goes on with one.`,
          ),
        ])
      : pipe(
          [kept!, ...others],
          TE.traverseSeqArray((each) => beginningOf(graph, each, false)),
          TE.map((each) => each[0] ?? afresh),
        );
  if (kept === undefined)
    return isResumed
      ? TE.left([failure('training/not-resumable', `\`${graph.name}\` keeps nothing to go on from.`)])
      : TE.right(afresh);
  return beginningOf(graph, kept, isResumed);
};

const beginningOf = (
  graph: Graph,
  { scan, checkpoints }: Kept,
  isResumed: boolean,
): TE.TaskEither<Diagnostics, Beginning> => {
  const { folder, model } = checkpoints;
  return pipe(
    checkpoints.latest,
    TE.chainEitherK((latest): E.Either<Diagnostics, Beginning> => {
      if (O.isNone(latest)) {
        const none = warning(
          'training/no-checkpoint',
          `There is no checkpoint in ${folder}, so there is nothing to go on with: the training starts from the beginning.`,
        );
        return E.right(isResumed ? { from: undefined, warnings: [none] } : afresh);
      }
      const { saved, warnings } = latest.value;
      if (!isResumed)
        return E.left([
          failure('training/exists', `${folder} holds a training that has come to step ${saved.step}.`),
        ]);
      const changes = changesSince(graph, model.folder, saved);
      return E.right({
        from: { scan: scan.path, saved, folder, changes, ...placesOf(graph, scan, saved.position) },
        warnings: [
          ...warnings,
          ...(changes === ''
            ? []
            : [warning('training/changed', `Since step ${saved.step} was kept, ${changes}`)]),
        ],
      });
    }),
    TE.chain((begins) =>
      begins.from === undefined
        ? pipe(
            model.files,
            TE.filterOrElse(
              ({ length }) => length === 0,
              (files): Diagnostics => [finished(model.folder, files)],
            ),
            TE.map(() => begins),
          )
        : TE.right(begins),
    ),
  );
};

/** A model whose checkpoints are gone was learned all the same. */
const finished = (folder: string, files: readonly string[]): Diagnostic =>
  failure(
    'training/model-exists',
    `${folder} holds a trained model (${files.slice(0, 3).join(', ')}${files.length > 3 ? `, and ${files.length - 3} files more` : ''}) and no checkpoint to go on from.`,
  );

/** The pipeline as a training notes it: paths start at the folder of its model, so that both can be moved together. */
export const notedPipeline = (graph: Graph, folder: string): Json => resolvedPipeline(graph, folder);

const changesSince = (graph: Graph, folder: string, { pipeline }: SavedTraining): string => {
  if (pipeline === undefined) return '';
  const changes = changesBetween(pipeline, notedPipeline(graph, folder));
  return changes.length === 0 ? '' : changesInWords(changes);
};

/** What the operators of a run have opened, with the state of the scan that is taken up in the place of its start. */
export const takenUp = (
  { nodes }: Graph,
  from: Resumption | undefined,
  resources: Resources,
  run: RunContext,
): E.Either<Diagnostics, Resources> => {
  const node = nodes.find(({ path }) => path === from?.scan);
  const behaviour = node?.operator.behaviour;
  if (from === undefined || node === undefined || behaviour === undefined || behaviour.kind !== 'scan')
    return E.right(resources);
  const { resume } = behaviour.scan;
  if (resume === undefined)
    return E.left([
      failure('training/not-resumable', `\`${node.operator.name}\` cannot go on from a state.`),
    ]);
  return pipe(
    resume(node.params, contextOf(run, node.path))(resources.get(node.path), from.saved),
    E.mapLeft(
      ([first, ...more]): Diagnostics =>
        from.changes === ''
          ? [first, ...more]
          : [{ ...first, message: `${first.message} Since it was kept, ${from.changes}` }, ...more],
    ),
    E.map((state) => ({ ...resources, get: (path) => (path === from.scan ? state : resources.get(path)) })),
  );
};

type Position = SavedTraining['position'];

/** Where the sources of a scan begin. */
const placesOf = (
  graph: Graph,
  scan: GraphNode,
  position: Position,
): Pick<Resumption, 'positions' | 'replayed'> => {
  const found = sourcesOf(graph, scan.reads.items ?? '', position);
  const places = found ?? [];
  const sources = new Map(places);
  // Two branches that meet again must agree on where their source stood.
  const agree = places.every(([path, key]) => isSame(sources.get(path)!, key));
  return found !== undefined && agree
    ? { positions: sources, replayed: undefined }
    : { positions: new Map(), replayed: position.items ?? position.a };
};

const isSame = (one: ItemKey, other: ItemKey): boolean =>
  one.epoch === other.epoch && one.index === other.index;

/** The sources above a node and the last item of each; undefined where they cannot be told. */
const sourcesOf = (
  graph: Graph,
  path: string,
  position: Position,
): readonly (readonly [source: string, last: ItemKey])[] | undefined => {
  const node = graph.nodes.find((each) => each.path === path);
  if (node === undefined) return undefined;
  const { behaviour, facts } = node.operator;
  if (behaviour.kind === 'source') return position.items === undefined ? undefined : [[path, position.items]];
  if (behaviour.kind === 'map' || behaviour.kind === 'tensor' || facts.inOrder === true)
    return sourcesOf(graph, node.reads.items ?? '', position);
  if (behaviour.kind !== 'join') return undefined;
  const branches = Object.entries(node.reads).map(([branch, read]) => {
    const last = position[branch] ?? position.items;
    return last === undefined ? undefined : sourcesOf(graph, read, { items: last });
  });
  const known = branches.flatMap((each) => (each === undefined ? [] : [each]));
  // Where partners have to be found, an item of one source may wait for that of another.
  const lockstep = facts.inOrder === true || known.flat().every(([source]) => source === known[0]?.[0]?.[0]);
  return known.length === branches.length && lockstep ? known.flat() : undefined;
};

const keyOf = (outcome: Outcome<unknown>): ItemKey =>
  E.isRight(outcome) ? outcome.right.key : outcome.left.key;

/** Leaves out the items of a source up to the last one that was used. */
export const beginAfter = (last: ItemKey): (<A>(source: ItemFlow<A>) => ItemFlow<A>) =>
  through(
    skipWhile((outcome) => {
      const { epoch, index } = keyOf(outcome);
      return epoch < last.epoch || (epoch === last.epoch && index <= last.index);
    }),
  );

/** Leaves out what a scan took already, up to the item, or the batch that ends with it. */
export const leaveOutThrough = (last: ItemKey): (<A>(source: ItemFlow<A>) => ItemFlow<A>) =>
  operate(async function* (source) {
    let found = false;
    for await (const outcome of source) {
      if (found) yield outcome;
      const key = keyOf(outcome);
      found ||= isSame(key.members?.at(-1) ?? key, last);
    }
  });
