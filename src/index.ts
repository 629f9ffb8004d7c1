/**
 * The public API: pipelines in code and in YAML, and what operators are made of.
 *
 * @example
 * import { decode, encode, files, pipeline, run, save } from 'prismflow';
 *
 * const again = pipeline(files('photos'), decode(), encode({ quality: 85 }), save('smaller/{path}'));
 * const report = await run(again)();
 */
export { type Diagnostic, type Diagnostics, failure, printDiagnostic, warning } from './diagnostics/index.js';
export type { Plan } from './execution/plan/plan.js';
export { type PipelineEvent, type Report, type RunOptions, runPlan } from './execution/run.js';
export * as param from './operator/params/index.js';
export * from './ops/index.js';
export {
  analysePipeline,
  compilePipeline,
  type Pipeline,
  type PipelineOptions,
  pipeline,
  run,
  stream,
} from './pipelines/code.js';
export { type CompileOptions, compile, pluginsIn, type SourceFile } from './pipelines/compile.js';
export type { PluginPolicy, PluginUse } from './pipelines/plugins.js';
export type { Frame, HostTensor, Item, ItemKey, Metadata, Port, Samples } from './ports/index.js';
export * as port from './ports/index.js';
export { Flow, fromAsyncIterable, fromIterable, type ItemFlow } from './streams/index.js';
