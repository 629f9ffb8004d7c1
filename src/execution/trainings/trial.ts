import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import type { Graph } from '../../pipelines/check/graph.js';
import { stagesOf } from '../../pipelines/plan/stages.js';
import type { PipelineEvent } from '../events/event.js';
import type { Plan } from '../plan/plan.js';
import { above } from '../plan/training.js';
import { runPlan } from '../run.js';
import type { RunOptions } from '../run-options.js';

/** What a few steps of a training took. */
export interface Trial {
  readonly steps: number;
  readonly secondsPerStep: number;
  /** What the whole training will take, steps of other kinds by what they compute. */
  readonly seconds: number;
  /** The most memory that the process had, in bytes. */
  readonly bytes: number;
}

/** Steps of a trial, and milliseconds after which it ends with fewer. */
const STEPS = 8;
const LONGEST = 60_000;

/** The part of a graph that learns: what keeps it and tells of it is left out, so that nothing is written. */
const learningPart = (graph: Graph): Graph | undefined => {
  const scan = graph.nodes.find(({ operator: { facts } }) => facts.course !== undefined);
  if (scan === undefined) return undefined;
  const needed = new Set(above(graph.nodes, scan.path));
  return { ...graph, nodes: graph.nodes.filter(({ path }) => needed.has(path)), result: scan.path };
};

const middleOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/**
 * Takes a few steps of a training to see how long it takes, and forgets what was learned: nothing is written. Errors: those of
 * running it; `training/no-trial` where no two steps were done in a minute, or the pipeline is no training.
 */
export const tryTraining = (
  { graph, warnings }: Plan,
  options: Pick<RunOptions, 'engine' | 'jobs' | 'memory' | 'signal'> = {},
): TE.TaskEither<Diagnostics, Trial> => {
  const part = learningPart(graph);
  const none = (why: string): Diagnostics => [failure('training/no-trial', why)];
  if (part === undefined) return TE.left(none(`\`${graph.name}\` is no training.`));
  const stop = new AbortController();
  const end = (): void => stop.abort();
  const steps: { readonly at: number; readonly left: number }[] = [];
  const observe = (event: PipelineEvent): void => {
    if (event.kind !== 'trained') return;
    const { step, total, stepsLeft = total - step } = event.training;
    steps.push({ at: performance.now(), left: stepsLeft });
    if (steps.length >= Math.min(STEPS, total)) end();
  };
  return pipe(
    TE.fromIO(() => {
      options.signal?.addEventListener('abort', end, { once: true });
      return setTimeout(end, LONGEST);
    }),
    TE.chain((timer) =>
      pipe(
        runPlan(
          { graph: part, stages: stagesOf(part), warnings },
          { ...options, signal: stop.signal, observe },
        ),
        TE.chainFirstIOK(() => () => clearTimeout(timer)),
        TE.orElseFirstIOK(() => () => clearTimeout(timer)),
      ),
    ),
    TE.chainEitherK((report) => {
      if (report.end.kind === 'stopped') return E.left(report.end.diagnostics);
      const [last] = steps.slice(-1);
      const pace = middleOf(steps.slice(1).map(({ at }, i) => at - steps[i]!.at)) / 1000;
      return last === undefined || steps.length < 2
        ? E.left(none(`No two steps of \`${graph.name}\` were done in ${LONGEST / 1000} s.`))
        : E.right({
            steps: steps.length,
            secondsPerStep: pace,
            seconds: pace * (steps.length + last.left),
            bytes: 1024 * process.resourceUsage().maxRSS,
          });
    }),
  );
};
