import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostic, Diagnostics } from '../diagnostics/index.js';
import type { ItemFailure, ItemKey } from '../ports/index.js';
import { drain, type RunEnd, type RunEvent } from '../streams/index.js';
import { build } from './build/build.js';
import { defaultContext, type RunContext } from './context.js';
import type { Plan } from './plan/plan.js';

/**
 * What happens in a run: items done, failed and skipped, things to know about items that go on, and which engine does the
 * tensor work.
 */
export type PipelineEvent =
  | RunEvent
  | { readonly kind: 'skipped'; readonly key: ItemKey }
  | { readonly kind: 'engine'; readonly name: string }
  | { readonly kind: 'warned'; readonly key: ItemKey; readonly warning: Diagnostic };

/** How to run a pipeline. */
export interface RunOptions {
  /** Items worked on at once; as many as there are processors unless said otherwise. */
  readonly jobs?: number;
  /** Where tensor work runs: `cpu` unless said otherwise. */
  readonly engine?: string;
  /** Stops the run when it aborts: what is done is kept. */
  readonly signal?: AbortSignal;
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
const fatal: ReadonlySet<string> = new Set(['image/disk-full', 'tensor/engine-unavailable']);

/**
 * Runs a plan to its end. A bad item is set aside and the others go on; a run that cannot go on says why in `end`, and
 * keeps what is done.
 */
export const runPlan = (
  plan: Plan,
  { jobs, engine, signal, observe = () => undefined }: RunOptions = {},
): TE.TaskEither<Diagnostics, Report> => {
  let skipped = 0;
  const context: RunContext = {
    ...defaultContext(plan.graph.seed),
    ...(jobs === undefined ? {} : { jobs }),
    ...(engine === undefined ? {} : { engine }),
    warn: (key, warning) => () => observe({ kind: 'warned', key, warning }),
    skipped: (key) => () => {
      skipped++;
      observe({ kind: 'skipped', key });
    },
    chosen: (name) => () => observe({ kind: 'engine', name }),
  };
  const started = performance.now();
  return pipe(
    build(plan, context),
    TE.chainTaskK(({ flow, close }) => async () => {
      const total = plan.bulk === undefined ? {} : { total: plan.bulk.items - plan.bulk.done };
      const summary = await drain(flow, {
        ...(signal === undefined ? {} : { signal }),
        ...total,
        isFatal: ({ diagnostics }) => diagnostics.some(({ code }) => fatal.has(code)),
        observe,
      })();
      await close();
      return { ...summary, skipped, milliseconds: performance.now() - started };
    }),
  );
};
