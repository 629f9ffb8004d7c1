import { basename, dirname, extname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type Code,
  type Diagnostic,
  DiagnosticError,
  type Diagnostics,
  failure,
  fromDiagnostics,
  messageOf,
  warning,
} from '../../diagnostics/index.js';
import type { Digest } from '../../disk/digest.js';
import { createLeftOut } from '../../disk/left-out.js';
import { forgetPages } from '../../disk/objects/looking.js';
import { pathsOf } from '../../operator/params/index.js';
import type { Graph, GraphNode } from '../../pipelines/check/graph.js';
import { type Bulk, nodesOf, stageOf } from '../../pipelines/plan/stages.js';
import { pluginsOf } from '../../pipelines/plugins.js';
import { definedOnly } from '../../ports/defined.js';
import { type FileRef, type Item, travelsOn } from '../../ports/index.js';
import { digestPipeline, digestWeights, draws, type Weights } from '../../records/digest.js';
import { statusOf } from '../../records/journal/done.js';
import { type Journal, readJournal } from '../../records/journal/journal.js';
import type { ItemFlow } from '../../streams/index.js';
import type { RunContext } from '../context.js';
import { expectedClearance, inputsOf } from '../results.js';
import { missingFiles } from './missing-files.js';
import { flowThrough, sourceFlow } from './source-flows.js';
import { above, surveyTraining, type TrainingSurvey } from './training.js';
import { ALTERED_RESULT, type WorksOn, worksOn } from './works-on.js';

/** What is on the disk before a run. */
export interface Survey {
  readonly bulk?: BulkSurvey;
  readonly training?: TrainingSurvey;
  readonly warnings: readonly Diagnostic[];
}

/** What a bulk pipeline finds to do. */
export interface BulkSurvey {
  readonly journal: Journal;
  /** What an item is to a journal. */
  readonly worksOn: (journal: Journal) => WorksOn;
  readonly weights: Weights;
  /** Files that the source gives, results of earlier runs left out; 0 where they cannot be listed. */
  readonly items: number;
  /** How many of them are done already. */
  readonly done: number;
  /** The first of them. */
  readonly first?: Item<FileRef>;
  /** The first few that are to be done. */
  readonly next: readonly Item<FileRef>[];
  /** What will be set aside, as far as it can be told beforehand: folders that cannot be read, files that are not written over. */
  readonly expectedFailures: readonly Diagnostic[];
}

/** Looks at the disk: whether all that is read is there, what is to do, and whether two items would write one file. */
export const survey = (
  graph: Graph,
  bulk: Bulk | undefined,
  run: RunContext,
): TE.TaskEither<Diagnostics, Survey> =>
  pipe(
    missingFiles(graph),
    TE.chain(() =>
      bulk === undefined
        ? pipe(
            endlessOfNothing(graph, run),
            TE.chainTaskK(() => () => surveyTraining(graph, run)),
            TE.map((training) => ({
              warnings: training?.warnings ?? [],
              ...definedOnly({ training }),
            })),
          )
        : surveyBulk(graph, bulk, run),
    ),
  );

/** Sources of a training that have nothing to give, now and whenever they begin again. Error: `file/none`. */
const endlessOfNothing =
  ({ nodes }: Graph, run: RunContext): TE.TaskEither<Diagnostics, undefined> =>
  async () => {
    const scans = nodes.filter(({ operator }) => operator.behaviour.kind === 'scan');
    const needed = new Set(scans.flatMap(({ reads: { items = '' } }) => above(nodes, items)));
    const empty = await Promise.all(
      nodes
        .filter(({ path }) => needed.has(path))
        .map(async (node): Promise<readonly Diagnostic[]> => {
          const stage = stageOf(node, false);
          if (stage.kind !== 'source' || stage.behaviour.live?.(node.params) === true) return [];
          const items = sourceFlow(stage, run).open();
          try {
            return (await items.next()).done === true ? [{ ...nothingFound(node), severity: 'error' }] : [];
          } catch {
            // What the source has to say is said when it runs.
            return [];
          } finally {
            await items.close();
          }
        }),
    );
    return fromDiagnostics(empty.flat(), undefined);
  };

const surveyBulk = (graph: Graph, bulk: Bulk, run: RunContext): TE.TaskEither<Diagnostics, Survey> => {
  const { sink } = bulk;
  const folder = sink.operator.facts.sink?.folder(sink.params) ?? '';
  const nodes = nodesOf(bulk.lane);
  forgetPages();
  return pipe(
    TE.Do,
    TE.bind('journal', () => readJournal(folder)),
    TE.bind('weights', () => digestWeights(nodes)),
    TE.chain(({ journal: { journal }, weights }) => {
      const digest = digestPipeline(nodes, graph.seed, weights, digestsOfPlugins(graph, nodes));
      const found = { journal, weights, worksOn: worksOn(bulk, digest, draws(nodes)) };
      const clear = expectedClearance(journal, inputsOf(graph));
      return bulk.live
        ? TE.right<Diagnostics, Survey>({
            bulk: { ...found, items: 0, done: 0, next: [], expectedFailures: [] },
            warnings: [],
          })
        : list(bulk, found, clear, run);
    }),
  );
};

/** Digests of the plugins that operators of the lane come from. */
const digestsOfPlugins = (
  { plugins = [] }: Graph,
  nodes: readonly GraphNode[],
): Readonly<Record<string, Digest>> =>
  Object.fromEntries(
    pluginsOf(
      plugins,
      nodes.map(({ operator }) => operator),
    ).map(({ place, digest }) => [place, digest]),
  );

type Found = Omit<BulkSurvey, 'items' | 'done' | 'first' | 'next' | 'expectedFailures'>;

/** So many that are to be done are remembered, for plans to look at. */
const NEXT = 256;

/** Goes through the source once. */
const list =
  (
    bulk: Bulk,
    found: Found,
    clear: ReturnType<typeof expectedClearance>,
    run: RunContext,
  ): TE.TaskEither<Diagnostics, Survey> =>
  async () => {
    const { folder } = found.journal;
    const works = found.worksOn(found.journal);
    const leftOut = createLeftOut();
    const targets = new Map<string, string>();
    const { sink } = bulk;
    const isDistinct = sink.operator.facts.sink?.distinct?.(sink.params) === true;
    const faults: Diagnostic[] = [];
    const status = statusOf(found.journal);
    let [items, done] = [0, 0];
    let first: Item<FileRef> | undefined;
    const next: Item<FileRef>[] = [];
    const warnings: Diagnostic[] = [];
    const expectedFailures = summary();
    const overwrite = sink.operator.facts.sink?.overwrites?.(sink.params) === true;
    const telling: RunContext = { ...run, warn: (_, each) => () => void warnings.push(each) };
    try {
      for await (const outcome of filesOf(bulk, telling)) {
        if (E.isLeft(outcome)) expectedFailures.add(outcome.left.diagnostics[0]);
        if (E.isLeft(outcome) || !travelsOn({ kind: 'file' }, outcome.right.value)) continue;
        const item = { key: outcome.right.key, value: outcome.right.value };
        const found = await works(item)();
        if (E.isLeft(found)) faults.push(...found.left);
        else if (found.right.kind === 'altered result') leftOut.add(item.key.path, ALTERED_RESULT);
        if (E.isLeft(found) || found.right.kind !== 'work') continue;
        items++;
        first ??= item;
        const { work } = found.right;
        const { source, target } = work;
        const other = targets.get(target);
        if (source === target) faults.push(overSource(sink, source));
        if (other !== undefined) faults.push(sameOutput(sink, other, item.key.path, target));
        const { kind } = await status(work)();
        // A million targets are not kept for nothing.
        if (!isDistinct) targets.set(target, item.key.path);
        if (kind === 'done' || kind === 'seen') done++;
        else if (next.length < NEXT) next.push(item);
        if (kind !== 'new' || source === target) continue;
        const clearance = await clear({ file: target, folder, overwrite })();
        if (E.isLeft(clearance)) expectedFailures.add(clearance.left[0]);
      }
    } catch (thrown) {
      return E.left(sourceFailed(thrown));
    }
    const told = leftOut.told();
    if (told !== undefined) warnings.push(told);
    return fromDiagnostics(summed(faults), {
      bulk: {
        ...found,
        items,
        done,
        next,
        expectedFailures: expectedFailures.told(),
        ...definedOnly({ first }),
      },
      warnings: items === 0 ? [...warnings, nothingFound(bulk.source.node)] : warnings,
    });
  };

/** The files that the lane will get. */
const filesOf = ({ source, choice }: Bulk, run: RunContext): ItemFlow<unknown> =>
  choice.reduce((items, stage) => flowThrough(stage, run)(items), sourceFlow(source, run));

const sourceFailed = (thrown: unknown): Diagnostics =>
  thrown instanceof DiagnosticError
    ? thrown.diagnostics
    : [failure('run/source-threw', `The source failed: ${messageOf(thrown)}`, { cause: thrown })];

/** The place where the sink's files are named. */
const placeOf = (sink: GraphNode): { readonly span?: NonNullable<GraphNode['span']> } => {
  const use = pathsOf(sink.operator.params.shape, sink.written).find(({ role }) => role === 'output');
  const span = use === undefined ? sink.span : sink.spanOf(use.keys);
  return definedOnly({ span });
};

const sameOutput = (sink: GraphNode, one: string, other: string, target: string): Diagnostic =>
  failure('file/same-output', `${one} and ${other} would both be written to ${target}.`, {
    ...placeOf(sink),
    hint: apartHint(one, other),
  });

/** What in their names tells two sources apart, as a place that `save` fills in. */
const apartHint = (one: string, other: string): string => {
  const place = 'the place where results go';
  if (dirname(one) !== dirname(other) && basename(one) === basename(other))
    return `They differ by their folders: put \`{path}\`, or \`{folder}\`, into ${place}.`;
  const differ = extname(one) !== extname(other) && stemOf(one) === stemOf(other);
  return differ
    ? `They differ by their extensions alone, which the result has its own of: put the source’s into ${place}, as in \`{folder}/{name}-{sourceExt}.{ext}\`.`
    : `Put \`{index}\` into ${place}, as in \`{folder}/{name}-{index}.{ext}\`, or rename one of them.`;
};

const stemOf = (path: string): string => path.slice(0, path.length - extname(path).length);

/** So many of a kind are told by name. */
const TOLD = 3;

/** Gathers what is expected of many items: the first few of each kind, and how many more there are. */
const summary = () => {
  const kinds = new Map<Code, { readonly first: Diagnostic[]; count: number }>();
  return {
    add: (each: Diagnostic): void => {
      const kind = kinds.get(each.code) ?? { first: [], count: 0 };
      kind.count++;
      if (kind.first.length < TOLD) kind.first.push({ ...each, severity: 'warning' });
      kinds.set(each.code, kind);
    },
    told: (): readonly Diagnostic[] =>
      [...kinds].flatMap(([code, { first, count }]) =>
        count <= first.length
          ? first
          : [...first, warning(code, `… and ${count - first.length} more would be set aside so.`)],
      ),
  };
};

const overSource = (sink: GraphNode, source: string): Diagnostic =>
  failure('file/over-source', `${source} would be written over.`, placeOf(sink));

/** The first few of many alike, and how many more there are. */
const summed = (faults: readonly Diagnostic[]): readonly Diagnostic[] => {
  const [first] = faults;
  const most = 5;
  return first === undefined || faults.length <= most
    ? faults
    : [...faults.slice(0, most), failure(first.code, `… and ${faults.length - most} more.`)];
};

const nothingFound = (source: GraphNode): Diagnostic => {
  const span = source.span;
  return warning('file/none', `\`${source.operator.name}\` finds no file.`, definedOnly({ span }));
};
