import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { compile } from '../../execution/compile.js';
import type { RunMessage } from '../../execution/events/event.js';
import type { Plan } from '../../execution/plan/plan.js';
import { runPlan } from '../../execution/run.js';
import { definedOnly } from '../../ports/defined.js';
import { compileAllowed } from '../allow-plugins.js';
import { type Exit, notBegun, watchEnded } from '../exit.js';
import { findWatched } from '../find-pipeline.js';
import { namedPlaces } from '../option-values.js';
import { jsonReporter } from '../reporters/json-reporter.js';
import { watchedFolders, watchReporter } from '../reporters/watch-reporter.js';
import type { Terminal } from '../terminal.js';

/** What `pipe watch` is given. */
export interface WatchArguments {
  readonly set: Readonly<Record<string, string>>;
  readonly allowPlugin: readonly string[];
  readonly allow: readonly string[];
  readonly poll?: number;
  readonly engine: string;
  readonly jobs?: number;
  readonly memory?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly certify: boolean;
  readonly retry: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/**
 * `pipe watch`: works on photos as they come, until it is told to stop; then it finishes those that it has begun. A second
 * signal stops at once.
 */
export const watch = async (
  target: string | undefined,
  {
    set,
    allowPlugin,
    allow,
    poll,
    engine,
    jobs,
    memory,
    timeout,
    certify,
    retry,
    json,
    quiet,
  }: WatchArguments,
  terminal: Terminal,
): Promise<Exit> => {
  const reporter = json
    ? jsonReporter(terminal, watching, () => new Date().toISOString())
    : watchReporter(terminal, quiet);
  const result = await pipe(
    findWatched(target, terminal.folder),
    TE.chain(({ file, pipeline }) =>
      compileAllowed(
        (plugins) =>
          compile(file, {
            set,
            plugins,
            folder: terminal.folder,
            allow: namedPlaces(allow),
            live: definedOnly({ poll }),
            ...definedOnly({ pipeline }),
          }),
        ({ graph }) => graph,
        allowPlugin,
        terminal,
      ),
    ),
    TE.filterOrElse(isLive, notLive),
    TE.filterOrElse(({ graph }) => graph.on === undefined, notOnQueue),
    TE.chainFirstIOK((plan) => () => reporter.planned(plan)),
    TE.bindTo('plan'),
    TE.bind('report', ({ plan }) =>
      runPlan(plan, {
        engine,
        retry,
        ...definedOnly({ jobs, memory, timeout, busy: terminal.busy }),
        certify,
        finish: terminal.signal,
        signal: terminal.gone,
        observe: reporter.event,
      }),
    ),
  )();
  if (E.isLeft(result)) {
    reporter.refused(result.left);
    return notBegun(terminal, result.left);
  }
  const { plan, report } = result.right;
  reporter.finished(plan, report);
  return watchEnded(report);
};

const isLive = ({ bulk }: Plan): boolean => bulk?.live === true;

const notLive = ({ graph }: Plan): Diagnostics => [
  failure(
    'watch/not-live',
    `\`${graph.name}\` does not turn each file into one, so it cannot be watched for.`,
  ),
];

const notOnQueue = ({ graph }: Plan): Diagnostics => [
  failure(
    'watch/not-live',
    `\`${graph.name}\` names a queue (\`on\`), and photos that come are worked on where they are watched for.`,
    {
      hint: 'Leave `on:` out of what is watched; for many photos, `pipe run` again and again works on the new ones by the queue.',
    },
  ),
];

/** What is told of a plan that is watched for. */
const watching = (plan: Plan): readonly RunMessage[] => [
  ...plan.warnings.map((diagnostic): RunMessage => ({ kind: 'diagnostic', diagnostic })),
  { kind: 'watching', pipeline: plan.graph.name, ...watchedFolders(plan) },
];
