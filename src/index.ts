/**
 * The public API: pipelines in code and in YAML, and what operators are made of.
 *
 * @example
 * import { decode, encode, files, pipeline, run, save } from 'prismflow';
 *
 * const again = pipeline(files('photos'), decode(), encode({ quality: 85 }), save('smaller/{path}'));
 * const report = await run(again)();
 */

/**
 * Parts of fp-ts, in whose types results are given: `either`, `taskEither` and `pipe`. Values of another copy of fp-ts 2 fit as well.
 */
export * as either from 'fp-ts/lib/Either.js';
export { pipe } from 'fp-ts/lib/function.js';
export * as taskEither from 'fp-ts/lib/TaskEither.js';
export { type Diagnostic, type Diagnostics, failure, printDiagnostic, warning } from './diagnostics/index.js';
export { compile, compilePipeline } from './execution/compile.js';
export { type Observed, observe } from './execution/observe.js';
export type { Plan } from './execution/plan/plan.js';
export { type PipelineEvent, type Report, type RunOptions, run, runPlan } from './execution/run.js';
export {
  type Edited,
  type EditOptions,
  open,
  type Session,
  type SessionOptions,
} from './execution/session.js';
export * as param from './operator/params/index.js';
export * from './ops/index.js';
export { analysePipeline, type Pipeline, type PipelineOptions, pipeline, stream } from './pipelines/code.js';
export { analyse, type CompileOptions, type SourceFile } from './pipelines/compile.js';
export type { Frame, HostTensor, Item, ItemKey, Metadata, Port, Samples } from './ports/index.js';
export * as port from './ports/index.js';
export {
  Flow,
  fromAsyncIterable,
  fromIterable,
  fromObservable,
  type ItemFlow,
  keyed,
  mapLanes,
  operate,
  through,
} from './streams/index.js';
