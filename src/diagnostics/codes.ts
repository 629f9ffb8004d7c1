import { imageCodes } from './codes/image.js';
import { lutCodes } from './codes/lut.js';
import { modelCodes } from './codes/model.js';
import { pictureCodes } from './codes/picture.js';
import { pipelineCodes } from './codes/pipeline.js';
import { pluginCodes } from './codes/plugin.js';
import { runCodes } from './codes/run.js';
import { tensorCodes } from './codes/tensor.js';
import { tilesCodes } from './codes/tiles.js';
import { trainingCodes } from './codes/training.js';
import { watchCodes } from './codes/watch.js';
import { weightsCodes } from './codes/weights.js';

/** Every code, with what it means and how such a thing is mended: the text behind `pipe explain` and the docs. */
export const codes = {
  ...tensorCodes,
  ...imageCodes,
  ...pictureCodes,
  ...modelCodes,
  ...lutCodes,
  ...weightsCodes,
  ...tilesCodes,
  ...pipelineCodes,
  ...pluginCodes,
  ...runCodes,
  ...watchCodes,
  ...trainingCodes,
} as const;

/** The closed union of error codes. */
export type Code = keyof typeof codes;

/** True for a code that this version knows. */
export const isCode = (code: string): code is Code => Object.hasOwn(codes, code);
