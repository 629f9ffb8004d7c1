import * as E from 'fp-ts/lib/Either.js';
import { identity, pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { tap } from 'rxjs';
import { type Diagnostic, type Diagnostics, warning } from '../diagnostics/index.js';
import type { Notes } from '../ops/index.js';
import { requireLoaded } from '../pipelines/check/loaded.js';
import type { Pipeline } from '../pipelines/code.js';
import type { Item, ItemFailure, ItemKey, Measure, Outcome, Training } from '../ports/index.js';
import { drain, type ItemFlow, type RunEnd, type RunEvent, type Summary, through } from '../streams/index.js';
import { compilePipeline } from './compile.js';
import { defaultContext, type RunContext } from './context.js';
import { build } from './flows.js';
import { holdFolders } from './hold.js';
import { toldOnce } from './passes.js';
import type { Plan } from './plan/plan.js';
import { beginning, type Kept, keptTraining, notedPipeline, type Resumption } from './resume.js';

/**
 * What happens in a run: items done, failed and skipped, things to know about items that go on, figures that were
 * measured, facts that operators note, and which engine does the tensor work.
 */
export type PipelineEvent =
  | RunEvent
  | { readonly kind: 'skipped'; readonly key: ItemKey }
  /** It failed before, and is not tried again since nothing has changed. */
  | { readonly kind: 'quarantined'; readonly failure: ItemFailure }
  /** Nothing can be written for now; it is tried again after a while. */
  | {
      readonly kind: 'waiting';
      readonly key: ItemKey;
      readonly diagnostics: Diagnostics;
      readonly milliseconds: number;
    }
  | { readonly kind: 'engine'; readonly name: string }
  /** The run goes on with a training that had come to a step. */
  | { readonly kind: 'resumed'; readonly step: number; readonly folder: string }
  | { readonly kind: 'measured'; readonly key: ItemKey; readonly figures: Measure['figures'] }
  | { readonly kind: 'trained'; readonly key: ItemKey; readonly training: TrainedStep }
  | {
      readonly kind: 'noted';
      readonly key: ItemKey;
      readonly operator: string;
      readonly facts: Notes;
    }
  | { readonly kind: 'warned'; readonly key: ItemKey; readonly warning: Diagnostic };

/** What is told of a training step: all but the tensors. */
export type TrainedStep = Pick<
  Training,
  'step' | 'total' | 'phase' | 'cycle' | 'images' | 'rate' | 'metrics' | 'marks' | 'paceUntil'
>;

/** How to run a pipeline. */
export interface RunOptions {
  /** Items worked on at once; as many as there are processors unless said otherwise, and one more where a step waits for them. */
  readonly jobs?: number;
  /**
   * Bytes that work on photos may take, all of them together: half of what is free unless said otherwise, and never less than
   * 64 MiB. Photos wait for each other; one that needs more by itself is refused before anything is taken for it.
   */
  readonly memory?: number;
  /** Whether joins of tiles and panoramas are certified of every photo: false unless said otherwise. */
  readonly certify?: boolean;
  /** Where tensor work runs: `cpu` unless said otherwise. */
  readonly engine?: string;
  /** Goes on with the training that an earlier run began, from its latest checkpoint. */
  readonly resume?: boolean;
  /** Stops the run when it aborts: what is done is kept. */
  readonly signal?: AbortSignal;
  /** Ends the run when it aborts, after what is being worked on is finished. */
  readonly finish?: AbortSignal;
  /** Whether what failed before is tried again though nothing has changed: false unless said otherwise. */
  readonly retry?: boolean;
  /** Whether every operator is held to its laws on every picture, which takes longer: false unless said otherwise. */
  readonly laws?: boolean;
  /** Is told what happens as it happens. */
  readonly observe?: (event: PipelineEvent) => void;
  /** Is given each item that comes through, before it is told of as done. */
  readonly result?: (item: Item<unknown>) => void;
}

/** What a run came to. */
export interface Report {
  /** Items that came through. */
  readonly done: number;
  /** Items that were done before. */
  readonly skipped: number;
  /** Items set aside, in the order in which they came out. */
  readonly failed: readonly ItemFailure[];
  readonly end: RunEnd;
  readonly milliseconds: number;
}

/** Failures that every further item would meet as well. */
const fatal: ReadonlySet<string> = new Set([
  'image/disk-full',
  'tensor/engine-unavailable',
  'training/diverged',
]);

/**
 * Whether a failure is one that every further item would meet as well, or that makes further work vain: a training whose
 * state, model or report cannot be written stops, and does not learn for hours what nobody will have.
 */
const isFatal =
  ({ graph }: Plan) =>
  ({ operator, diagnostics }: ItemFailure): boolean => {
    const facts = graph.nodes.find(({ path }) => path === operator)?.operator.facts;
    return diagnostics.some(
      ({ code }) =>
        fatal.has(code) ||
        facts?.checkpoints !== undefined ||
        (facts?.writes !== undefined && code.startsWith('image/')),
    );
  };

/**
 * Runs a plan to its end. A bad item is set aside and the others go on; a run that cannot go on says why in `end`, and
 * keeps what is done.
 */
export const runPlan = (
  plan: Plan,
  {
    jobs,
    memory,
    certify,
    engine,
    resume = false,
    signal,
    finish,
    retry = false,
    laws = false,
    observe = () => undefined,
    result,
  }: RunOptions = {},
): TE.TaskEither<Diagnostics, Report> => {
  let skipped = 0;
  const usual = defaultContext(plan.graph.seed);
  // While a step has the engine, items are got ready for the next one: with one more of them, the engine seldom waits.
  const more = plan.stages.some(({ kind }) => kind === 'scan') ? 1 : 0;
  const kept = keptTraining(plan.graph);
  const context: RunContext = {
    ...usual,
    ...(kept && { pipeline: notedPipeline(plan.graph, kept.checkpoints.model.folder) }),
    jobs: jobs ?? usual.jobs + more,
    ...(memory === undefined ? {} : { memory }),
    ...(certify === undefined ? {} : { certify }),
    ...(engine === undefined ? {} : { engine }),
    ...(finish === undefined ? {} : { finish }),
    retry,
    laws,
    quarantined: (failure) => () => observe({ kind: 'quarantined', failure }),
    waiting: (key, diagnostics, milliseconds) => () =>
      observe({ kind: 'waiting', key, diagnostics, milliseconds }),
    warn: (key, warning) => () => observe({ kind: 'warned', key, warning }),
    noted: (key, operator, facts) => () => observe({ kind: 'noted', key, operator, facts }),
    skipped: (key) => () => {
      skipped++;
      observe({ kind: 'skipped', key });
    },
    chosen: (name) => () => observe({ kind: 'engine', name }),
  };
  const started = performance.now();
  const began = pipe(
    TE.fromEither(requireLoaded(plan.graph)),
    TE.chain(() => beginning(plan.graph, resume)),
    TE.chainFirstIOK(({ from, warnings }) => () => {
      for (const warning of warnings) observe({ kind: 'warned', key: wholeRun(plan), warning });
      if (from !== undefined) observe({ kind: 'resumed', step: from.saved.step, folder: from.folder });
    }),
    TE.bind('built', ({ from }) => build(plan, context, from)),
    TE.chainTaskK(({ from, built: { flow, close } }) => async () => {
      const total =
        plan.bulk === undefined || plan.bulk.live ? {} : { total: plan.bulk.items - plan.bulk.done };
      const told = telling(plan, observe, result)(flow);
      const summary = await drain(plan.bulk === undefined ? toldOnce(told) : told, {
        ...(signal === undefined ? {} : { signal }),
        ...total,
        // A run that goes on for months has told of its failures as they came.
        ...(plan.bulk?.live === true ? { most: 100 } : {}),
        isFatal: isFatal(plan),
        observe,
      })();
      await close();
      return { from, summary };
    }),
    TE.chain(({ from, summary }) =>
      pipe(
        from !== undefined && kept !== undefined && isOver(summary)
          ? kept.checkpoints.conclude(from.saved)
          : TE.right(false),
        TE.map((isConcluded) => {
          if (isConcluded && from !== undefined && kept !== undefined)
            observe({ kind: 'warned', key: wholeRun(plan), warning: concluded(from, kept) });
          return { ...summary, skipped, milliseconds: performance.now() - started };
        }),
      ),
    ),
  );
  return pipe(
    holdFolders(plan),
    TE.chain(({ release }) => async () => {
      try {
        return await began();
      } finally {
        await release();
      }
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
    const { step, total, phase, cycle, images, rate, metrics, marks, paceUntil } = value as Training;
    const known = { step, total, phase, cycle, images, rate, metrics, marks };
    const training = paceUntil === undefined ? known : { ...known, paceUntil };
    return { kind: 'trained', key, training };
  },
};
