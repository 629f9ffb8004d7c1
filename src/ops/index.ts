export type {
  Behaviour,
  BehaviourOf,
  Clearance,
  Facts,
  FlowBehaviour,
  JoinBehaviour,
  MapBehaviour,
  NewResult,
  Notes,
  OpContext,
  Resource,
  Results,
  ScanBehaviour,
  Sink,
  SourceBehaviour,
  TensorBehaviour,
  TensorInputs,
  TransparentPicture,
  WorkEstimate,
} from '../operator/behaviour.js';
export type { Checkpoints, SavedTraining } from '../operator/checkpoints.js';
export { defineJoin, defineOp, type JoinOp, type Op } from '../operator/define.js';
export type { Operator } from '../operator/operator.js';
export type { CheckedParams } from '../operator/params/index.js';
export type { Laws, Symmetry } from '../operator/promises.js';
export type { Random } from '../operator/random.js';
export type { Step, Stream, Wire } from '../operator/step.js';
export type { PictureShape } from '../ports/index.js';
export type { Tf } from '../tensor/tf.js';
export { adjust } from './adjust/index.js';
export { augment } from './augment/index.js';
export { batch } from './batch/index.js';
export { blend } from './blend/index.js';
export { compare } from './compare/index.js';
export { crop } from './crop/index.js';
export { decode } from './decode/index.js';
export { degradeBlur } from './degrade.blur/index.js';
export { degradeExposure } from './degrade.exposure/index.js';
export { degradeHaze } from './degrade.haze/index.js';
export { degradeJpeg } from './degrade.jpeg/index.js';
export { degradeNoise } from './degrade.noise/index.js';
export { darkChannel } from './dehaze.dark-channel/index.js';
export { denoiseLifted } from './denoise.lifted/index.js';
export { encode } from './encode/index.js';
export { ensembleAverage } from './ensemble.average/index.js';
export { files } from './files/index.js';
export { ganStep } from './gan.step/index.js';
export { lut } from './lut/index.js';
export { model } from './model/index.js';
export { pad } from './pad/index.js';
export { pair } from './pair/index.js';
export { builtIn, type Registry, registryOf } from './registry.js';
export { report } from './report/index.js';
export { resize } from './resize/index.js';
export { save } from './save/index.js';
export { shuffle } from './shuffle/index.js';
export { snapshot } from './snapshot/index.js';
export { take } from './take/index.js';
export { tile } from './tile/index.js';
export { unbatch } from './unbatch/index.js';
export { unpaired } from './unpaired/index.js';
export { untile } from './untile/index.js';
export { watch } from './watch/index.js';
