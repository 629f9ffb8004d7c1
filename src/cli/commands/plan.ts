import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, printableJson } from '../../diagnostics/index.js';
import { megabytes } from '../../diagnostics/quantities.js';
import { compile } from '../../execution/compile.js';
import { defaultContext } from '../../execution/context.js';
import { diagnosticJson } from '../../execution/events/event-json.js';
import { memoryLimit } from '../../execution/memory/room.js';
import { estimateWork, type Outlook, type SizeEstimate } from '../../execution/plan/estimate.js';
import { type Estimate, estimate, type Plan, remarksOn } from '../../execution/plan/plan.js';
import type { Trial } from '../../execution/trainings/trial.js';
import { asMemoryOption } from '../../image/memory.js';
import { isUnloaded } from '../../pipelines/check/unloaded.js';
import { nodesOf, type Stage } from '../../pipelines/plan/stages.js';
import { definedOnly } from '../../ports/defined.js';
import { type PictureShape, showPort } from '../../ports/index.js';
import { compileToLook } from '../allow-plugins.js';
import { type Exit, exit } from '../exit.js';
import { findPipeline } from '../find-pipeline.js';
import { LOOKING, saidIfLong } from '../lines/long-look.js';
import { duration } from '../lines/progress-line.js';
import { namedPlaces } from '../option-values.js';
import { printable, shortPath } from '../printable.js';
import { printDiagnostics } from '../report-diagnostics.js';
import { trainingJson, trainingLines } from '../reporters/training-plan.js';
import type { Terminal } from '../terminal.js';

/** What `pipe plan` is given. */
export interface PlanArguments {
  readonly set: Readonly<Record<string, string>>;
  readonly allowPlugin: readonly string[];
  readonly allow: readonly string[];
  readonly jobs?: number;
  readonly memory?: number;
  /** Whether a few steps of a training are taken. */
  readonly trial: boolean;
  readonly json: boolean;
}

/** `pipe plan`: what would run, and what is known of it before. */
export const plan = async (
  target: string | undefined,
  {
    set,
    allowPlugin,
    allow,
    jobs = defaultContext(0).jobs,
    memory = defaultContext(0).memory,
    trial,
    json,
  }: PlanArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const result = await pipe(
    findPipeline(target, terminal.folder),
    TE.chain(({ file, pipeline }) =>
      saidIfLong(
        terminal,
        LOOKING,
        compileToLook(
          (plugins) =>
            compile(file, {
              set,
              plugins,
              folder: terminal.folder,
              allow: namedPlaces(allow),
              ...definedOnly({ pipeline }),
            }),
          (made) => made.graph,
          allowPlugin,
          terminal,
        ),
      ),
    ),
    TE.bindTo('compiled'),
    TE.bind('picture', ({ compiled }) => TE.fromTask(() => firstPicture(compiled))),
    TE.bind(
      'outlook',
      ({ compiled }) =>
        () =>
          estimateWork(compiled, { ...defaultContext(compiled.graph.seed), jobs, memory }),
    ),
    TE.bind('tried', ({ compiled }) => (trial ? tried(compiled, jobs, memory) : TE.right(undefined))),
  )();
  if (E.isLeft(result)) {
    printDiagnostics(terminal, result.left);
    return exit.wrong;
  }
  const { compiled, picture, outlook, tried: taken } = result.right;
  const estimates = picture === undefined ? [] : estimate(compiled, picture);
  if (json)
    terminal.out(
      `${printableJson({ ...toJson(compiled, estimates, jobs, outlook, memory), ...trainingJson(compiled, taken) }, 2)}\n`,
    );
  else {
    printDiagnostics(terminal, remarksOn(compiled));
    terminal.out(toText(compiled, estimates, jobs, outlook, memory, terminal));
    for (const line of trainingLines(compiled, taken)) terminal.out(`${line}\n`);
  }
  return exit.done;
};

const tried = (compiled: Plan, jobs: number, memory: number): TE.TaskEither<Diagnostics, Trial> =>
  pipe(
    TE.fromTask(() => import('../../execution/trainings/trial.js')),
    TE.chain(({ tryTraining }) => tryTraining(compiled, { jobs, memory })),
  );

/** The shape of the first picture, by its header, which stands for the others. */
const firstPicture = async ({ bulk }: Plan): Promise<PictureShape | undefined> => {
  if (bulk?.first === undefined) return undefined;
  const { surveyed } = await import('../../image/index.js');
  const found = await surveyed(bulk.first.value)();
  if (E.isLeft(found)) return undefined;
  const { height, width, channels } = found.right;
  return { height, width, channels };
};

const sum = (numbers: readonly (number | undefined)[]): number =>
  numbers.reduce<number>((total, n) => total + (n ?? 0), 0);

/** What the run will take, by what the operators say that they cost; photos wait where there is no memory for all at once. */
const prediction = (
  { bulk }: Plan,
  estimates: readonly Estimate[],
  jobs: number,
  { first }: Outlook,
  memory: number,
) => {
  const milliseconds = sum(estimates.map((each) => each.milliseconds));
  if (bulk === undefined || bulk.live || milliseconds === 0) return undefined;
  const left = bulk.items - bulk.done;
  const all = (first?.bytes ?? 0) * Math.min(jobs, left);
  const limit = memoryLimit({ memory });
  return { milliseconds, bytes: Math.min(all, limit), limit, total: (milliseconds * left) / jobs };
};

const toJson = (
  compiled: Plan,
  estimates: readonly Estimate[],
  jobs: number,
  outlook: Outlook,
  memory: number,
) => ({
  pipeline: compiled.graph.name,
  seed: compiled.graph.seed,
  params: compiled.graph.params,
  stages: compiled.stages.map((stage) => ({
    kind: stage.kind,
    shared: stage.shared,
    operators: nodesOf(stage).map((node) => {
      const known = estimates.find((each) => each.node === node);
      return {
        path: node.path,
        params: node.written,
        ...(isUnloaded(node) ? { loaded: false } : {}),
        takes: showPort(node.input),
        gives: showPort(node.output),
        ...(known?.shape === undefined ? {} : { shape: known.shape }),
      };
    }),
    fused: fusedIn(stage),
  })),
  ...(compiled.bulk === undefined
    ? {}
    : { items: compiled.bulk.items, done: compiled.bulk.done, folder: compiled.bulk.journal.folder }),
  ...(remarksOn(compiled).length === 0 ? {} : { warnings: remarksOn(compiled).map(diagnosticJson) }),
  ...(outlook.estimates.length === 0
    ? {}
    : {
        photos: outlook.estimates.map(({ node, width, height, photos, work }) => ({
          operator: node.path,
          width,
          height,
          photos,
          ...work,
        })),
      }),
  ...(outlook.tooLarge.length === 0
    ? {}
    : {
        tooLarge: outlook.tooLarge.map(({ path, need: { bytes, at } }) => ({ path, bytes, operator: at })),
      }),
  ...definedOnly({ predicted: prediction(compiled, estimates, jobs, outlook, memory) }),
});

/** Paths of the operators that are compiled together. */
const fusedIn = (stage: Stage): readonly (readonly string[])[] =>
  stage.kind === 'lane'
    ? stage.parts.flatMap((part) =>
        part.kind === 'tensor' && part.members.length > 1 ? [part.members.map(({ node }) => node.path)] : [],
      )
    : [];

const toText = (
  compiled: Plan,
  estimates: readonly Estimate[],
  jobs: number,
  outlook: Outlook,
  memory: number,
  { paint, folder }: Terminal,
): string => {
  const { graph, stages, bulk } = compiled;
  const fused = stages.flatMap(fusedIn);
  const wide = Math.max(...graph.nodes.map(({ path }) => path.length));
  const rows = graph.nodes.map((node) => {
    const group = fused.find((members) => members.includes(node.path));
    const bracket =
      group === undefined ? ' ' : node.path === group[0] ? '┐' : node.path === group.at(-1) ? '┘' : '│';
    const shape = estimates.find((each) => each.node === node)?.shape;
    const size =
      shape !== undefined && node.output.kind === 'frame'
        ? `  ${shape.width}x${shape.height}x${shape.channels}`
        : '';
    const unloaded = isUnloaded(node) ? '  plugin not loaded' : '';
    const shared = stages.some((stage) => stage.shared && stage.id === node.path) ? '  shared' : '';
    return `  ${node.path.padEnd(wide)} ${paint.cyan(bracket)} ${showPort(node.output)}${paint.dim(size + shared + unloaded)}`;
  });
  const about = graph.about === undefined ? '' : `: ${printable(graph.about)}`;
  return [
    `${paint.bold(printable(graph.name))}${about}`,
    '',
    ...rows,
    ...(fused.length === 0
      ? []
      : ['', `  ${paint.cyan('┐ ┘')} ${paint.dim('compiled together to one graph')}`]),
    '',
    ...(bulk === undefined
      ? []
      : [
          bulk.live
            ? `waits for files that come; results go to ${shortPath(bulk.journal.folder, folder)}`
            : workLine(bulk.items, bulk.done, shortPath(bulk.journal.folder, folder)),
        ]),
    ...outlook.estimates.map(estimateLine),
    ...predictionLine(compiled, estimates, jobs, outlook, memory),
    ...refusalLines(outlook, memory),
    '',
  ].join('\n');
};

const estimateLine = ({ node, width, height, photos, work: { bytes, tiles } }: SizeEstimate): string => {
  const how =
    tiles === undefined
      ? 'at once'
      : `in ${tiles.count} ${tiles.count === 1 ? 'tile' : 'tiles'} of ${tiles.width}x${tiles.height}`;
  return `${node.operator.name}: ${photos} of ${width}x${height} ${how}, about ${Math.ceil(bytes / 1e6)} MB`;
};

const workLine = (items: number, done: number, folder: string): string => {
  const left = items - done;
  const before = done === 0 ? '' : `, ${done} done before`;
  return `${left} of ${items} file${items === 1 ? '' : 's'} to do${before}; results go to ${folder}`;
};

const predictionLine = (
  compiled: Plan,
  estimates: readonly Estimate[],
  jobs: number,
  outlook: Outlook,
  memory: number,
): readonly string[] => {
  const predicted = prediction(compiled, estimates, jobs, outlook, memory);
  if (predicted === undefined) return [];
  const { milliseconds, bytes, limit, total } = predicted;
  return [
    `about ${duration(milliseconds)} a file, ${duration(total)} in all with ${jobs} at once, ${Math.ceil(bytes / 1e6)} MB held at most of ${Math.floor(limit / 1e6)} MB (by the first file)`,
  ];
};

/** Photos that are named; of more their number is told. */
const MOST_NAMED = 5;

const refusalLines = ({ tooLarge }: Outlook, memory: number): readonly string[] => {
  if (tooLarge.length === 0) return [];
  const most = Math.max(...tooLarge.map(({ need }) => need.bytes));
  return [
    `${tooLarge.length} ${tooLarge.length === 1 ? 'photo needs' : 'photos need'} more memory than ${megabytes(memoryLimit({ memory }))} and will be refused; --memory ${asMemoryOption(most)} allows all:`,
    ...tooLarge
      .slice(0, MOST_NAMED)
      .map(({ path, need }) => `  ${printable(path)} needs ${megabytes(need.bytes)} for ${need.at}`),
    ...(tooLarge.length > MOST_NAMED ? [`  and ${tooLarge.length - MOST_NAMED} more`] : []),
  ];
};
