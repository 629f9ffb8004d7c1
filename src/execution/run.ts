import * as E from 'fp-ts/lib/Either.js';
import { identity, pipe } from 'fp-ts/lib/function.js';
import type * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { tap } from 'rxjs';
import { type Diagnostic, type Diagnostics, failure, messageOf, warning } from '../diagnostics/index.js';
import { requireLoaded } from '../pipelines/check/loaded.js';
import type { Pipeline } from '../pipelines/code.js';
import { definedOnly } from '../ports/defined.js';
import type { Item, ItemFailure, ItemKey, Measure, Outcome, Training } from '../ports/index.js';
import { drain, type ItemFlow, type Summary, through } from '../streams/index.js';
import { compilePipeline } from './compile.js';
import { defaultContext, type RunContext } from './context.js';
import type { Elsewhere } from './elsewhere/elsewhere.js';
import type { PipelineEvent, Report } from './events/event.js';
import { type Built, build } from './flows.js';
import { holdFolders } from './hold.js';
import { toldOnce } from './passes.js';
import type { Plan } from './plan/plan.js';
import { isFatal } from './recovery/disposition.js';
import { beginning, type Kept, keptTraining, notedPipeline, type Resumption } from './resume.js';
import { checkOptions, type RunOptions } from './run-options.js';
import { engineSettings } from './tensors/engine-choice.js';

export type { PipelineEvent, Report, TrainedStep } from './events/event.js';
export type { RunOptions } from './run-options.js';

/**
 * Whether a failure is one that every further item would meet as well, or that makes further work vain: a training whose
 * state, model or report cannot be written stops, and does not learn for hours what nobody will have.
 */
const endsRun =
  ({ graph }: Plan) =>
  (failed: ItemFailure): boolean => {
    const facts = graph.nodes.find(({ path }) => path === failed.operator)?.operator.facts;
    return (
      isFatal(failed) ||
      facts?.checkpoints !== undefined ||
      (facts?.writes !== undefined && failed.diagnostics.some(({ code }) => code.startsWith('image/')))
    );
  };

/**
 * Runs a plan to its end. A bad item is set aside and the others go on; a run that cannot go on says why in `end`, and
 * keeps what is done. Whatever throws, what was opened is closed again. Errors: `run/invalid-option`, `run/unknown-engine`,
 * `tensor/engine-unavailable`, `run/folder-in-use`, and whatever operators cannot open.
 */
export const runPlan = (plan: Plan, options: RunOptions = {}): TE.TaskEither<Diagnostics, Report> =>
  runPlanAt(undefined)(plan, options);

/**
 * As `runPlan`, with the work on photos done in another place: what is read, written and recorded here is the same. Errors: also
 * `queue/not-bulk`, and those of that place.
 */
export const runPlanAt =
  (elsewhere: Elsewhere | undefined) =>
  (plan: Plan, options: RunOptions = {}): TE.TaskEither<Diagnostics, Report> =>
    pipe(
      TE.fromEither(checkOptions(options)),
      TE.chain((checked) => () => runChecked(plan, checked, elsewhere)),
    );

/** The context of a run, which tells whoever watches what operators say. */
const contextFor = (
  plan: Plan,
  options: RunOptions,
  observe: (event: PipelineEvent) => void,
  elsewhere: Elsewhere | undefined,
): RunContext => {
  const {
    jobs,
    memory,
    timeout,
    certify,
    engine,
    signal,
    finish,
    retry = false,
    laws = false,
    busy,
  } = options;
  const usual = defaultContext(plan.graph.seed);
  // While a step has the engine, items are got ready for the next one: with one more of them, the engine seldom waits.
  const more = plan.stages.some(({ kind }) => kind === 'scan') ? 1 : 0;
  const kept = keptTraining(plan.graph);
  return {
    ...usual,
    ...(kept && { pipeline: notedPipeline(plan.graph, kept.checkpoints.model.folder) }),
    jobs: jobs ?? elsewhere?.lanes ?? usual.jobs + more,
    ...definedOnly({ elsewhere }),
    ...definedOnly({ memory, certify, finish, busy, stop: signal ?? finish }),
    ...(timeout === undefined ? {} : { timeout: 1000 * timeout }),
    ...(engine === undefined ? {} : engineSettings(engine)),
    retry,
    laws,
    quarantined: (failure) => () => observe({ kind: 'quarantined', failure }),
    waiting: (key, diagnostics, milliseconds) => () =>
      observe({ kind: 'waiting', key, diagnostics, milliseconds }),
    // What the survey found is said already.
    warn: (key, warning) => () => {
      if (!plan.warnings.some(({ code, message }) => code === warning.code && message === warning.message))
        observe({ kind: 'warned', key, warning });
    },
    delayed: (reason, milliseconds) => () => observe({ kind: 'delayed', reason, milliseconds }),
    noted: (key, operator, facts) => () => observe({ kind: 'noted', key, operator, facts }),
    skipped: (key) => () => observe({ kind: 'skipped', key }),
    chosen: (name) => () => observe({ kind: 'engine', name }),
  };
};

const runChecked = async (
  plan: Plan,
  options: RunOptions,
  elsewhere: Elsewhere | undefined,
): Promise<E.Either<Diagnostics, Report>> => {
  const { resume = false, signal, observe: told = () => undefined } = options;
  let skipped = 0;
  const observe = (event: PipelineEvent): void => {
    if (event.kind === 'skipped') skipped++;
    told(event);
  };
  const started = performance.now();
  const held = await holdFolders(plan)();
  if (E.isLeft(held)) return held;
  let built: Built | undefined;
  const isStopped = (): boolean => signal?.aborted === true;
  try {
    const ready = await prepared(plan, options, resume, observe, elsewhere)();
    if (E.isLeft(ready)) return ready;
    const { from } = ready.right;
    built = ready.right.built;
    const summary = await driven(plan, built, options, observe)();
    await built.close(isStopped());
    const over = await conclude(plan, from, summary, observe)();
    if (E.isLeft(over)) return over;
    return E.right({ ...summary, skipped, milliseconds: performance.now() - started });
  } catch (thrown) {
    await built?.close(isStopped());
    return E.left([
      failure('run/observer-threw', `What watches the run threw: ${messageOf(thrown)}`, { cause: thrown }),
    ]);
  } finally {
    await held.right.release();
  }
};

/** Finds where to begin and builds the flows. Error: also where the pipeline needs a plugin that is not loaded. */
const prepared = (
  plan: Plan,
  options: RunOptions,
  resume: boolean,
  observe: (event: PipelineEvent) => void,
  elsewhere: Elsewhere | undefined,
): TE.TaskEither<Diagnostics, { readonly from: Resumption | undefined; readonly built: Built }> =>
  pipe(
    TE.fromEither(requireLoaded(plan.graph)),
    TE.chain(() => beginning(plan.graph, resume)),
    TE.chainFirstIOK(({ from, warnings }) => () => {
      for (const warning of warnings) observe({ kind: 'warned', key: wholeRun(plan), warning });
      if (from !== undefined) observe({ kind: 'resumed', step: from.saved.step, folder: from.folder });
    }),
    TE.chain(({ from }) =>
      pipe(
        build(plan, contextFor(plan, options, observe, elsewhere), from),
        TE.map((built) => ({ from, built })),
      ),
    ),
  );

/** Pulls all items through. */
const driven = (
  plan: Plan,
  { flow }: Built,
  { signal, result }: RunOptions,
  observe: (event: PipelineEvent) => void,
): T.Task<Summary> => {
  const total = plan.bulk === undefined || plan.bulk.live ? {} : { total: plan.bulk.items - plan.bulk.done };
  const told = telling(plan, observe, result)(flow);
  return drain(plan.bulk === undefined ? toldOnce(told) : told, {
    ...definedOnly({ signal }),
    ...total,
    // A run that goes on for months has told of its failures as they came.
    ...(plan.bulk?.live === true ? { most: 100 } : {}),
    isFatal: endsRun(plan),
    observe,
  });
};

/** Makes a model of a training that was taken up at its end. */
const conclude = (
  plan: Plan,
  from: Resumption | undefined,
  summary: Summary,
  observe: (event: PipelineEvent) => void,
): TE.TaskEither<Diagnostics, void> => {
  const kept = keptTraining(plan.graph);
  if (from === undefined || kept === undefined || !isOver(summary)) return TE.right(undefined);
  return pipe(
    kept.checkpoints.conclude(from.saved),
    TE.chainIOK((isConcluded) => () => {
      if (isConcluded) observe({ kind: 'warned', key: wholeRun(plan), warning: concluded(from, kept) });
    }),
  );
};

/** Compiles and runs a pipeline. */
export const run = (pipeline: Pipeline, options: RunOptions = {}): TE.TaskEither<Diagnostics, Report> =>
  pipe(
    compilePipeline(pipeline),
    TE.chain((plan) => runPlan(plan, options)),
  );

/** Whether a training that was taken up had come to its end before. */
const isOver = ({ done, failed, end }: Summary): boolean =>
  end.kind === 'complete' && done === 0 && failed.length === 0;

const concluded = ({ saved }: Resumption, { checkpoints }: Kept): Diagnostic =>
  warning(
    'training/concluded',
    `The schedule ends at or before step ${saved.step}, which the training has come to: its state there is now a model in ${checkpoints.model.folder}.`,
  );

/** The key of what is said about a run and no item of it. */
const wholeRun = ({ graph }: Plan): ItemKey => ({ path: graph.name, index: 0, epoch: 0 });

/** Hands over what comes out, as it comes, and tells of measures and training steps. */
const telling = (
  { graph }: Plan,
  observe: (event: PipelineEvent) => void,
  result: RunOptions['result'],
): ((flow: ItemFlow<unknown>) => ItemFlow<unknown>) => {
  const kind = graph.nodes.find(({ path }) => path === graph.result)?.output.kind;
  const tell = eventOf[kind ?? ''];
  if (tell === undefined && result === undefined) return identity;
  return through<Outcome<unknown>, Outcome<unknown>>(
    tap((outcome) => {
      if (E.isLeft(outcome)) return;
      result?.(outcome.right);
      if (tell !== undefined) observe(tell(outcome.right));
    }),
  );
};

// What travels on a port was checked when it came out of its operator.
const eventOf: Readonly<Record<string, (item: Item<unknown>) => PipelineEvent>> = {
  measure: ({ key, value }) => ({ kind: 'measured', key, figures: (value as Measure).figures }),
  training: ({ key, value }) => {
    const { step, total, phase, cycle, images, rate, metrics, marks, paceUntil, stepsLeft, validation } =
      value as Training;
    const known = { step, total, phase, cycle, images, rate, metrics, marks };
    return {
      kind: 'trained',
      key,
      training: { ...known, ...definedOnly({ paceUntil, stepsLeft, validation }) },
    };
  },
};
