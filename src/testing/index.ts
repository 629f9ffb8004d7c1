/**
 * Tests for operators of your own: `checkOp` holds one to the laws that every operator obeys, on pictures and parameters
 * that fast-check draws and makes small. Needs `fast-check`; works in any test runner.
 *
 * @example
 * import { checkOp } from 'prismflow/testing';
 *
 * it('sepia obeys the laws', () => checkOp(sepia));
 */
export { arbitraryContent, type ContentKind } from './arbitraries/content.js';
export {
  arbitraryEdits,
  arbitraryFaultyPipeline,
  type FaultyPipeline,
} from './arbitraries/faulty-pipelines.js';
export {
  type ArbitraryFrameOptions,
  arbitraryFrame,
  arbitraryFrames,
  type FrameOptions,
  frameFrom,
  samplesFrom,
  valuesOf,
  withDepth,
} from './arbitraries/frames.js';
export { arbitraryMetadata } from './arbitraries/metadata.js';
export { type ArbitraryParamsOptions, arbitraryParams, arbitraryWritten } from './arbitraries/params.js';
export {
  type ArbitraryPipelineOptions,
  arbitraryPipeline,
  type PipelineSketch,
  pipelineOf,
  type StepSketch,
  yamlOf,
} from './arbitraries/pipelines.js';
export { type ArbitraryTensorOptions, arbitraryTensors } from './arbitraries/tensors.js';
export { arbitraryValue, type Draft } from './arbitraries/values.js';
export { arbitraryWindow, type Window, type WindowOptions } from './arbitraries/window.js';
export {
  type Checkable,
  type Checked,
  type CheckOptions,
  checkOp,
  type LawKit,
  type LawName,
  lawsOf,
} from './check-op.js';
export {
  checkDiscriminator,
  checkGenerator,
  checkLoss,
  checkOptimiser,
  checkSchedule,
} from './nn/check-part.js';
export { type PartChecked, PartError, type PartOptions } from './nn/laws.js';
export { LawError } from './report.js';
export { type Rgb, type Sight, scene, throughHaze } from './scene.js';
