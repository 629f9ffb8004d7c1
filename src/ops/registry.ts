import type { Operator } from '../operator/operator.js';
import { adjust } from './adjust/index.js';
import { augment } from './augment/index.js';
import { batch } from './batch/index.js';
import { blend } from './blend/index.js';
import { compare } from './compare/index.js';
import { crop } from './crop/index.js';
import { decode } from './decode/index.js';
import { degradeBlur } from './degrade.blur/index.js';
import { degradeExposure } from './degrade.exposure/index.js';
import { degradeHaze } from './degrade.haze/index.js';
import { degradeJpeg } from './degrade.jpeg/index.js';
import { degradeNoise } from './degrade.noise/index.js';
import { darkChannel } from './dehaze.dark-channel/index.js';
import { denoiseLifted } from './denoise.lifted/index.js';
import { encode } from './encode/index.js';
import { ensembleAverage } from './ensemble.average/index.js';
import { files } from './files/index.js';
import { ganStep } from './gan.step/index.js';
import { lut } from './lut/index.js';
import { model } from './model/index.js';
import { pad } from './pad/index.js';
import { pair } from './pair/index.js';
import { report } from './report/index.js';
import { resize } from './resize/index.js';
import { save } from './save/index.js';
import { shuffle } from './shuffle/index.js';
import { snapshot } from './snapshot/index.js';
import { take } from './take/index.js';
import { tile } from './tile/index.js';
import { unbatch } from './unbatch/index.js';
import { unpaired } from './unpaired/index.js';
import { untile } from './untile/index.js';
import { watch } from './watch/index.js';

/** The operators that a pipeline can name. */
export type Registry = ReadonlyMap<string, Operator>;

/**
 * A registry of what `defineOp` and `defineJoin` gave. They are arguments and no array, whose element type the compiler
 * would look for by comparing all joins with each other.
 */
export const registryOf = (...ops: readonly { readonly operator: Operator }[]): Registry =>
  new Map(ops.map(({ operator }) => [operator.name, operator]));

/**
 * The operators that come with Prismflow. Their modules are light: what takes long to load (tfjs, sharp, ONNX Runtime)
 * is loaded when an item arrives.
 */
export const builtIn: Registry = registryOf(
  files,
  watch,
  decode,
  encode,
  save,
  resize,
  crop,
  pad,
  adjust,
  lut,
  darkChannel,
  denoiseLifted,
  blend,
  augment,
  degradeHaze,
  degradeJpeg,
  degradeBlur,
  degradeNoise,
  degradeExposure,
  pair,
  unpaired,
  batch,
  unbatch,
  shuffle,
  take,
  tile,
  untile,
  model,
  ganStep,
  ensembleAverage,
  snapshot,
  compare,
  report,
);
