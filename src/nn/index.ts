/**
 * Networks, losses, optimisers and schedules: those that come with Prismflow, what they are made of, and how to define one's own, which
 * `gan.step` trains and `ensemble.average` applies once a pipeline names their module under `plugins`.
 *
 * Pictures are tensors [N,H,W,3] in -1..1 here; everything is a pure function of tensors, recorded once for every shape and compiled.
 */

export type { AnyPart, Origin, PartKind } from '../operator/part.js';
export type { NetworkSpec } from '../ports/index.js';
export { atAnySize } from './any-size.js';
export { convolution, convolve, convolveMirrored, fanIn, gaussian, withBias } from './convolution.js';
export {
  type PatchOptions,
  type PyramidDiscriminatorOptions,
  patch,
  pyramid as pyramidDiscriminator,
  type ViewsOptions,
  views,
} from './discriminators/index.js';
export {
  type GridOptions,
  grid,
  type PyramidOptions,
  pyramid,
  type ResnetOptions,
  type RestorerOptions,
  resnet,
  restorer,
  type ShrinkageOptions,
  shrinkage,
} from './generators/index.js';
export { initialise } from './initialise.js';
export * from './losses/index.js';
export {
  type Discriminator,
  type Initialisation,
  type Learner,
  type Network,
  type ParameterSpec,
  type ParameterSpecs,
  type Parameters,
  parameter,
  parameterCount,
  type Sides,
} from './network.js';
export { type AdamWOptions, clipByGlobalNorm, globalNorm, type Optimised } from './optimisers/adam-w.js';
export { adamWOptimiser, type Optimiser, type Pace } from './optimisers/optimiser.js';
export {
  type Against,
  type DiscriminatorPart,
  defineDiscriminator,
  defineGenerator,
  defineLoss,
  defineOptimiser,
  defineSchedule,
  type GeneratorPart,
  type LossPart,
  type OptimiserPart,
  type Part,
  type SchedulePart,
} from './parts/part.js';
export { defineReport, type ReportDefinition, type ReportedStep, type Reporter } from './parts/report.js';
export {
  type Cycles,
  cycleLengths,
  type Moment,
  momentAt,
  type Schedule,
  totalSteps,
} from './schedules/schedule.js';
