import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { Observable } from 'rxjs';
import { DiagnosticError } from '../diagnostics/index.js';
import type { Pipeline } from '../pipelines/code.js';
import type { Item, Port, Value } from '../ports/index.js';
import { compilePipeline } from './compile.js';
import { type PipelineEvent, type RunOptions, runPlan } from './run.js';

/** What a run of a pipeline tells: its events, and each result with the item's key. */
export type Observed<O extends Port = Port> =
  | PipelineEvent
  | { readonly kind: 'result'; readonly item: Item<Value<O>> };

/**
 * A pipeline as a plain cold Observable of its events and results: subscribing compiles and runs it, unsubscribing
 * stops it and closes its files. A photo that fails is an event; a pipeline that is wrong, or a run that cannot go on,
 * is an error with its diagnostics.
 *
 * @example
 * observe(pipeline(files('photos'), decode()))
 *   .pipe(filter(({ kind }) => kind === 'result'), take(3))
 *   .subscribe(show);
 */
export const observe = <O extends Port>(
  pipeline: Pipeline<O>,
  options: Omit<RunOptions, 'observe' | 'result'> = {},
): Observable<Observed<O>> =>
  new Observable((subscriber) => {
    const unsubscribed = new AbortController();
    const signal = AbortSignal.any([
      unsubscribed.signal,
      ...(options.signal === undefined ? [] : [options.signal]),
    ]);
    const run = async (): Promise<void> => {
      const plan = await compilePipeline(pipeline)();
      if (isLeft(plan)) throw new DiagnosticError(plan.left);
      if (signal.aborted) return;
      const report = await runPlan(plan.right, {
        ...options,
        signal,
        observe: (event) => subscriber.next(event),
        // What travels on a port was checked when it came out of its operator.
        result: (item) => subscriber.next({ kind: 'result', item: item as Item<Value<O>> }),
      })();
      if (isLeft(report)) throw new DiagnosticError(report.left);
      if (isRight(report) && report.right.end.kind === 'stopped')
        throw new DiagnosticError(report.right.end.diagnostics);
      subscriber.complete();
    };
    run().catch((thrown: unknown) => subscriber.error(thrown));
    return () => unsubscribed.abort();
  });
