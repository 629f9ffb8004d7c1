import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { compile } from '../../execution/compile.js';
import type { RunMessage } from '../../execution/events/event.js';
import type { Plan } from '../../execution/plan/plan.js';
import { type Report, runPlanAt } from '../../execution/run.js';
import { requireServerNamed } from '../../pipelines/network.js';
import { definedOnly } from '../../ports/defined.js';
import { compileAllowed } from '../allow-plugins.js';
import { type Exit, notBegun, reported } from '../exit.js';
import { findPipeline } from '../find-pipeline.js';
import { LOOKING, saidIfLong } from '../lines/long-look.js';
import { namedPlaces } from '../option-values.js';
import type { QueuePlace } from '../queue-place.js';
import { jsonReporter } from '../reporters/json-reporter.js';
import { isNews, quietReporter, runReporter } from '../reporters/run-reporter.js';
import type { Terminal } from '../terminal.js';

/** What `pipe run` is given. */
export interface RunArguments {
  readonly set: Readonly<Record<string, string>>;
  readonly allowPlugin: readonly string[];
  readonly allow: readonly string[];
  readonly engine: string;
  readonly jobs?: number;
  readonly memory?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly certify: boolean;
  readonly retry: boolean;
  readonly laws: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly resume: boolean;
  /** Where the queue is that other machines take photos from. */
  readonly on?: string;
}

/** `pipe run`: compiles and runs, and says at the end what was done, what was skipped and what failed. */
export const run = async (
  target: string | undefined,
  options: RunArguments,
  terminal: Terminal,
): Promise<Exit> =>
  runCompiled(
    pipe(
      findPipeline(target, terminal.folder),
      TE.chain(({ file, pipeline }) =>
        compileAllowed(
          (plugins) => {
            const plan = compile(file, {
              set: options.set,
              plugins,
              folder: terminal.folder,
              allow: namedPlaces(options.allow),
              ...definedOnly({ pipeline }),
            });
            return options.quiet ? plan : saidIfLong(terminal, LOOKING, plan);
          },
          ({ graph }) => graph,
          options.allowPlugin,
          terminal,
        ),
      ),
    ),
    options,
    terminal,
  );

/** Runs what was compiled, as `pipe run` does. */
export const runCompiled = async (
  compiled: TE.TaskEither<Diagnostics, Plan>,
  options: RunArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const { engine, jobs, memory, timeout, certify, retry, laws, json, quiet } = options;
  const reporter = json
    ? jsonReporter(terminal, planned)
    : quiet
      ? quietReporter(terminal)
      : runReporter(terminal);
  const result = await pipe(
    compiled,
    TE.chainFirstIOK((plan) => () => reporter.planned(plan)),
    TE.filterOrElse((plan) => !isEmpty(plan), nothingToDo),
    TE.bindTo('plan'),
    TE.bind('on', ({ plan }) => TE.fromEither(queueOf(options, plan))),
    TE.bind('place', ({ on }) => placeOf({ ...options, on }, terminal)),
    TE.bind('report', ({ plan, place }) =>
      runPlanAt(place?.elsewhere)(plan, {
        engine,
        resume: place === undefined && options.resume,
        ...definedOnly({ jobs, memory, timeout, busy: terminal.busy }),
        certify,
        retry,
        laws,
        signal: AbortSignal.any([terminal.signal, terminal.gone]),
        observe: reporter.event,
      }),
    ),
    TE.filterOrElse(
      ({ plan, report }) => !cameToNothing(plan, report),
      ({ plan }) => nothingToDo(plan),
    ),
  )();
  if (E.isLeft(result)) {
    reporter.refused(result.left);
    return notBegun(terminal, result.left);
  }
  const { plan, report, place } = result.right;
  reporter.finished(plan, report);
  if (report.end.kind === 'cancelled' && !json) place?.left(terminal);
  return reported(report);
};

/** What has the work done here, whatever the pipeline's file says. */
const HERE = 'none';

/** The queue that is named on the command line, or else in the pipeline's file, if the user allows that. */
const queueOf = ({ on, allow }: RunArguments, { graph }: Plan): E.Either<Diagnostics, string | undefined> => {
  if (on !== undefined) return E.right(on === HERE ? undefined : on);
  return graph.on === undefined ? E.right(undefined) : requireServerNamed(graph.on, namedPlaces(allow));
};

/** Where photos are worked on, if that is not here. What it takes is loaded only then. */
const placeOf = (
  { on, jobs, memory, resume, json, quiet }: Omit<RunArguments, 'on'> & { readonly on: string | undefined },
  terminal: Terminal,
): TE.TaskEither<Diagnostics, QueuePlace | undefined> =>
  on === undefined
    ? TE.right(undefined)
    : pipe(
        TE.fromTask(() => import('../queue-place.js')),
        TE.chainEitherK(({ queuePlace }) =>
          queuePlace({ on, resume, isQuiet: json || quiet, ...definedOnly({ jobs, memory }) }, terminal),
        ),
      );

/** Whether a pipeline that works on files finds none, not even one that it cannot read. */
const isEmpty = ({ bulk }: Plan): boolean =>
  bulk !== undefined && !bulk.live && bulk.items === 0 && bulk.expectedFailures.length === 0;

/** Whether streams that were put together gave not one item: a folder was empty. A training can have been at its end before. */
const cameToNothing = ({ bulk, stages }: Plan, { end, done, skipped, failed }: Report): boolean =>
  bulk === undefined &&
  end.kind === 'complete' &&
  done + skipped + failed.length === 0 &&
  stages.every(({ kind }) => kind !== 'scan');

const nothingToDo = ({ graph, bulk }: Plan): Diagnostics => {
  const span = bulk?.source.node.span;
  return [
    failure(
      'file/none',
      `\`${graph.name}\` finds no file to work on: nothing was done.`,
      definedOnly({ span }),
    ),
  ];
};

/** What is told of a plan that is run. */
const planned = ({ graph, bulk, warnings }: Plan): readonly RunMessage[] => [
  ...warnings.filter(isNews).map((diagnostic): RunMessage => ({ kind: 'diagnostic', diagnostic })),
  {
    kind: 'planned',
    pipeline: graph.name,
    ...(bulk === undefined ? {} : { bulk: { items: bulk.items, done: bulk.done } }),
  },
];
