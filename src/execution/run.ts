import * as E from 'fp-ts/lib/Either.js';
import { identity, pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { tap } from 'rxjs';
import type { Diagnostic, Diagnostics } from '../diagnostics/index.js';
import type { Notes } from '../ops/index.js';
import type { Item, ItemFailure, ItemKey, Measure, Outcome, Training } from '../ports/index.js';
import { drain, type ItemFlow, type RunEnd, type RunEvent, through } from '../streams/index.js';
import { defaultContext, type RunContext } from './context.js';
import { build } from './flows.js';
import type { Plan } from './plan/plan.js';
import { beginning } from './resume.js';

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
  'step' | 'total' | 'phase' | 'cycle' | 'images' | 'rate' | 'metrics' | 'marks'
>;

/** How to run a pipeline. */
export interface RunOptions {
  /** Items worked on at once; as many as there are processors unless said otherwise, and one more where a step waits for them. */
  readonly jobs?: number;
  /** Bytes that tensor work on one photo may take: half of what is free unless said otherwise. */
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
  }: RunOptions = {},
): TE.TaskEither<Diagnostics, Report> => {
  let skipped = 0;
  const usual = defaultContext(plan.graph.seed);
  // While a step has the engine, items are got ready for the next one: with one more of them, the engine seldom waits.
  const more = plan.stages.some(({ kind }) => kind === 'scan') ? 1 : 0;
  const context: RunContext = {
    ...usual,
    jobs: jobs ?? usual.jobs + more,
    ...(memory === undefined ? {} : { memory }),
    ...(certify === undefined ? {} : { certify }),
    ...(engine === undefined ? {} : { engine }),
    ...(finish === undefined ? {} : { finish }),
    ...((signal ?? finish) === undefined ? {} : { stop: signal ?? finish }),
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
    delayed: (reason, milliseconds) => () =>
      observe({ kind: 'waiting', key: wholeRun(plan), diagnostics: [reason], milliseconds }),
    noted: (key, operator, facts) => () => observe({ kind: 'noted', key, operator, facts }),
    skipped: (key) => () => {
      skipped++;
      observe({ kind: 'skipped', key });
    },
    chosen: (name) => () => observe({ kind: 'engine', name }),
  };
  const started = performance.now();
  return pipe(
    beginning(plan.graph, resume),
    TE.chainFirstIOK(({ from, warnings }) => () => {
      for (const warning of warnings) observe({ kind: 'warned', key: wholeRun(plan), warning });
      if (from !== undefined) observe({ kind: 'resumed', step: from.saved.step, folder: from.folder });
    }),
    TE.chain(({ from }) => build(plan, context, from)),
    TE.chainTaskK(({ flow, close }) => async () => {
      const total =
        plan.bulk === undefined || plan.bulk.live ? {} : { total: plan.bulk.items - plan.bulk.done };
      const summary = await drain(telling(plan, observe)(flow), {
        ...(signal === undefined ? {} : { signal }),
        ...total,
        // A run that goes on for months has told of its failures as they came.
        ...(plan.bulk?.live === true ? { most: 100 } : {}),
        isFatal: ({ diagnostics }) => diagnostics.some(({ code }) => fatal.has(code)),
        observe,
      })();
      await close();
      return { ...summary, skipped, milliseconds: performance.now() - started };
    }),
  );
};

/** The key of what is said about a run and no item of it. */
const wholeRun = ({ graph }: Plan): ItemKey => ({ path: graph.name, index: 0, epoch: 0 });

/** Tells of a pipeline that ends in measuring or in training what comes out, as it comes. */
const telling = (
  { graph }: Plan,
  observe: (event: PipelineEvent) => void,
): ((flow: ItemFlow<unknown>) => ItemFlow<unknown>) => {
  const result = graph.nodes.find(({ path }) => path === graph.result)?.output.kind;
  const tell = eventOf[result ?? ''];
  if (tell === undefined) return identity;
  return through<Outcome<unknown>, Outcome<unknown>>(
    tap((outcome) => {
      if (E.isRight(outcome)) observe(tell(outcome.right));
    }),
  );
};

// What travels on a port was checked when it came out of its operator.
const eventOf: Readonly<Record<string, (item: Item<unknown>) => PipelineEvent>> = {
  measure: ({ key, value }) => ({ kind: 'measured', key, figures: (value as Measure).figures }),
  training: ({ key, value }) => {
    const { step, total, phase, cycle, images, rate, metrics, marks } = value as Training;
    const training = { step, total, phase, cycle, images, rate, metrics, marks };
    return { kind: 'trained', key, training };
  },
};
