import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostic, warning } from '../../diagnostics/index.js';
import type { Graph, GraphNode } from '../../pipelines/check/graph.js';
import { type SourceStage, stageOf } from '../../pipelines/plan/stages.js';
import { definedOnly } from '../../ports/defined.js';
import { type FileRef, type PictureShape, travelsOn } from '../../ports/index.js';
import type { RunContext } from '../context.js';
import { shapeAfter } from './need.js';
import { sourceFlow } from './source-flows.js';

/** What one source of a training has. */
export interface TrainingSource {
  readonly node: GraphNode;
  /** Files that it gives in a pass. */
  readonly photos: number;
  /** Of some files that were looked at, how many are smaller than what is cut out of them; absent where nothing asks for a size. */
  readonly small?: {
    readonly looked: number;
    readonly smaller: number;
    readonly width: number;
    readonly height: number;
  };
}

/** What is known of a training before it runs. */
export interface TrainingSurvey {
  readonly steps: number;
  /** Photos in a step. */
  readonly batch: number;
  readonly sources: readonly TrainingSource[];
  readonly warnings: readonly Diagnostic[];
}

/** A node and all that it is made of. What is read beside items may give nothing, which whoever reads it says. */
export const above = (nodes: readonly GraphNode[], path: string): readonly string[] => {
  const node = nodes.find((each) => each.path === path);
  return [path, ...Object.values(node?.reads ?? {}).flatMap((read) => above(nodes, read))];
};

/** Files of a source that are counted, and of which the size is looked at. */
const MOST = 100_000;
const LOOKED = 40;

/** The files of one pass of a source; what it has to say is said when it runs. */
const passOf = async (stage: SourceStage, run: RunContext): Promise<readonly FileRef[]> => {
  const items = sourceFlow(stage, run).open();
  const found: FileRef[] = [];
  try {
    while (found.length < MOST) {
      const next = await items.next();
      if (next.done === true) break;
      const outcome = next.value;
      if (E.isLeft(outcome)) continue;
      const { key, value } = outcome.right;
      if (key.epoch > 0 || !travelsOn({ kind: 'file' }, value)) break;
      found.push(value as FileRef);
    }
  } finally {
    await items.close();
  }
  return found;
};

/** Some of the files, evenly spaced. */
const someOf = (files: readonly FileRef[]): readonly FileRef[] =>
  files.length <= LOOKED
    ? files
    : Array.from({ length: LOOKED }, (_, i) => files[Math.floor((i * files.length) / LOOKED)]!);

/** The operators from a source to a node, each of which reads the one before it; undefined where another stands between. */
const wayTo = (
  nodes: readonly GraphNode[],
  source: string,
  node: GraphNode,
): readonly GraphNode[] | undefined => {
  const before = nodes.find(({ path }) => path === node.reads.items);
  if (before === undefined) return undefined;
  if (before.path === source) return [];
  const way = wayTo(nodes, source, before);
  return way && [...way, before];
};

const smallIn = async (
  nodes: readonly GraphNode[],
  source: GraphNode,
  files: readonly FileRef[],
): Promise<TrainingSource['small']> => {
  const asking = nodes
    .flatMap((node) => {
      const size = node.operator.facts.least?.(node.params);
      const way = size && wayTo(nodes, source.path, node);
      return size === undefined || way === undefined ? [] : [{ size, way }];
    })
    .at(0);
  if (asking === undefined) return undefined;
  const { sizeOf } = await import('../../image/decoding/size.js');
  const { size, way } = asking;
  const sizes = await Promise.all(someOf(files).map(({ path }) => sizeOf(path)));
  const shapes = sizes.flatMap((each) => {
    if (each === undefined) return [];
    const own: PictureShape = { ...each, channels: 3 };
    const shape = way.reduce<PictureShape | undefined>(
      (known, node) => known && shapeAfter(node, known),
      own,
    );
    return shape === undefined ? [] : [shape];
  });
  const smaller = shapes.filter(({ width, height }) => width < size.width || height < size.height).length;
  return { looked: shapes.length, smaller, ...size };
};

const fewPhotos = ({ node, photos }: TrainingSource, advised: number): Diagnostic =>
  warning(
    'training/few-photos',
    `\`${node.operator.name}\` gives ${photos} ${photos === 1 ? 'photo' : 'photos'} to learn from, fewer than ${advised}: what is learned from so few may fit them alone.`,
    definedOnly({ span: node.span }),
  );

const smallPhotos = (
  { node }: TrainingSource,
  { looked, smaller, width, height }: NonNullable<TrainingSource['small']>,
): Diagnostic =>
  warning(
    'training/small-photos',
    `Of ${looked} photos of \`${node.operator.name}\` that were looked at, ${smaller} ${smaller === 1 ? 'is' : 'are'} smaller than the ${width}x${height} pixels that are cut out of them, and what is missing is made up.`,
    definedOnly({ span: node.span }),
  );

const remarksOn = (source: TrainingSource, advised: number): readonly Diagnostic[] => [
  ...(source.photos > 0 && source.photos < advised ? [fewPhotos(source, advised)] : []),
  ...(source.small !== undefined && source.small.smaller > 0 ? [smallPhotos(source, source.small)] : []),
];

/** Looks at the photos that a training will learn from; undefined for a pipeline that is none. */
export const surveyTraining = async (
  { nodes }: Graph,
  run: RunContext,
): Promise<TrainingSurvey | undefined> => {
  const scan = nodes.find(({ operator: { facts } }) => facts.course !== undefined);
  const course = scan?.operator.facts.course?.(scan.params, scan.input);
  if (scan === undefined || course === undefined) return undefined;
  const over = new Set(above(nodes, scan.reads.items ?? ''));
  const own = nodes.filter(({ path }) => over.has(path));
  const sources: TrainingSource[] = [];
  for (const node of own) {
    const stage = stageOf(node, false);
    if (stage.kind !== 'source' || stage.behaviour.live?.(node.params) === true) continue;
    const files = await passOf(stage, run).catch(() => []);
    sources.push({ node, photos: files.length, ...definedOnly({ small: await smallIn(own, node, files) }) });
  }
  const batches = own.filter(({ output }) => output.kind === 'batch');
  const batch = batches.at(-1)?.operator.facts.bufferedItems?.(batches.at(-1)!.params) ?? 1;
  return {
    steps: course.steps,
    batch,
    sources,
    warnings: sources.flatMap((source) => remarksOn(source, course.photos)),
  };
};
