import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { printableJson } from '../../diagnostics/index.js';
import { defaultContext } from '../../execution/context.js';
import { estimateWork, type SizeEstimate } from '../../execution/plan/estimate.js';
import { type Estimate, estimate, type Plan, remarksOn } from '../../execution/plan/plan.js';
import type { PictureShape } from '../../ops/index.js';
import { compile } from '../../pipelines/compile.js';
import { nodesOf, type Stage } from '../../pipelines/plan/stages.js';
import { showPort } from '../../ports/index.js';
import { findPipeline } from '../find-pipeline.js';
import { printable, shortPath } from '../printable.js';
import { duration } from '../progress-line.js';
import { diagnosticJson, printDiagnostics } from '../report-diagnostics.js';
import { type Exit, exit, type Terminal } from '../terminal.js';

/** What `pipe plan` is given. */
export interface PlanArguments {
  readonly set: Readonly<Record<string, string>>;
  readonly jobs?: number;
  readonly memory?: number;
  readonly json: boolean;
}

/** `pipe plan`: what would run, and what is known of it before. */
export const plan = async (
  target: string | undefined,
  { set, jobs = defaultContext(0).jobs, memory = defaultContext(0).memory, json }: PlanArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const result = await pipe(
    findPipeline(target, terminal.folder),
    TE.chain(({ file, pipeline }) =>
      compile(file, { set, folder: terminal.folder, ...(pipeline === undefined ? {} : { pipeline }) }),
    ),
    TE.bindTo('compiled'),
    TE.bind('picture', ({ compiled }) => TE.fromTask(() => firstPicture(compiled))),
    TE.bind(
      'foresights',
      ({ compiled }) =>
        () =>
          estimateWork(compiled, { ...defaultContext(compiled.graph.seed), jobs, memory }),
    ),
  )();
  if (E.isLeft(result)) {
    printDiagnostics(terminal, result.left);
    return exit.wrong;
  }
  const { compiled, picture, foresights } = result.right;
  const estimates = picture === undefined ? [] : better(estimate(compiled, picture), foresights, picture);
  if (json) terminal.out(`${printableJson(toJson(compiled, estimates, jobs, foresights), 2)}\n`);
  else {
    printDiagnostics(terminal, remarksOn(compiled));
    terminal.out(toText(compiled, estimates, jobs, foresights, terminal));
  }
  return exit.done;
};

/** The shape of the first picture, which stands for the others. */
const firstPicture = async ({ bulk }: Plan): Promise<PictureShape | undefined> => {
  if (bulk?.first === undefined) return undefined;
  const { decode } = await import('../../image/index.js');
  const decoded = await decode(bulk.first.value)();
  if (E.isLeft(decoded)) return undefined;
  const { height, width, channels } = decoded.right.frame;
  return { height, width, channels };
};

const sum = (numbers: readonly (number | undefined)[]): number =>
  numbers.reduce<number>((total, n) => total + (n ?? 0), 0);

/** What the run will take, by what the operators say that they cost. */
const prediction = ({ bulk }: Plan, estimates: readonly Estimate[], jobs: number) => {
  const milliseconds = sum(estimates.map((each) => each.milliseconds));
  const bytes = sum(estimates.map((each) => each.bytes));
  if (bulk === undefined || bulk.live || milliseconds === 0) return undefined;
  const left = bulk.items - bulk.done;
  return { milliseconds, bytes: bytes * Math.min(jobs, left), total: (milliseconds * left) / jobs };
};

/** Estimates with what operators foresee of the first picture in the place of a rule of thumb. */
const better = (
  estimates: readonly Estimate[],
  foresights: readonly SizeEstimate[],
  { width, height }: PictureShape,
): readonly Estimate[] =>
  estimates.map((each) => {
    const known = foresights.find(
      (found) => found.node.path === each.node.path && found.width === width && found.height === height,
    );
    return known === undefined ? each : { ...each, bytes: known.work.bytes };
  });

const toJson = (
  compiled: Plan,
  estimates: readonly Estimate[],
  jobs: number,
  foresights: readonly SizeEstimate[],
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
  ...(foresights.length === 0
    ? {}
    : {
        photos: foresights.map(({ node, width, height, photos, work }) => ({
          operator: node.path,
          width,
          height,
          photos,
          ...work,
        })),
      }),
  ...(prediction(compiled, estimates, jobs) === undefined
    ? {}
    : { predicted: prediction(compiled, estimates, jobs) }),
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
  foresights: readonly SizeEstimate[],
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
    const shared = stages.some((stage) => stage.shared && stage.id === node.path) ? '  shared' : '';
    return `  ${node.path.padEnd(wide)} ${paint.cyan(bracket)} ${showPort(node.output)}${paint.dim(size + shared)}`;
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
    ...foresights.map(foresightLine),
    ...predictionLine(compiled, estimates, jobs),
    '',
  ].join('\n');
};

const foresightLine = ({ node, width, height, photos, work: { bytes, tiles } }: SizeEstimate): string => {
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

const predictionLine = (compiled: Plan, estimates: readonly Estimate[], jobs: number): readonly string[] => {
  const predicted = prediction(compiled, estimates, jobs);
  if (predicted === undefined) return [];
  const { milliseconds, bytes, total } = predicted;
  return [
    `about ${duration(milliseconds)} a file, ${duration(total)} in all with ${jobs} at once, ${Math.ceil(bytes / 1e6)} MB held (by the first file)`,
  ];
};
